import Testing

@testable import ExporterCore

/// The longest time between two runs, counted on a calendar by hand.
@Suite struct CronTests {
  private static let day = 86_400

  /// Texts by the seconds of their longest gap.
  private static let gaps: [(seconds: Int, texts: [String])] = [
    // Every second, minute or hour.
    (1, ["* * * * * *", "*/1 * * * * *", "? ? ? * * ?"]), (10, ["*/10 * * * * *"]), (60, ["0 * * * * *"]),
    (900, ["0 */15 * * * *"]), (3600, ["0 0 * * * *"]),
    // Every day, and more often.
    (day, ["0 0 0 * * ?", "0 30 2 * * *", "  0  0\t0 * * * ", "0 0 0 ? * ?"]),
    (6 * 3600, ["0 0 */6 * * *"]), (5 * 3600, ["0 0 */5 * * *"]), (18 * 3600, ["0 0 2,8 * * *"]),
    (14 * 3600, ["0 0 8-18/5 * * *"]), (21 * 3600, ["0 0 20/3 * * *"]), (12 * 3600, ["0 30 2,14-16 * * *"]),
    // On some days of the week; Sunday has two numbers.
    (7 * day, ["0 0 0 * * 1", "0 0 0 * * MON", "0 0 0 * * 0", "0 0 0 * * 7", "0 0 0 * * 1/6"]),
    (3 * day, ["0 0 0 * * 1-5", "0 0 0 * * mon-fri", "0 0 0 * * */3"]), (4 * day, ["0 0 0 ? * Sun,Wed"]),
    (5 * day, ["0 0 0 * * 5-7"]), (6 * day + 43_200, ["0 0 0,12 * * 1"]),
    // On some days of the month: from the end of January to that of March, and so on.
    (31 * day, ["0 0 0 1 * *"]), (61 * day, ["0 0 0 31 * *"]), (60 * day, ["0 0 0 30 * *"]),
    (10 * day, ["0 0 0 */10 * *"]), (306 * day, ["0 0 0 1 jan-mar *"]), (184 * day, ["0 0 0 1 1,7 ?"]),
    // Once a year, and in leap years only.
    (366 * day, ["0 0 0 1 1 *"]), (1461 * day, ["0 0 0 29 2 *", "0 0 0 29 FEB ?"]),
    // Where both days are said, either is enough; a star with a step of one says none.
    (7 * day, ["0 0 0 13 * 5", "0 0 0 */1 * 1"]), (31 * day, ["0 0 0 1 * */1"]),
  ]

  @Test(arguments: gaps.indices) func theLongestGapIsThatOfTheCalendar(_ index: Int) {
    for text in Self.gaps[index].texts {
      #expect(Cron(text)?.longestGap == .seconds(Self.gaps[index].seconds), "\(text)")
    }
  }

  @Test(arguments: [
    "", " ", "when it rains", "@daily", "0 0 * * *", "0 0 0 * * * *", "60 0 0 * * *", "0 60 0 * * *", "0 0 24 * * *",
    "0 0 0 0 * *", "0 0 0 32 * *", "0 0 0 * 0 *", "0 0 0 * 13 *", "0 0 0 * * 8", "0 0 5-1 * * *", "0 0 */0 * * *",
    "0 0 1,,2 * * *", "0 0 1/2/3 * * *", "0 0 1-2-3 * * *", "0 0 0 L * *", "0 0 0 1W * *", "0 0 0 * * 5#2",
    "0 0 0 * * monday", "-1 0 0 * * *", "0 0 0 mon * *", "0 0 99999999999999999999 * * *", "0 0 ٣ * * *", "0 0 , * * *",
    "0 0 / * * *", "0 0 - * * *",
    // Understood, but there is no such day.
    "0 0 0 30 2 *", "0 0 0 31 apr,jun,sep,nov ?",
  ])
  func whatIsNotUnderstoodOrNeverRunsHasNone(_ text: String) {
    #expect(Cron(text)?.longestGap == nil, "\(text)")
  }
}

/// When a policy runs by itself.
@Suite struct PolicyTriggerTests {
  private static func interval(_ text: String) -> Int? {
    let trigger = try? JSONFixture.read(text) { PolicyTrigger($0) }
    return trigger?.longestInterval.map { Int($0.components.seconds) }
  }

  @Test(
    arguments: [
      (#"{"type":"scheduled","trigger_settings":{"cron":"0 0 0 * * ?"}}"#, 86_400),
      (#"{"type":"manual","trigger_settings":{"cron":"0 0 0 * * ?"}}"#, nil),
      (#"{"type":"Scheduled","trigger_settings":{"cron":"0 0 0 * * ?"}}"#, nil),
      (#"{"type":"event_based"}"#, nil), (#"{"type":"scheduled"}"#, nil),
      (#"{"type":"scheduled","trigger_settings":null}"#, nil),
      (#"{"type":"scheduled","trigger_settings":{"cron":7}}"#, nil), ("{}", nil), ("null", nil), ("[]", nil),
    ] as [(String, Int?)])
  func onlyAScheduleHasAnInterval(_ text: String, _ seconds: Int?) {
    #expect(Self.interval(text) == seconds)
  }
}
