import System

/// A clock that stands still until a test moves it.
package final class ManualTime: Sendable {
  /// When it begins, unless a test says otherwise.
  package static let start = Timestamp(seconds: 1_735_787_045)

  private struct State: Sendable {
    var uptime: Duration = .zero
    var nextID = 0
    var sleeping: [Int: (wake: Duration, continuation: CheckedContinuation<Bool, Never>)] = [:]
  }

  private let start: Timestamp
  /// Protects the reading and those who sleep.
  private let state = Locked(State())

  package init(start: Timestamp = ManualTime.start) { self.start = start }

  package var source: TimeSource {
    TimeSource(
      now: { self.start + self.uptime },
      uptime: { self.uptime },
      sleep: { duration throws(CancellationError) in try await self.sleep(duration) })
  }

  package var uptime: Duration { state.withLock { $0.uptime } }
  package var sleepers: Int { state.withLock { $0.sleeping.count } }
  /// When the first of those who sleep wakes.
  package var nextWake: Duration? { state.withLock { $0.sleeping.values.map(\.wake).min() } }
  /// How often somebody went to sleep so far: while nothing happens it stays.
  package var sleeps: Int { state.withLock { $0.nextID } }

  package func advance(by duration: Duration) {
    let awake = state.withLock { state in
      state.uptime += duration
      let due = state.sleeping.filter { $0.value.wake <= state.uptime }
      for id in due.keys { state.sleeping[id] = nil }
      return due.values.sorted { $0.wake < $1.wake }.map(\.continuation)
    }
    for continuation in awake { continuation.resume(returning: true) }
  }

  /// Waits, in real time, until so many tasks sleep.
  package func untilAsleep(_ count: Int) async throws {
    try await until("\(count) tasks sleep", every: .milliseconds(1)) { sleepers >= count }
  }

  /// Advances once somebody sleeps, in real time, and waits until `condition` holds.
  package func advance(by duration: Duration, until condition: () -> Bool) async throws {
    try await untilAsleep(1)
    try await Task.sleep(for: .milliseconds(20))
    advance(by: duration)
    for _ in 0..<10_000 {
      if condition() { return }
      try await Task.sleep(for: .milliseconds(1))
      // A publication that is held back, say: nobody waits longer for it than this.
      advance(by: .milliseconds(1))
    }
    throw NeverHappened(what: "what the time was moved for")
  }

  private func sleep(_ duration: Duration) async throws(CancellationError) {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    let isAwake = await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Bool, Never>) in
        let immediate = state.withLock { state -> Bool? in
          if Task.isCancelled { return false }
          if duration <= .zero { return true }
          state.sleeping[id] = (state.uptime + duration, continuation)
          return nil
        }
        if let immediate { continuation.resume(returning: immediate) }
      }
    } onCancel: {
      state.withLock { $0.sleeping.removeValue(forKey: id) }?.continuation.resume(returning: false)
    }
    if !isAwake { throw CancellationError() }
  }
}
