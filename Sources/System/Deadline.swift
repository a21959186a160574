/// A moment on the clock of `TimeSource.uptime` after which nothing is waited for, or no such limit if `uptime` is nil.
package struct Deadline: Sendable {
  package var uptime: Duration?
  package var time: TimeSource

  package init(uptime: Duration? = nil, time: TimeSource) {
    self.uptime = uptime
    self.time = time
  }

  /// The time left, at least zero; nil if there is no limit.
  package var remaining: Duration? { uptime.map { max($0 - time.uptime(), .zero) } }

  package var isPast: Bool { remaining == .zero }

  package func allows(_ moment: Duration) -> Bool { uptime.map { moment <= $0 } ?? true }

  /// Returns the value of `operation`, or nil if the deadline passes first, which cancels the operation.
  ///
  /// Throws if the task is cancelled.
  package func bound<Value: Sendable>(
    _ operation: @escaping @Sendable () async throws(CancellationError) -> Value
  ) async throws(CancellationError) -> Value? {
    guard let remaining else { return try await operation() }
    let time = time
    let ending = await withTaskGroup(of: Ending<Value>.self) { group in
      group.addTask {
        do throws(CancellationError) { return .value(try await operation()) } catch { return .cancelled }
      }
      group.addTask {
        do throws(CancellationError) { try await time.sleep(remaining) } catch { return .cancelled }
        return .deadline
      }
      let first = await group.next() ?? .cancelled
      group.cancelAll()
      let second = await group.next() ?? .cancelled
      // A value counts even if it arrives together with the deadline, since the caller may have to give it back.
      return switch (first, second) {
      case (.value, _): first
      case (_, .value): second
      case (.cancelled, .deadline): Ending<Value>.deadline
      default: first
      }
    }
    switch ending {
    case .value(let value): return value
    case .deadline: return nil
    case .cancelled: throw CancellationError()
    }
  }

  private enum Ending<Value: Sendable> { case value(Value), deadline, cancelled }
}
