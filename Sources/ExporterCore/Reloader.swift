import System

/// Reads the configuration again while the exporter runs, on a thread of its own, and has it taken over.
final class Reloader: Sendable {
  private struct TookTooLong: Error {}

  private struct State {
    /// The configuration's file, where it is one, as it was read last.
    var file: FollowedFiles
    /// Somebody wants it read whether or not it has changed.
    var isAsked = false
    /// What became of the last reading that was handed over.
    var outcome: Promise<ReloadOutcome>?
  }

  private let source: ConfigurationSource
  private let loop: CollectionLoop
  /// Protects what is known of the file, which is read without it.
  private let state: Locked<State>
  private let reading: FileValue<Promise<ReloadOutcome>?, TookTooLong>

  /// `file` follows the configuration's file from before it was read first.
  init(source: ConfigurationSource, file: FollowedFiles, environment: [String: String], loop: CollectionLoop) {
    self.source = source
    self.loop = loop
    let state = Locked(State(file: file))
    self.state = state
    reading = FileValue(every: .zero, uptime: { .zero }, tookTooLong: TookTooLong()) {
      var file = state.withLock { $0.file }
      let hasChanged = file.takeChange()
      let isNeeded = state.withLock { state in
        defer { state.isAsked = false }
        state.file = file
        return hasChanged || state.isAsked
      }
      if isNeeded {
        let outcome = Promise<ReloadOutcome>()
        state.withLock { $0.outcome = outcome }
        loop.reload(Result { () throws(ConfigurationError) in try source.read(environment: environment) }) {
          outcome.fulfil($0)
        }
      }
      return .success(state.withLock { $0.outcome })
    }
  }

  /// Returns when the configuration is in force, or could not be read: then nothing has changed, and the reason is logged.
  func reload() async -> ReloadOutcome {
    state.withLock { $0.isAsked = true }
    do {
      if let outcome = try await reading.freshValue() { return try await outcome.value() }
      return .failed("the configuration was not read")
    } catch {
      let seconds = FileSystem.patience.components.seconds
      let error = ConfigurationError(source: source.name, message: "cannot be read: nothing came within \(seconds) s")
      return await withCheckedContinuation { continuation in
        loop.reload(.failure(error)) { continuation.resume(returning: $0) }
      }
    }
  }

  /// Takes the file over whenever it has changed.
  func followFile(every interval: Duration) async {
    while !Task.isCancelled {
      do { try await Task.sleep(for: interval) } catch { return }
      _ = try? await reading.freshValue()
    }
  }
}
