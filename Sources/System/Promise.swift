/// A value that arrives later, once, for every task that waits for it or asks afterwards.
package final class Promise<Value: Sendable>: Sendable {
  private struct State: Sendable {
    var value: Value?
    var nextID = 0
    var waiting: [Int: CheckedContinuation<Value?, Never>] = [:]
  }

  /// Protects the value and the waiting continuations; each is taken out under the lock, so it is resumed once.
  private let state = Locked(State())

  package init() {}

  /// Sets the value; only the first call has an effect.
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

  /// The value if it has arrived; nil otherwise.
  package var valueNow: Value? { state.withLock { $0.value } }

  /// Waits for the value; throws if the task is cancelled, which ends only its own wait.
  package func value() async throws(CancellationError) -> Value {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    let value = await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Value?, Never>) in
        let immediate = state.withLock { state -> Value?? in
          if let value = state.value { return .some(value) }
          // This is checked under the lock: the handler below takes the lock after the flag is set, so either this
          // check sees the flag or the handler finds the continuation.
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
