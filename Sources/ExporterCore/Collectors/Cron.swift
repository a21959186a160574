/// A schedule in UTC with six fields, as the registry behind SWR has them: second, minute, hour, day of the month,
/// month, day of the week.
///
/// Each field is `*`, `?`, a number, range `1-5` or step `*/15`, or a list of these; months and weekdays may be names.
struct Cron: Sendable {
  private struct Field: Sendable {
    let values: Set<Int>
    let isAny: Bool
  }

  private let second, minute, hour, day, month, weekday: Field

  /// Parses a schedule; nil if the text has another form.
  init?(_ text: String) {
    let fields = text.split(whereSeparator: \.isWhitespace).map(String.init)
    guard fields.count == 6, let second = Self.field(fields[0], 0...59), let minute = Self.field(fields[1], 0...59),
      let hour = Self.field(fields[2], 0...23), let day = Self.field(fields[3], 1...31),
      let month = Self.field(fields[4], 1...12, names: Self.months),
      let weekday = Self.field(fields[5], 0...7, names: Self.weekdays)
    else { return nil }
    self.second = second
    self.minute = minute
    self.hour = hour
    self.day = day
    self.month = month
    // Sunday is both 0 and 7.
    self.weekday = Field(values: Set(weekday.values.map { $0 % 7 }), isAny: weekday.isAny)
  }

  private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
  private static let weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

  private static func field(_ text: String, _ range: ClosedRange<Int>, names: [String] = []) -> Field? {
    // Sunday's second number, 7, may be written, but `*` and steps without an end stop at 6.
    let whole = names == weekdays ? 0...6 : range
    var values: Set<Int> = []
    var isAny = false
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let halves = part.split(separator: "/", omittingEmptySubsequences: false)
      guard halves.count <= 2, let step = halves.count == 2 ? number(halves[1]) : 1, step > 0 else { return nil }
      let bounds = halves[0].split(separator: "-", omittingEmptySubsequences: false)
      let low, high: Int
      if halves[0] == "*" || halves[0] == "?" {
        (low, high) = (whole.lowerBound, whole.upperBound)
        isAny = isAny || step == 1
      } else if bounds.count == 2 {
        guard let first = value(bounds[0], range, names), let last = value(bounds[1], range, names), first <= last
        else {
          return nil
        }
        (low, high) = (first, last)
      } else {
        guard bounds.count == 1, let first = value(bounds[0], range, names) else { return nil }
        (low, high) = (first, halves.count == 2 ? max(first, whole.upperBound) : first)
      }
      values.formUnion(stride(from: low, through: high, by: step))
    }
    return Field(values: values, isAny: isAny)
  }

  private static func value(_ text: Substring, _ range: ClosedRange<Int>, _ names: [String]) -> Int? {
    if let index = names.firstIndex(of: text.lowercased()) { return index + range.lowerBound }
    return number(text).flatMap { range.contains($0) ? $0 : nil }
  }

  private static func number(_ text: Substring) -> Int? {
    1...4 ~= text.count && text.allSatisfy { $0.isASCII && $0.isNumber } ? Int(text) : nil
  }

  /// The longest time between one run and the next, or nil if the schedule never runs.
  var longestGap: Duration? {
    let times = timesOfDay
    guard let first = times.first, let last = times.last else { return nil }
    var longest = zip(times.dropFirst(), times).map { $0 - $1 }.max() ?? 0
    let days = matchingDays
    guard let firstDay = days.first, let lastDay = days.last else { return nil }
    let gaps = zip(days.dropFirst(), days).map { $0 - $1 } + [firstDay + Self.cycle - lastDay]
    longest = max(longest, (gaps.max() ?? Self.cycle) * 86_400 - last + first)
    return .seconds(longest)
  }

  /// The times of day of the runs, in seconds since midnight, ascending.
  private var timesOfDay: [Int] {
    var times: [Int] = []
    for hour in hour.values.sorted() {
      for minute in minute.values.sorted() {
        for second in second.values.sorted() { times.append(hour * 3600 + minute * 60 + second) }
      }
    }
    return times
  }

  /// The number of days in 28 years, after which dates fall on the same days of the week again.
  private static let cycle = 28 * 365 + 7

  /// The numbers of the days with a run, in one cycle that begins with 2001.
  private var matchingDays: [Int] {
    // 1 January 2001 was a Monday.
    var number = 0
    var days: [Int] = []
    for year in 2001..<2029 {
      for month in 1...12 {
        let length = month == 2 ? (year % 4 == 0 ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
        for day in 1...length {
          if self.month.values.contains(month), runs(day: day, weekday: (number + 1) % 7) { days.append(number) }
          number += 1
        }
      }
    }
    return days
  }

  /// Returns whether a day has a run; if both the day of the month and that of the week are given, either is enough.
  private func runs(day: Int, weekday: Int) -> Bool {
    let (isDay, isWeekday) = (self.day.values.contains(day), self.weekday.values.contains(weekday))
    return self.day.isAny || self.weekday.isAny ? isDay && isWeekday : isDay || isWeekday
  }
}
