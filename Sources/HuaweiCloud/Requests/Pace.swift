/// The pace of one service of a project: it tells when the next request may start.
///
/// It is a bucket of one token: requests keep their distance, so that a server that counts in any window sees no burst.
/// The cloud's wishes are followed within bounds: an hour after the last one nothing of it is in force, and after a
/// pause no interval that it asked for is longer than a minute.
struct Pace: Sendable, Equatable {
  private var requestsPerSecond: Double
  private var interval: Duration
  private var next: Duration = .zero
  private var pausedUntil: Duration = .zero
  private var stated: StatedLimit?
  /// The uptime until which a pause or a stated limit holds, or held, requests back.
  private var throttledUntil: Duration = .zero
  /// The pace that `change(at:)` returned last.
  private var told: Double?

  /// A limit that the cloud named, and how long it is kept.
  private struct StatedLimit: Equatable {
    var interval: Duration
    var window: Duration
    var end: Duration
  }

  /// The share of a stated limit that is used, since others may ask with the same account.
  private static let shareOfStatedLimit = 0.8
  /// The longest pause or limit that is followed: a mistaken answer would otherwise stop the collection for good.
  static let longestHold: Duration = .seconds(3_600)
  /// The longest interval between two requests under a stated limit, so that the end of the trouble is seen soon.
  static let longestStatedInterval: Duration = .seconds(60)

  init(requestsPerSecond: Double) {
    (self.requestsPerSecond, interval) = Self.bounded(requestsPerSecond)
  }

  private static func bounded(_ requestsPerSecond: Double) -> (Double, Duration) {
    let bounded = max(requestsPerSecond, 0.000_1)
    return (bounded, .seconds(1 / bounded))
  }

  /// Changes the configured pace; without a stated limit, the next request keeps the new interval from the last one.
  mutating func change(requestsPerSecond: Double, at now: Duration) {
    let isOwnDistance = slowerLimit(at: now) == nil && next > .zero
    let last = next - interval
    (self.requestsPerSecond, interval) = Self.bounded(requestsPerSecond)
    if isOwnDistance { next = last + interval }
  }

  /// Whether the pace was reported, which happens with the first request to the service.
  var wasTold: Bool { told != nil }

  /// Returns whether the cloud, and not only the configured pace, held requests back at some time from `start` on.
  func wasThrottled(since start: Duration) -> Bool { start < throttledUntil }

  /// Returns the earliest start, in `TimeSource.uptime`; if it is not in the future, a request may start at once.
  func earliestStart() -> Duration { max(next, pausedUntil) }

  /// Records that a request starts now.
  mutating func start(at now: Duration) {
    next = now + interval
    // The interval of a stated limit does not outlast the limit.
    if let limit = slowerLimit(at: now) { next = max(next, min(now + limit.interval, limit.end)) }
  }

  /// Follows the cloud's wish for fewer requests: nothing starts for `duration`, an hour at most, and the pace stays
  /// below `limit` until a whole window has passed without another such answer.
  mutating func hold(for duration: Duration, limit: ThrottleLimit?, at now: Duration) {
    pausedUntil = max(pausedUntil, now + min(duration, Self.longestHold))
    if let limit {
      let interval = limit.window / (Double(limit.requests) * Self.shareOfStatedLimit)
      stated = StatedLimit(
        interval: min(interval, Self.longestStatedInterval), window: limit.window, end: now + limit.window)
    } else if let window = slowerLimit(at: now)?.window {
      stated?.end = now + window
    }
    throttledUntil = max(pausedUntil, slowerLimit(at: now)?.end ?? .zero)
  }

  /// Returns the requests per second that are in force, or nil if they have not changed since the last call.
  mutating func change(at now: Duration) -> Double? {
    let inForce = slowerLimit(at: now).map { 1 / ($0.interval / .seconds(1)) } ?? requestsPerSecond
    if inForce == told { return nil }
    told = inForce
    return inForce
  }

  /// Returns when the stated limit in force ends, if the cloud does not throttle again; nil if there is none.
  func endOfStatedLimit(at now: Duration) -> Duration? { slowerLimit(at: now)?.end }

  /// Returns the stated limit if it is in force and slower than the configured pace.
  private func slowerLimit(at now: Duration) -> StatedLimit? {
    guard let stated, now < stated.end, stated.interval > interval else { return nil }
    return stated
  }
}

/// The limit that a gateway names in its message when it throttles: `limit:200,time:5 minute`.
struct ThrottleLimit: Sendable, Hashable {
  var requests: Int
  /// The window of the limit; an hour at most, whatever the gateway said.
  var window: Duration

  /// Finds the limit anywhere in a message; nil if it is missing or its numbers make no sense.
  init?(in message: String) {
    let text = message.lowercased()
    guard let limitWord = text.firstRange(of: "limit:"),
      let requests = Int(text[limitWord.upperBound...].prefix { $0.isASCII && $0.isNumber }), requests > 0,
      let timeWord = text[limitWord.upperBound...].firstRange(of: "time:")
    else { return nil }
    let rest = text[timeWord.upperBound...]
    let digits = rest.prefix { $0.isASCII && $0.isNumber }
    guard let count = Int64(digits), count > 0, count <= 86_400 else { return nil }
    let unit = rest.dropFirst(digits.count).drop { $0 == " " }.prefix { $0.isASCII && $0.isLetter }
    guard let seconds = Self.seconds(of: unit) else { return nil }
    self.init(requests: requests, window: .seconds(count * seconds))
  }

  init(requests: Int, window: Duration) {
    self.requests = requests
    self.window = min(window, Pace.longestHold)
  }

  private static func seconds(of unit: Substring) -> Int64? {
    switch unit {
    case "s", "second", "seconds": 1
    case "m", "minute", "minutes": 60
    case "h", "hour", "hours": 3_600
    case "d", "day", "days": 86_400
    default: nil
    }
  }
}
