/// A value that comes later, once: whoever waits for it gets it, at once or when it comes.
package final class Promise<Value: Sendable>: Sendable {
  private struct State: Sendable {
    var value: Value?
    var nextID = 0
    var waiting: [Int: CheckedContinuation<Value?, Never>] = [:]
  }

  /// Protects the value and those who wait; every continuation is taken out under the lock and so resumed once.
  private let state = Locked(State())

  package init() {}

  /// The first value counts, later ones are dropped.
  package func fulfil(_ value: Value) {
    let waiting = state.withLock { state -> [Int: CheckedContinuation<Value?, Never>] in
      guard state.value == nil else { return [:] }
      state.value = value
      defer { state.waiting = [:] }
      return state.waiting
    }
    for continuation in waiting.values { continuation.resume(returning: value) }
  }

  package var isFulfilled: Bool { state.withLock { $0.value != nil } }

  /// The value, where it is there already.
  package var valueNow: Value? { state.withLock { $0.value } }

  /// Waits for the value; the wait, not the value, ends with the task's cancellation.
  package func value() async throws(CancellationError) -> Value {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    let value = await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Value?, Never>) in
        let immediate = state.withLock { state -> Value?? in
          if let value = state.value { return .some(value) }
          // Asked under the lock: the handler below takes it after the flag is set, so one of the two sees the other.
          if Task.isCancelled { return .some(nil) }
          state.waiting[id] = continuation
          return nil
        }
        if let immediate { continuation.resume(returning: immediate) }
      }
    } onCancel: {
      state.withLock { $0.waiting.removeValue(forKey: id) }?.resume(returning: nil)
    }
    guard let value else { throw CancellationError() }
    return value
  }
}
