import System

extension Timestamp {
  /// Parses a moment in one of the forms that the cloud writes; nil for anything else, and for anything before 1970.
  ///
  /// The forms are `2021-02-05T09:31:00.298426Z` with no fraction or one of 1 to 9 digits and `Z` or an offset, Go's
  /// `2024-11-25 06:32:34.923248 +0000 UTC` with its zone's name and monotonic clock, and without any zone
  /// `2020-07-22 10:45:56`, which is taken as China's time (assumption `times-have-zones`).
  package init?(parsing text: String) {
    let bytes = Array(text.utf8)
    guard case .moment(let moment) = ParsedTimestamp(bytes.span, 0..<bytes.count) else { return nil }
    self = moment
  }
}

/// The result of parsing a text as a moment.
package enum ParsedTimestamp: Equatable {
  case moment(Timestamp)
  /// Go's zero time, `0001-01-01T00:00:00Z`, which means that the event never happened.
  case zero
  /// A moment before 1970, or not a moment at all.
  case absent

  init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    var cursor = TimestampCursor(position: range.lowerBound, end: range.upperBound)
    guard let moment = cursor.moment(bytes) else {
      self = .absent
      return
    }
    let yearOne: Int64 = -62_135_596_800
    self = moment.seconds >= 0 ? .moment(moment) : moment == Timestamp(seconds: yearOne) ? .zero : .absent
  }
}

/// A cursor that reads a moment from left to right; each step returns nil if the text is not a moment.
struct TimestampCursor {
  var position: Int
  let end: Int

  private static let chinaOffset: Int64 = 8 * 3600

  /// Reads the whole text as a moment of any year.
  mutating func moment(_ bytes: Span<UInt8>) -> Timestamp? {
    guard let minute = minuteInWords(bytes) ?? minute(bytes) else { return nil }
    if let rest = secondsInWord(bytes) {
      return Timestamp(seconds: minute &* 60 &+ rest.second, nanoseconds: rest.nanoseconds)
    }
    guard take(UInt8(ascii: ":"), bytes), let second = twoDigits(bytes), second < 60, let nanoseconds = fraction(bytes),
      let offset = zone(bytes),
      position == end
    else { return nil }
    return Timestamp(seconds: minute &* 60 &+ second &- offset, nanoseconds: nanoseconds)
  }

  /// Reads `2021-02-05T09:31` as two words, since nearly all texts begin like that, and returns the minutes since 1970.
  ///
  /// The XOR turns each digit into its value and every other expected byte into 0, so one sum shows whether all are
  /// right.
  @inline(__always)
  private mutating func minuteInWords(_ bytes: Span<UInt8>) -> Int64? {
    guard position &+ 16 <= end else { return nil }
    // The constants are `0000-00-` and `00T00:00`, the first byte lowest.
    let date = bytes.word(at: position) ^ 0x2D30_302D_3030_3030
    let time = bytes.word(at: position &+ 8) ^ 0x3030_3A30_3054_3030
    let marks = (date &+ 0x7F76_767F_7676_7676) | date | (time &+ 0x7676_7F76_767F_7676) | time
    guard marks & 0x8080_8080_8080_8080 == 0 else { return nil }
    let dates = date &* 10 &+ date &>> 8
    let times = time &* 10 &+ time &>> 8
    func pair(_ pairs: UInt64, _ index: UInt64) -> Int64 { Int64(truncatingIfNeeded: pairs &>> (index &* 8) & 0xFF) }
    guard let day = Self.day(year: pair(dates, 0) &* 100 &+ pair(dates, 2), month: pair(dates, 5), day: pair(times, 0)),
      pair(times, 3) < 24, pair(times, 6) < 60
    else { return nil }
    position &+= 16
    return (day &* 24 &+ pair(times, 3)) &* 60 &+ pair(times, 6)
  }

  /// Reads `:00.298Z` at the end of the text in the same way, as one word.
  @inline(__always)
  private mutating func secondsInWord(_ bytes: Span<UInt8>) -> (second: Int64, nanoseconds: Int32)? {
    guard position &+ 8 == end else { return nil }
    // The constant is `:00.000Z`, the first byte lowest.
    let word = bytes.word(at: position) ^ 0x5A30_3030_2E30_303A
    let marks = (word &+ 0x7F76_7676_7F76_767F) | word
    guard marks & 0x8080_8080_8080_8080 == 0 else { return nil }
    func digit(_ index: UInt64) -> Int64 { Int64(truncatingIfNeeded: word &>> (index &* 8) & 0xFF) }
    let second = digit(1) &* 10 &+ digit(2)
    guard second < 60 else { return nil }
    position = end
    let milliseconds = (digit(4) &* 10 &+ digit(5)) &* 10 &+ digit(6)
    return (second, Int32(truncatingIfNeeded: milliseconds &* 1_000_000))
  }

  /// Reads date, hour and minute in any of the accepted forms, and returns the minutes since 1970.
  private mutating func minute(_ bytes: Span<UInt8>) -> Int64? {
    guard let century = twoDigits(bytes), let yearOfCentury = twoDigits(bytes), take(UInt8(ascii: "-"), bytes),
      let month = twoDigits(bytes), take(UInt8(ascii: "-"), bytes), let dayOfMonth = twoDigits(bytes),
      let day = Self.day(year: century &* 100 &+ yearOfCentury, month: month, day: dayOfMonth),
      let separator = peek(bytes), separator == 0x20 || separator | 0x20 == UInt8(ascii: "t")
    else { return nil }
    position &+= 1
    guard let hour = twoDigits(bytes), take(UInt8(ascii: ":"), bytes), let minute = twoDigits(bytes), hour < 24,
      minute < 60
    else { return nil }
    return (day &* 24 &+ hour) &* 60 &+ minute
  }

  /// Returns the days since 1970; nil if there is no such day.
  @inline(__always)
  private static func day(year: Int64, month: Int64, day: Int64) -> Int64? {
    guard year >= 1, 1...12 ~= month, day >= 1, day <= days(inMonth: month, of: year) else { return nil }
    return Timestamp.day(year: year, month: month, day: day)
  }

  private static func days(inMonth month: Int64, of year: Int64) -> Int64 {
    if month == 2 { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28 }
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31
  }

  /// Reads a fraction of 1 to 9 digits and returns its nanoseconds; 0 if there is none.
  private mutating func fraction(_ bytes: Span<UInt8>) -> Int32? {
    guard take(UInt8(ascii: "."), bytes) else { return 0 }
    var value: Int32 = 0
    var digits = 0
    while digits < 9, let byte = peek(bytes), let digit = JSONGrammar.digit(byte) {
      value = value &* 10 &+ Int32(digit)
      digits &+= 1
      position &+= 1
    }
    guard digits > 0 else { return nil }
    for _ in digits..<9 { value = value &* 10 }
    return value
  }

  /// Reads the zone, if there is one, and returns the seconds east of UTC.
  private mutating func zone(_ bytes: Span<UInt8>) -> Int64? {
    guard let first = peek(bytes) else { return Self.chinaOffset }
    if first | 0x20 == UInt8(ascii: "z") {
      position &+= 1
      return 0
    }
    let isGo = take(0x20, bytes)
    guard let sign = peek(bytes), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return nil }
    position &+= 1
    guard let hours = twoDigits(bytes) else { return nil }
    _ = take(UInt8(ascii: ":"), bytes)
    guard let minutes = twoDigits(bytes), hours < 24, minutes < 60 else { return nil }
    if isGo { skipGoSuffix(bytes) }
    let offset = hours &* 3600 &+ minutes &* 60
    return sign == UInt8(ascii: "-") ? -offset : offset
  }

  /// Skips the zone's name and the monotonic clock (`m=+0.01`) that Go appends.
  private mutating func skipGoSuffix(_ bytes: Span<UInt8>) {
    for _ in 0..<2 where take(0x20, bytes) {
      while let byte = peek(bytes), byte > 0x20, byte < 0x7F { position &+= 1 }
    }
  }

  @inline(__always)
  private mutating func twoDigits(_ bytes: Span<UInt8>) -> Int64? {
    guard position &+ 2 <= end, let tens = JSONGrammar.digit(bytes[position]),
      let ones = JSONGrammar.digit(bytes[position &+ 1])
    else { return nil }
    position &+= 2
    return Int64(tens &* 10 &+ ones)
  }

  @inline(__always)
  private func peek(_ bytes: Span<UInt8>) -> UInt8? { position < end ? bytes[position] : nil }

  @inline(__always)
  private mutating func take(_ byte: UInt8, _ bytes: Span<UInt8>) -> Bool {
    guard position < end, bytes[position] == byte else { return false }
    position &+= 1
    return true
  }
}
