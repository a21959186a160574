/// When a target is due: at once, then every interval, with jitter so that targets do not fire together.
struct RefreshSchedule: Sendable {
  private let interval: Duration
  /// `TimeSource.uptime` of the next refresh.
  private(set) var due: Duration
  private var isFirst = true

  init(interval: Duration, start: Duration) {
    self.interval = interval
    due = start
  }

  /// Moves on to the next refresh after one that ended at `end`; returns how many were due while it still ran.
  ///
  /// `random` is in 0 ..< 1; `wait` is how long to leave the target alone in any case, which skips nothing. The second refresh comes after half to a whole interval, which spreads the targets; the later
  /// ones keep their distance within a twentieth.
  mutating func advance(past end: Duration, random: Double, atLeast wait: Duration = .zero) -> Int {
    due += interval * (isFirst ? 0.5 + random / 2 : 0.95 + random / 10)
    isFirst = false
    var skipped = 0
    while due < end {
      due += interval
      skipped += 1
    }
    while wait > .zero, due < end + wait { due += interval }
    return skipped
  }
}
