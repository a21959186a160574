/// When the next request to one service of a project may start.
///
/// A bucket of one token: requests keep their distance, so that a server that counts in any window sees no burst.
struct Pace: Sendable, Equatable {
  private let interval: Duration
  private var next: Duration = .zero
  private var pausedUntil: Duration = .zero
  private var stated: StatedLimit?

  /// A limit that the cloud named, and how long it is kept.
  private struct StatedLimit: Equatable {
    var interval: Duration
    var window: Duration
    var end: Duration
  }

  /// The share of a stated limit that is used: others may ask with the same account.
  private static let shareOfStatedLimit = 0.8
  /// Longer pauses are not believed: a mistaken answer would stop the collection for good.
  static let longestPause: Duration = .seconds(3_600)

  init(requestsPerSecond: Double) {
    interval = .seconds(1 / max(requestsPerSecond, 0.000_1))
  }

  func isPaused(at now: Duration) -> Bool { now < pausedUntil }

  /// The earliest start, in `TimeSource.uptime`; not after `now` where a request may start at once.
  func earliestStart() -> Duration { max(next, pausedUntil) }

  /// Takes the turn of a request that starts now.
  mutating func start(at now: Duration) {
    if let limit = stated, now >= limit.end { stated = nil }
    next = now + max(interval, stated?.interval ?? .zero)
  }

  /// The cloud asks for fewer requests: nothing starts for `duration`, and after it the limit is kept below until a
  /// whole window has passed without another such answer.
  mutating func hold(for duration: Duration, limit: ThrottleLimit?, at now: Duration) {
    pausedUntil = max(pausedUntil, now + min(duration, Self.longestPause))
    if let limit {
      stated = StatedLimit(
        interval: limit.window / (Double(limit.requests) * Self.shareOfStatedLimit), window: limit.window, end: .zero)
    }
    if let window = stated?.window { stated?.end = pausedUntil + window }
  }
}
