extension Timestamp {
  /// A moment by the calendar in UTC (proleptic Gregorian).
  struct Calendar: Equatable {
    var year: Int
    /// 1 to 12.
    var month: Int
    /// 1 to 31.
    var day: Int
    var hour: Int
    var minute: Int
    var second: Int
  }

  /// Counts the days by years that begin in March, so that the leap day is the last of its year.
  init(_ calendar: Calendar) {
    let year = calendar.month <= 2 ? calendar.year - 1 : calendar.year
    let era = (year >= 0 ? year : year - 399) / 400
    let yearOfEra = year - era * 400
    let monthFromMarch = (calendar.month + 9) % 12
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + calendar.day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    let days = era * 146_097 + dayOfEra - 719_468
    self.init(seconds: Int64(((days * 24 + calendar.hour) * 60 + calendar.minute) * 60 + calendar.second))
  }

  var calendar: Calendar {
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

  /// `YYYYMMDDTHHMMSSZ`, the form of `X-Sdk-Date`.
  package var signingDate: String {
    let calendar = calendar
    var text: [UInt8] = []
    text.reserveCapacity(16)
    func append(_ number: Int) {
      text.append(UInt8(ascii: "0") + UInt8(number / 10 % 10))
      text.append(UInt8(ascii: "0") + UInt8(number % 10))
    }
    append(calendar.year / 100)
    append(calendar.year % 100)
    append(calendar.month)
    append(calendar.day)
    text.append(UInt8(ascii: "T"))
    append(calendar.hour)
    append(calendar.minute)
    append(calendar.second)
    text.append(UInt8(ascii: "Z"))
    return String(decoding: text, as: UTF8.self)
  }
}
