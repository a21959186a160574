import System

/// The right to have an answer of more than ordinary size in memory, which one at a time has in the whole process.
///
/// Without it, a few answers of the largest size at once would take more memory than the process may have. It is given back
/// when nobody holds it any more.
final class LargeBodyPermit: Sendable {
  /// Answers up to here need none: hundreds of pages of a listing's size fit.
  static let ordinaryBytes = 1 << 20

  private static let bodies = Semaphore(places: 1)
  private let permit: Semaphore.Permit

  private init(_ permit: Semaphore.Permit) { self.permit = permit }

  deinit { Self.bodies.release(permit) }

  /// Waits in line for the permit; nil where the deadline or the task's end comes first.
  static func permit(until deadline: Deadline) async -> LargeBodyPermit? {
    let body = LargeBodyPermit(bodies.acquire())
    let permit = body.permit
    let granted: Void? =
      try? await deadline.bound { () throws(CancellationError) in try await permit.granted.value() }
    return granted == nil ? nil : body
  }
}
