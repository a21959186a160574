/// A moment in Unix time, to the nanosecond.
package struct Timestamp: Sendable, Hashable, Comparable {
  package var seconds: Int64
  /// The nanoseconds to add to `seconds`, 0 ..< 1,000,000,000, also before 1970.
  package var nanoseconds: Int32

  package init(seconds: Int64, nanoseconds: Int32 = 0) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  /// Seconds since 1970, with their fraction.
  package var unixTime: Double { Double(seconds) + Double(nanoseconds) / 1e9 }

  @inlinable
  package static func < (left: Self, right: Self) -> Bool {
    (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
  }

  package static func + (left: Self, right: Duration) -> Self {
    let (seconds, attoseconds) = right.components
    let nanoseconds = Int64(left.nanoseconds) + attoseconds / 1_000_000_000
    let carry = nanoseconds >= 0 ? nanoseconds / 1_000_000_000 : -1
    return Self(seconds: left.seconds + seconds + carry, nanoseconds: Int32(nanoseconds - carry * 1_000_000_000))
  }

  package static func - (left: Self, right: Self) -> Duration {
    .seconds(left.seconds - right.seconds) + .nanoseconds(Int64(left.nanoseconds) - Int64(right.nanoseconds))
  }
}

extension Timestamp {
  /// A date and time of day in UTC (proleptic Gregorian calendar).
  package struct Calendar: Equatable {
    package var year: Int
    /// 1 to 12.
    package var month: Int
    /// 1 to 31.
    package var day: Int
    package var hour: Int
    package var minute: Int
    package var second: Int

    package init(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
      self.year = year
      self.month = month
      self.day = day
      self.hour = hour
      self.minute = minute
      self.second = second
    }
  }

  package init(_ calendar: Calendar) {
    let day = Self.day(year: Int64(calendar.year), month: Int64(calendar.month), day: Int64(calendar.day))
    self.init(seconds: ((day * 24 + Int64(calendar.hour)) * 60 + Int64(calendar.minute)) * 60 + Int64(calendar.second))
  }

  /// Returns the number of days from 1 January 1970 to a day of the calendar.
  ///
  /// With years that begin in March, the leap day is the last day of a year, and the days before a month follow one
  /// linear formula.
  @inlinable
  package static func day(year: Int64, month: Int64, day: Int64) -> Int64 {
    let isEarly = month <= 2
    let shiftedYear = isEarly ? year &- 1 : year
    let shiftedMonth = isEarly ? month &+ 9 : month &- 3
    let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear &- 399) / 400
    let yearOfEra = shiftedYear &- era &* 400
    let dayOfYear = (153 &* shiftedMonth &+ 2) / 5 &+ day &- 1
    let dayOfEra = yearOfEra &* 365 &+ yearOfEra / 4 &- yearOfEra / 100 &+ dayOfYear
    return era &* 146_097 &+ dayOfEra &- 719_468
  }

  package var calendar: Calendar {
    let whole = Int(seconds)
    let days = (whole >= 0 ? whole : whole - 86_399) / 86_400
    let secondOfDay = whole - days * 86_400
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return Calendar(
      year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
      day: dayOfYear - (153 * monthFromMarch + 2) / 5 + 1, hour: secondOfDay / 3_600, minute: secondOfDay / 60 % 60,
      second: secondOfDay % 60)
  }

  /// Returns the moment in the format of RFC 3339, in UTC with this number of digits of the second's fraction:
  /// `2026-11-28T13:00:24Z`.
  package func rfc3339(fractionDigits: Int = 0) -> String {
    func padded(_ number: Int, _ width: Int = 2) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let calendar = calendar
    let date = "\(padded(calendar.year, 4))-\(padded(calendar.month))-\(padded(calendar.day))"
    let time = "\(padded(calendar.hour)):\(padded(calendar.minute)):\(padded(calendar.second))"
    let fraction = fractionDigits > 0 ? ".\(padded(Int(nanoseconds), 9).prefix(fractionDigits))" : ""
    return "\(date)T\(time)\(fraction)Z"
  }
}
