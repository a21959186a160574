import Testing

@testable import HuaweiCloud

/// What a cloud says of its limits, broken by a seeded generator; counts and seeds as in `DecodingFuzzTests`.
@Suite struct ThrottlingFuzzTests {
  private static let words = [
    "120", "0", "Thu, 02 Jan 2025 03:04:35 GMT", "Thursday, 02-Jan-25 03:04:35 GMT", "Thu Jan  2 03:04:35 2025",
    "policy user over ratelimit,limit:200,time:5 minute", "limit:1,time:1 day", "99999999999999999999",
  ].map { Array($0.utf8) }

  @Test func everyPauseIsBelievable() {
    var random = SplitMix64(state: DecodingFuzzTests.seed &+ 3)
    let now = Timestamp(seconds: 1_735_787_045)
    var pauses = 0
    for _ in 0..<DecodingFuzzTests.cases {
      let word = Self.words.randomElement(using: &random) ?? []
      let text = String(decoding: DecodingFuzzTests.mutate(word, &random), as: UTF8.self)
      if let pause = RetryAfter.delay(text, now: now) {
        pauses += 1
        #expect(pause >= .zero && pause <= .seconds(315_360_000), "\(text)")
      }
      if let limit = ThrottleLimit(in: text) {
        #expect(limit.requests > 0 && limit.window > .zero && limit.window <= .seconds(86_400 * 86_400), "\(text)")
        var pace = Pace(requestsPerSecond: 5)
        pace.hold(for: limit.window, limit: limit, at: .seconds(100))
        pace.start(at: .seconds(100))
        #expect(pace.earliestStart() <= .seconds(100) + Pace.longestPause + limit.window * 2, "\(text)")
      }
    }
    #expect(pauses > DecodingFuzzTests.cases / 100)
  }
}
