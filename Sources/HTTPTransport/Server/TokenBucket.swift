/// One request in an interval, after a burst that comes at once.
struct TokenBucket {
  private let interval: Duration
  private let burst: Int
  /// When the bucket would be full again, were nothing taken any more.
  private var full: ContinuousClock.Instant

  /// A burst of less than one would let nothing through, and counts as one.
  init(_ limit: HTTPServerSecurity.RateLimit, at now: ContinuousClock.Instant) {
    interval = limit.interval
    burst = max(1, limit.burst)
    full = now
  }

  /// Takes one token, where there is one.
  mutating func take(at now: ContinuousClock.Instant) -> Bool {
    let next = max(full, now) + interval
    guard next - now <= interval * burst else { return false }
    full = next
    return true
  }
}
