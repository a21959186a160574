import System

/// The right to have an answer of more than ordinary size in memory, which one at a time has in the whole process.
///
/// Without it, a few answers of the largest size at once would take more memory than the process may have. It is given back
/// when nobody holds it any more.
final class LargeBodyPermit: Sendable {
  /// Answers up to here need none: hundreds of pages of a listing's size fit.
  static let ordinaryBytes = 1 << 20

  private static let turns = Turns(places: 1)
  private let turn: Turns.Turn

  private init(_ turn: Turns.Turn) { self.turn = turn }

  deinit { Self.turns.leave(turn) }

  /// Waits in line for the permit; nil where the deadline or the task's end comes first.
  static func permit(until deadline: Deadline) async -> LargeBodyPermit? {
    let permit = LargeBodyPermit(turns.enter())
    let turn = permit.turn
    let granted: Void? =
      try? await deadline.bound { () throws(CancellationError) in try await turn.granted.value() }
    return granted == nil ? nil : permit
  }
}
