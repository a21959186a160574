/// Reads a moment from left to right; every step gives nil where the text is none.
struct TimestampCursor {
  var position: Int
  let end: Int

  private static let chinaOffset: Int64 = 8 * 3600

  /// The whole text as a moment, whatever its year.
  mutating func moment(_ bytes: Span<UInt8>) -> Timestamp? {
    guard let day = date(bytes), let separator = peek(bytes), separator == 0x20 || separator | 0x20 == UInt8(ascii: "t")
    else { return nil }
    position &+= 1
    guard let second = timeOfDay(bytes), let nanoseconds = fraction(bytes), let offset = zone(bytes), position == end
    else { return nil }
    return Timestamp(seconds: day &* 86400 &+ second &- offset, nanoseconds: nanoseconds)
  }

  /// Days since 1970.
  private mutating func date(_ bytes: Span<UInt8>) -> Int64? {
    guard let century = twoDigits(bytes), let yearOfCentury = twoDigits(bytes), take(UInt8(ascii: "-"), bytes),
      let month = twoDigits(bytes), take(UInt8(ascii: "-"), bytes), let day = twoDigits(bytes)
    else { return nil }
    let year = century &* 100 &+ yearOfCentury
    guard year >= 1, 1...12 ~= month, day >= 1, day <= Self.days(inMonth: month, of: year) else { return nil }
    // Years that begin in March have their leap day last, so the days before a month follow one line.
    let isEarly = month <= 2
    let shiftedYear = isEarly ? year &- 1 : year
    let shiftedMonth = isEarly ? month &+ 9 : month &- 3
    let dayOfYear = (153 &* shiftedMonth &+ 2) / 5 &+ day &- 1
    let leapDays = shiftedYear / 4 &- shiftedYear / 100 &+ shiftedYear / 400
    return shiftedYear &* 365 &+ leapDays &+ dayOfYear &- 719_468
  }

  private static func days(inMonth month: Int64, of year: Int64) -> Int64 {
    if month == 2 { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28 }
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31
  }

  private mutating func timeOfDay(_ bytes: Span<UInt8>) -> Int64? {
    guard let hour = twoDigits(bytes), take(UInt8(ascii: ":"), bytes), let minute = twoDigits(bytes),
      take(UInt8(ascii: ":"), bytes), let second = twoDigits(bytes), hour < 24, minute < 60, second < 60
    else { return nil }
    return hour &* 3600 &+ minute &* 60 &+ second
  }

  /// Nanoseconds: 0 without a fraction, else of 1 to 9 digits.
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

  /// Seconds east of UTC.
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

  /// The zone's name and the monotonic clock (`m=+0.01`) that Go appends.
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
