import System

/// How often, and after how long, a request that failed for the moment is sent again.
package struct RetryPolicy: Sendable, Equatable {
  /// Attempts in all where nothing suggests that more would help.
  package var maximumAttempts = 5
  /// Where the cloud throttles, waiting is what helps, so a deadline is the bound, if there is one.
  package var maximumThrottledAttempts = 100
  package var firstDelay: Duration = .milliseconds(500)
  package var longestDelay: Duration = .seconds(30)

  package init() {}

  /// Full jitter: anywhere between nothing and a bound that doubles, so that many clients do not come back together.
  ///
  /// `attempts` have failed so far; `random` is in 0 ..< 1.
  func delay(after attempts: Int, random: Double) -> Duration {
    let doublings = min(max(attempts - 1, 0), 30)
    return min(firstDelay * (1 << doublings), longestDelay) * random
  }
}

/// The retries of one call, as they are used up.
struct RetrySchedule: Sendable {
  var policy: RetryPolicy
  var hasDeadline: Bool
  private(set) var attempts = 0

  init(policy: RetryPolicy, deadline: Deadline) {
    self.policy = policy
    hasDeadline = deadline.uptime != nil
  }

  /// Counts a failed attempt and says how long to wait before the next; nil where this was the last.
  mutating func next(after answer: FailedAttempt, random: Double) -> Duration? {
    attempts += 1
    let isWaitingOut = hasDeadline && answer.error.reason == .throttled
    let maximum = isWaitingOut ? policy.maximumThrottledAttempts : policy.maximumAttempts
    guard answer.isTransient, attempts < maximum else { return nil }
    return policy.delay(after: attempts, random: random)
  }
}
