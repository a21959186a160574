/// When the next request to one service of a project may start.
///
/// A bucket of one token: requests keep their distance, so that a server that counts in any window sees no burst.
/// What the cloud asks for is believed within reason: an hour after it asked last nothing of it is in force, and after a
/// pause no distance is longer than a minute.
struct Pace: Sendable, Equatable {
  private var requestsPerSecond: Double
  private var interval: Duration
  private var next: Duration = .zero
  private var pausedUntil: Duration = .zero
  private var stated: StatedLimit?
  /// Until when a pause or a stated limit held requests back, or does so now.
  private var throttledUntil: Duration = .zero
  /// What `change` said last.
  private var told: Double?

  /// A limit that the cloud named, and how long it is kept.
  private struct StatedLimit: Equatable {
    var interval: Duration
    var window: Duration
    var end: Duration
  }

  /// The share of a stated limit that is used: others may ask with the same account.
  private static let shareOfStatedLimit = 0.8
  /// What is longer is not believed: a mistaken answer would stop the collection for good.
  static let longestHold: Duration = .seconds(3_600)
  /// Between two requests below a stated limit, so that an end of the trouble is seen soon.
  static let longestStatedInterval: Duration = .seconds(60)

  init(requestsPerSecond: Double) {
    (self.requestsPerSecond, interval) = Self.bounded(requestsPerSecond)
  }

  private static func bounded(_ requestsPerSecond: Double) -> (Double, Duration) {
    let bounded = max(requestsPerSecond, 0.000_1)
    return (bounded, .seconds(1 / bounded))
  }

  /// Another pace is configured; the next request is as far from the last as it asks for.
  mutating func change(requestsPerSecond: Double, at now: Duration) {
    let isOwnDistance = slowerLimit(at: now) == nil && next > .zero
    let last = next - interval
    (self.requestsPerSecond, interval) = Self.bounded(requestsPerSecond)
    if isOwnDistance { next = last + interval }
  }

  /// Somebody has heard of the pace, since the service was asked.
  var wasTold: Bool { told != nil }

  /// True where the cloud's wish, and not only our own pace, held requests back at some time from `start` on.
  func wasThrottled(since start: Duration) -> Bool { start < throttledUntil }

  /// The earliest start, in `TimeSource.uptime`; not after `now` where a request may start at once.
  func earliestStart() -> Duration { max(next, pausedUntil) }

  /// Takes the turn of a request that starts now.
  mutating func start(at now: Duration) {
    next = now + interval
    // A distance does not outlast the limit that it comes from.
    if let limit = slowerLimit(at: now) { next = max(next, min(now + limit.interval, limit.end)) }
  }

  /// The cloud asks for fewer requests: nothing starts for `duration`, an hour at most, and the limit is kept below
  /// until a whole window has passed without another such answer.
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

  /// The requests in a second that are in force, where they are others than at the last call.
  mutating func change(at now: Duration) -> Double? {
    let inForce = slowerLimit(at: now).map { 1 / ($0.interval / .seconds(1)) } ?? requestsPerSecond
    if inForce == told { return nil }
    told = inForce
    return inForce
  }

  /// When a limit that is in force ends, if there is no other refusal.
  func endOfStatedLimit(at now: Duration) -> Duration? { slowerLimit(at: now)?.end }

  /// The stated limit, where it is in force and below our own pace.
  private func slowerLimit(at now: Duration) -> StatedLimit? {
    guard let stated, now < stated.end, stated.interval > interval else { return nil }
    return stated
  }
}

/// What a gateway says in words when it throttles: `limit:200,time:5 minute`.
struct ThrottleLimit: Sendable, Hashable {
  var requests: Int
  /// An hour at most, whatever was said.
  var window: Duration

  /// Finds the words anywhere in a message; nil where they, or sensible numbers, are missing.
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
