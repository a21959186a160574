/// A moment of `TimeSource.uptime` beyond which nothing is waited for; none where nil.
package struct Deadline: Sendable {
  package var uptime: Duration?
  package var time: TimeSource

  package init(uptime: Duration? = nil, time: TimeSource) {
    self.uptime = uptime
    self.time = time
  }

  /// What is left, not below zero; nil for ever.
  package var remaining: Duration? { uptime.map { max($0 - time.uptime(), .zero) } }

  package var isPast: Bool { remaining == .zero }

  package func allows(_ moment: Duration) -> Bool { uptime.map { moment <= $0 } ?? true }

  /// What `operation` returns, or nil where the deadline comes first, which cancels it.
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
      // The value counts also when it came in the same instant as the deadline: it may have to be given back.
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
