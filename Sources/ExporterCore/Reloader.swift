import System

/// Reads the configuration again while the exporter runs, on a thread of its own, and passes it to the loop.
final class Reloader: Sendable {
  private struct TookTooLong: Error {}

  private struct State {
    /// The configuration file, if there is one, with its contents as of the last check.
    var file: FollowedFiles
    /// Whether a reload was requested, for which the configuration is read even if it has not changed.
    var isAsked = false
    /// The outcome of the last configuration that was passed to the loop.
    var outcome: Promise<ReloadOutcome>?
  }

  private let source: ConfigurationSource
  private let loop: CollectionLoop
  /// Protects what is known of the file; the file itself is read without the lock.
  private let state: Locked<State>
  private let reading: FileValue<Promise<ReloadOutcome>?, TookTooLong>

  /// `file` must have followed the configuration file since before it was first read.
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

  /// Reads the configuration again, and returns when it is in force or cannot be used.
  ///
  /// If it cannot be read, nothing changes and the reason is logged.
  func reload() async -> ReloadOutcome {
    state.withLock { $0.isAsked = true }
    let outcome: Promise<ReloadOutcome>?
    do throws(TookTooLong) { outcome = try await reading.freshValue() } catch { return await refuse() }
    guard let outcome else { return .failed("the configuration was not read") }
    do { return try await outcome.value() } catch { return .failed("given up before it was in force") }
  }

  /// Tells the loop that reading takes too long.
  private func refuse() async -> ReloadOutcome {
    let seconds = FileSystem.patience.components.seconds
    let error = ConfigurationError(source: source.name, message: "cannot be read: nothing came within \(seconds) s")
    return await withCheckedContinuation { continuation in
      loop.reload(.failure(error)) { continuation.resume(returning: $0) }
    }
  }

  /// Applies the file whenever it has changed, checking it at every `interval`.
  func followFile(every interval: Duration) async {
    var isLate = false
    while !Task.isCancelled {
      do { try await Task.sleep(for: interval) } catch { return }
      do throws(TookTooLong) {
        _ = try await reading.freshValue()
        isLate = false
      } catch {
        if isLate || Task.isCancelled { continue }
        isLate = true
        // The reading that ends at last is to be passed on, even if nothing has changed.
        state.withLock { $0.isAsked = true }
        _ = await refuse()
      }
    }
  }
}

/// How a reload ended.
package enum ReloadOutcome: Sendable, Hashable {
  case reloaded
  /// The reload failed and changed nothing; the text, of one or more lines, tells a person why.
  case failed(String)
}

/// How the last attempt to read the configuration went.
package struct ReloadStatus: Sendable, Hashable {
  package var lastSucceeded: Bool
  /// The time at which the configuration in use was read.
  package var lastSuccess: Timestamp

  package init(lastSucceeded: Bool, lastSuccess: Timestamp) {
    self.lastSucceeded = lastSucceeded
    self.lastSuccess = lastSuccess
  }
}
