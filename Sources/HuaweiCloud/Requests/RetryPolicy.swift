import System

/// How often, and after how long, a request that failed transiently is sent again.
package struct RetryPolicy: Sendable, Equatable {
  /// The number of all attempts if nothing suggests that more would help.
  package var maximumAttempts = 5
  /// The same while the cloud throttles and there is a deadline, which is the real bound, since waiting helps.
  package var maximumThrottledAttempts = 100
  package var firstDelay: Duration = .milliseconds(500)
  package var longestDelay: Duration = .seconds(30)

  package init() {}

  /// Returns a delay with full jitter: anything up to a bound that doubles, so that clients do not return together.
  ///
  /// `attempts` have failed so far; `random` is in 0 ..< 1.
  func delay(after attempts: Int, random: Double) -> Duration {
    let doublings = min(max(attempts - 1, 0), 30)
    return min(firstDelay * (1 << doublings), longestDelay) * random
  }
}

/// The retries of one call, and how many attempts have been made.
struct RetrySchedule: Sendable {
  var policy: RetryPolicy
  var hasDeadline: Bool
  private(set) var attempts = 0

  init(policy: RetryPolicy, deadline: Deadline) {
    self.policy = policy
    hasDeadline = deadline.uptime != nil
  }

  /// Counts a failed attempt and returns how long to wait before the next; nil if this was the last.
  mutating func next(after failed: FailedAttempt, random: Double) -> Duration? {
    attempts += 1
    let isWaitingOut = hasDeadline && failed.error.reason == .throttled
    let maximum = isWaitingOut ? policy.maximumThrottledAttempts : policy.maximumAttempts
    guard failed.isTransient, attempts < maximum else { return nil }
    return policy.delay(after: attempts, random: random)
  }
}

/// The field `Retry-After` (RFC 9110, 10.2.3): seconds, or a date in any of the three forms of HTTP.
enum RetryAfter {
  /// Returns how long to wait from `now` on, an hour at most; nil if the text has neither form, and for 0 or a date in
  /// the past, which leave the delay to our own backoff.
  ///
  /// `now` is best the answer's own `Date`, since our clock may differ from the server's.
  static func delay(_ text: String, now: Timestamp) -> Duration? {
    let trimmed = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    if !trimmed.isEmpty, trimmed.allSatisfy({ $0.isASCII && $0.isNumber }) {
      // A number too large for an integer is still a number, and stands for the longest delay.
      let seconds = Int64(trimmed) ?? .max
      return seconds == 0 ? nil : .seconds(min(seconds, Pace.longestHold.components.seconds))
    }
    guard let date = date(trimmed), date > now else { return nil }
    return min(date - now, Pace.longestHold)
  }

  /// Parses `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, or `Sun Nov  6 08:49:37 1994`.
  static func date(_ text: String) -> Timestamp? {
    let words = text.split { $0 == " " || $0 == "-" || $0 == "," }
    let isWeekdayFirst = words.first.map { $0.count >= 3 && $0.allSatisfy(\.isLetter) } ?? false
    guard isWeekdayFirst else { return nil }
    if words.count == 6, words[5] == "GMT" || words[5] == "UTC" {
      return moment(day: words[1], month: words[2], year: words[3], clock: words[4])
    }
    if words.count == 5 {
      return moment(day: words[2], month: words[1], year: words[4], clock: words[3])
    }
    return nil
  }

  private static func moment(day: Substring, month: Substring, year: Substring, clock: Substring) -> Timestamp? {
    let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    let clock = clock.split(separator: ":", omittingEmptySubsequences: false).map(number)
    guard let day = number(day), 1...31 ~= day, let month = months.firstIndex(of: month.lowercased()),
      var fullYear = number(year), 0...9_999 ~= fullYear, clock.count == 3,
      let hour = clock[0], 0...23 ~= hour, let minute = clock[1], 0...59 ~= minute,
      let second = clock[2], 0...60 ~= second
    else { return nil }
    // Years of RFC 850 dates have two digits; those from 70 on would lie far ahead, and belong to the last century.
    if year.count == 2 { fullYear += fullYear < 70 ? 2_000 : 1_900 }
    return Timestamp(
      Timestamp.Calendar(year: fullYear, month: month + 1, day: day, hour: hour, minute: minute, second: second))
  }

  private static func number(_ digits: Substring) -> Int? {
    digits.count <= 4 && digits.allSatisfy { $0.isASCII && $0.isNumber } ? Int(digits) : nil
  }
}
