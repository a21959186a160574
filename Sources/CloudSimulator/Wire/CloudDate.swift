import System

/// The ways in which the services write a time, each with its own fraction and zone.
enum CloudDate {
  /// Returns a time as RFC 3339, `2021-02-05T09:31:00.298426Z`; an offset in hours other than 0 gives `+08:00` and
  /// local time.
  static func rfc3339(_ time: Timestamp, digits: Int, offsetHours: Int = 0) -> String {
    let local = civil(time, offsetHours: offsetHours)
    let zone = offsetHours == 0 ? "Z" : "+\(padded(offsetHours, 2)):00"
    return text(local, between: "T") + fraction(time, digits: digits) + zone
  }

  /// Returns a time as Go's `RFC3339Nano` writes it: with as many digits of the fraction as there are, or none.
  static func rfc3339Nano(_ time: Timestamp) -> String {
    let local = civil(time, offsetHours: 0)
    return text(local, between: "T") + shortestFraction(time) + "Z"
  }

  /// Returns a time as Go's `time.String()` writes it, `2024-11-25 06:32:34.923248 +0000 UTC`.
  static func goString(_ time: Timestamp) -> String {
    let local = civil(time, offsetHours: 0)
    return text(local, between: " ") + shortestFraction(time) + " +0000 UTC"
  }

  /// Returns a time in the fixed format of HTTP (RFC 9110, 5.6.7), `Sun, 06 Nov 1994 08:49:37 GMT`.
  static func http(_ time: Timestamp) -> String {
    let names = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let day = floorDivision(time.seconds, 86400)
    let local = civil(time, offsetHours: 0)
    let weekday = names[Int(((day % 7) + 7) % 7)]
    return "\(weekday), \(padded(local.day, 2)) \(months[local.month - 1]) \(local.year) "
      + text(local, between: " ").suffix(8) + " GMT"
  }

  /// Parses a time in the format of `X-Sdk-Date`, `20250102T030405Z`; returns nil if the text is anything else.
  static func parseBasic(_ text: String) -> Timestamp? {
    let bytes = Array(text.utf8)
    guard bytes.count == 16, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z") else { return nil }
    func number(_ range: Range<Int>) -> Int64? {
      var value: Int64 = 0
      for byte in bytes[range] {
        guard byte >= 48, byte <= 57 else { return nil }
        value = value * 10 + Int64(byte - 48)
      }
      return value
    }
    guard let year = number(0..<4), let month = number(4..<6), let day = number(6..<8), let hour = number(9..<11),
      let minute = number(11..<13), let second = number(13..<15), (1...12).contains(month)
    else { return nil }
    return Timestamp(seconds: days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second)
  }

  private struct Civil {
    var year: Int
    var month: Int
    var day: Int
    var secondOfDay: Int
  }

  private static func civil(_ time: Timestamp, offsetHours: Int) -> Civil {
    let seconds = time.seconds + Int64(offsetHours) * 3600
    let day = floorDivision(seconds, 86400)
    let rest = Int(seconds - day * 86400)
    // The days are counted from 0000-03-01, in eras of 400 years, so that the leap day is the last of its year.
    let shifted = day + 719_468
    let era = floorDivision(shifted, 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let dayOfMonth = Int(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    let month = Int(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9)
    let year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    return Civil(year: year, month: month, day: dayOfMonth, secondOfDay: rest)
  }

  /// Returns `2024-11-25`, the separator and `06:32:34`; writes bytes, since a page of artifacts has hundreds of times.
  private static func text(_ civil: Civil, between separator: Unicode.Scalar) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(19)
    func append(_ number: Int, _ end: Unicode.Scalar?) {
      bytes.append(UInt8(48 + number / 10 % 10))
      bytes.append(UInt8(48 + number % 10))
      if let end { bytes.append(UInt8(ascii: end)) }
    }
    append(civil.year / 100, nil)
    append(civil.year, "-")
    append(civil.month, "-")
    append(civil.day, separator)
    append(civil.secondOfDay / 3600, ":")
    append(civil.secondOfDay / 60 % 60, ":")
    append(civil.secondOfDay % 60, nil)
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = floorDivision(shiftedYear, 400)
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func fraction(_ time: Timestamp, digits: Int) -> String {
    guard digits > 0 else { return "" }
    return "." + padded(Int(time.nanoseconds), 9).prefix(digits)
  }

  private static func shortestFraction(_ time: Timestamp) -> String {
    guard time.nanoseconds != 0 else { return "" }
    var digits = padded(Int(time.nanoseconds), 9)
    while digits.hasSuffix("0") { digits.removeLast() }
    return "." + digits
  }

  private static func floorDivision(_ value: Int64, _ divisor: Int64) -> Int64 {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return text.count < width ? String(repeating: "0", count: width - text.count) + text : text
  }
}
