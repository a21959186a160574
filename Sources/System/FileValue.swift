import Dispatch

/// A value that is made from files, which are read again from time to time.
///
/// A file may be a pipe that nobody writes to, or lie on a dead mount. So the files are read on a separate thread, one
/// reading at a time, and callers wait for a bounded time; while a reading is slow, the last good value stays in use.
package final class FileValue<Value: Sendable, Failure: Error>: Sendable {
  private typealias Reading = Promise<Result<Value, Failure>>

  private struct State {
    /// The value of the last successful reading.
    var value: Value?
    var lastSucceeded = false
    var lastReading: Duration?
    var running: Reading?
    /// The reading after the running one, for callers who need one that begins after their call.
    var next: Reading?
    /// Whether the last reading took so long that, with a good value at hand, callers do not wait for another.
    var isSlow = false
  }

  /// How long a reading is waited for if there is no good value: a little longer than a pipe, whose own error says what
  /// is wrong.
  private let patience: Duration = FileSystem.patience + .seconds(1)
  /// How long a reading is waited for if there is a good value.
  private let patienceForChanges: Duration = .seconds(1)

  private let interval: Duration
  private let uptime: @Sendable () -> Duration
  private let tookTooLong: Failure
  private let read: @Sendable () -> Result<Value, Failure>
  /// Protects what is known and what is being read.
  private let state = Locked(State())
  // A private queue has a thread of its own while it is busy, so a blocked reading holds up nothing else.
  private let queue = DispatchQueue(label: "files")

  /// - Parameters:
  ///   - interval: The least time between two readings, in the terms of `uptime`.
  ///   - uptime: A clock that never goes back.
  ///   - tookTooLong: Thrown if a reading does not end in time and there is nothing else to return.
  ///   - read: Reads the files; it may block.
  package init(
    every interval: Duration, uptime: @escaping @Sendable () -> Duration, tookTooLong: Failure,
    read: @escaping @Sendable () -> Result<Value, Failure>
  ) {
    self.interval = interval
    self.uptime = uptime
    self.tookTooLong = tookTooLong
    self.read = read
  }

  /// Returns the value of the last reading, or of another if one is due; after a failure one is always due.
  package func value() async throws(Failure) -> Value {
    let now = uptime()
    let (known, reading, isNew) = state.withLock { state -> (Value?, Reading?, Bool) in
      if state.lastSucceeded, let value = state.value, let last = state.lastReading, now < last + interval {
        return (value, nil, false)
      }
      let isNew = state.running == nil
      let reading = state.running ?? Reading()
      state.running = reading
      if isNew { state.lastReading = now }
      return (state.value, reading, isNew)
    }
    guard let reading else { return try result(of: nil, orElse: known).get() }
    if isNew { start(reading) }
    if let known, state.withLock({ $0.isSlow }) { return known }
    let result = await wait(for: reading, within: known == nil ? patience : patienceForChanges)
    return try self.result(of: result, orElse: known).get()
  }

  /// Returns the value of a reading that begins after this call.
  package func freshValue() async throws(Failure) -> Value {
    let now = uptime()
    let (reading, isNew) = state.withLock { state -> (Reading, Bool) in
      if state.running == nil {
        let reading = Reading()
        state.running = reading
        state.lastReading = now
        return (reading, true)
      }
      let reading = state.next ?? Reading()
      state.next = reading
      return (reading, false)
    }
    if isNew { start(reading) }
    return try result(of: await wait(for: reading, within: patience), orElse: nil).get()
  }

  private func result(of result: Result<Value, Failure>?, orElse known: Value?) -> Result<Value, Failure> {
    result ?? known.map { .success($0) } ?? .failure(tookTooLong)
  }

  private func start(_ reading: Reading) {
    queue.async { [self] in
      let began = ContinuousClock.now
      let result = read()
      let isSlow = ContinuousClock.now - began >= patienceForChanges
      let now = uptime()
      let next = state.withLock { state -> Reading? in
        state.isSlow = isSlow
        state.lastSucceeded = false
        if case .success(let value) = result {
          state.value = value
          state.lastSucceeded = true
        }
        state.running = state.next
        state.next = nil
        if state.running != nil { state.lastReading = now }
        return state.running
      }
      reading.fulfil(result)
      if let next { start(next) }
    }
  }

  /// Returns the result of a reading, or nil if the time is over or the task is cancelled.
  private func wait(for reading: Reading, within limit: Duration) async -> Result<Value, Failure>? {
    if let value = reading.valueNow { return value }
    return await withTaskGroup(of: Result<Value, Failure>?.self) { group in
      group.addTask { try? await reading.value() }
      group.addTask {
        try? await Task.sleep(for: limit)
        return nil
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      return first
    }
  }
}
