import System
import TestSupport
import Testing

@testable import HuaweiCloud

/// What a cloud says of its limits, broken by a seeded generator; counts and seeds as in `DecodingFuzzTests`.
@Suite struct ThrottlingFuzzTests {
  private static let words = [
    "120", "0", "Thu, 02 Jan 2025 03:04:35 GMT", "Thursday, 02-Jan-25 03:04:35 GMT", "Thu Jan  2 03:04:35 2025",
    "policy user over ratelimit,limit:200,time:5 minute", "limit:1,time:1 day", "99999999999999999999",
    "limit:1,time:86400 day", "limit:3,time:7 hours",
  ].map { Array($0.utf8) }

  private static let hour = Duration.seconds(60 * 60)
  private static let minute = Duration.seconds(60)
  private static let requestsPerSecond = 5.0

  private static func text(_ random: inout SplitMix64) -> String {
    String(
      decoding: random.mutate(words.randomElement(using: &random) ?? [], tokens: DecodingFuzzTests.tokens),
      as: UTF8.self)
  }

  @Test func everyPauseAndWindowEndsWithinTheHour() {
    var random = SplitMix64(state: DecodingFuzzTests.seed &+ 3)
    let now = Timestamp(seconds: 1_735_787_045)
    var pauses = 0
    var limits = 0
    for _ in 0..<DecodingFuzzTests.cases {
      let text = Self.text(&random)
      if let pause = RetryAfter.delay(text, now: now) {
        pauses += 1
        #expect(pause > .zero && pause <= Self.hour, "\(text)")
      }
      if let limit = ThrottleLimit(in: text) {
        limits += 1
        #expect(limit.requests > 0 && limit.window > .zero && limit.window <= Self.hour, "\(text)")
      }
    }
    #expect(pauses > DecodingFuzzTests.cases / 100)
    #expect(limits > DecodingFuzzTests.cases / 100)
  }

  /// Any number of refusals, with requests in between: no pause is longer than an hour, after it goes at least one request
  /// in a minute, and one window after the last refusal the pace is what is configured.
  @Test func everyRefusalIsOverInTime() {
    var random = SplitMix64(state: DecodingFuzzTests.seed &+ 4)
    var limited = 0
    for _ in 0..<DecodingFuzzTests.cases / 5 {
      var pace = Pace(requestsPerSecond: Self.requestsPerSecond)
      var now = Duration.seconds(100)
      var window = Duration.zero
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        now += .milliseconds(Int.random(in: 0...4_000_000, using: &random))
        if Bool.random(using: &random) {
          now = max(now, pace.earliestStart())
          pace.start(at: now)
        }
        let limit = ThrottleLimit(in: Self.text(&random))
        let pause = RetryAfter.delay(Self.text(&random), now: Timestamp(seconds: 1_735_787_045))
        pace.hold(for: pause ?? limit?.window ?? .milliseconds(500), limit: limit, at: now)
        window = limit?.window ?? window
        #expect(pace.earliestStart() <= now + Self.hour)
      }
      let last = now
      now = pace.earliestStart()
      // The first request that starts when nothing of it is in force any more.
      let end = max(now, last + window)
      #expect(end <= last + Self.hour)
      while now < end {
        pace.start(at: now)
        #expect(pace.earliestStart() - now <= Self.minute)
        now = pace.earliestStart()
        limited += 1
      }
      pace.start(at: now)
      #expect(pace.earliestStart() - now == .seconds(1 / Self.requestsPerSecond))
      #expect(pace.endOfStatedLimit(at: now) == nil)
      #expect(!pace.wasThrottled(since: end))
    }
    #expect(limited > DecodingFuzzTests.cases / 100)
  }
}
