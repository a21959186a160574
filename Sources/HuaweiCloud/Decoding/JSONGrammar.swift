import System

/// The tokens of RFC 8259: each function gets the offset of a token's first byte and returns its end, or throws.
enum JSONGrammar {
  @inline(__always)
  static func skipWhitespace(_ bytes: Span<UInt8>, _ start: Int) -> Int {
    var position = start
    while position < bytes.count {
      let byte = bytes[position]
      // Usually there is no white space in what servers send, and one comparison is enough.
      guard byte <= 0x20, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { break }
      position &+= 1
    }
    return position
  }

  /// Reads a string from after its opening quote; its closing quote is at the end of the returned range.
  @inline(__always)
  static func string(_ bytes: Span<UInt8>, _ start: Int) throws(JSONFault) -> JSONText {
    let end = bytes.endOfPlainText(from: start)
    if end < bytes.count, bytes[end] == UInt8(ascii: "\"") {
      return JSONText(range: start..<end, hasEscapes: false, isASCII: true)
    }
    return try otherString(bytes, start, from: end)
  }

  /// Reads a string in which the byte at `position` is not plain text.
  private static func otherString(
    _ bytes: Span<UInt8>, _ start: Int, from position: Int
  ) throws(JSONFault) -> JSONText {
    var position = position
    var hasEscapes = false
    while true {
      guard position < bytes.count else { throw JSONFault(.unexpectedEnd, at: position) }
      switch bytes[position] {
      case UInt8(ascii: "\""): return JSONText(range: start..<position, hasEscapes: hasEscapes)
      case UInt8(ascii: "\\"):
        hasEscapes = true
        position = try escape(bytes, position)
      case 0..<0x20: throw JSONFault(.controlCharacter, at: position)
      // UTF-8 is checked when the text is used, so a field that nobody reads costs nothing.
      default: position &+= 1
      }
      position = bytes.endOfPlainText(from: position)
    }
  }

  private static func escape(_ bytes: Span<UInt8>, _ start: Int) throws(JSONFault) -> Int {
    guard start + 1 < bytes.count else { throw JSONFault(.unexpectedEnd, at: bytes.count) }
    switch bytes[start + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      return start + 2
    case UInt8(ascii: "u"):
      let unit = try codeUnit(bytes, start)
      guard unit & 0xF800 == 0xD800 else { return start + 6 }
      // A high surrogate and the low one after it form one character; alone, both are invalid.
      guard unit & 0xFC00 == 0xD800, start + 7 < bytes.count, bytes[start + 6] == UInt8(ascii: "\\"),
        bytes[start + 7] == UInt8(ascii: "u"), try codeUnit(bytes, start + 6) & 0xFC00 == 0xDC00
      else { throw JSONFault(.unpairedSurrogate, at: start) }
      return start + 12
    default: throw JSONFault(.invalidEscape, at: start)
    }
  }

  /// Returns the value of the four digits of `\uXXXX`.
  private static func codeUnit(_ bytes: Span<UInt8>, _ start: Int) throws(JSONFault) -> UInt32 {
    guard start + 6 <= bytes.count else { throw JSONFault(.unexpectedEnd, at: bytes.count) }
    var unit: UInt32 = 0
    for position in start + 2..<start + 6 {
      guard let digit = bytes[position].hexadecimalValue else { throw JSONFault(.invalidEscape, at: start) }
      unit = unit << 4 | UInt32(digit)
    }
    return unit
  }
}

extension Span<UInt8> {
  /// Returns the offset of the first byte, from `start` on, that is not plain ASCII text: a quote, a backslash, a
  /// control character or a part of a longer UTF-8 sequence; if there is none, the end.
  func endOfPlainText(from start: Int) -> Int {
    precondition(start >= 0, "bytes before the bytes")
    var position = start
    let ones: UInt64 = 0x0101_0101_0101_0101
    while position <= count &- 8 {
      let word = word(at: position)
      // A subtraction sets the high bit of the byte that it takes below zero; the borrow reaches only bytes after it.
      let quotes = (word ^ ones &* UInt64(UInt8(ascii: "\""))) &- ones
      let backslashes = (word ^ ones &* UInt64(UInt8(ascii: "\\"))) &- ones
      let controls = word &- ones &* UInt64(UInt8(ascii: " "))
      let marks = (quotes | backslashes | controls | word) & (ones &* 0x80)
      if marks != 0 { return position &+ marks.trailingZeroBitCount / 8 }
      position &+= 8
    }
    while position < count, self[position].isPlainText { position &+= 1 }
    return position
  }
}

extension UInt8 {
  /// Whether this is an ASCII character that a JSON string may hold without an escape (RFC 8259, 7).
  fileprivate var isPlainText: Bool {
    self >= UInt8(ascii: " ") && self < 0x80 && self != UInt8(ascii: "\"") && self != UInt8(ascii: "\\")
  }
}

extension JSONGrammar {
  /// The end of a number and, if it has no fraction or exponent and fits, its value.
  struct Number {
    var end: Int
    var integer: Int64?
  }

  /// Reads a number from its first character.
  @inline(__always)
  static func number(_ bytes: Span<UInt8>, _ start: Int) throws(JSONFault) -> Number {
    if let natural = natural(bytes, start) { return natural }
    return try anyNumber(bytes, start)
  }

  /// Reads a natural number of up to 18 digits, as nearly all numbers are; nil if `anyNumber` must read it.
  @inline(__always)
  private static func natural(_ bytes: Span<UInt8>, _ start: Int) -> Number? {
    guard start <= bytes.count &- 32 else { return nil }
    let word = bytes.word(at: start)
    let head = leadingDigits(word)
    // A natural number that begins with 0 is 0 itself, or invalid: `anyNumber` tells which.
    guard head.count > 0, word & 0xFF != 0x30 else { return nil }
    var value = Int64(truncatingIfNeeded: head.value)
    var end = start &+ head.count
    while let digit = digit(bytes[end]) {
      guard end < start &+ 18 else { return nil }
      value = value &* 10 &+ Int64(digit)
      end &+= 1
    }
    return isFractionOrExponent(bytes[end]) ? nil : Number(end: end, integer: value)
  }

  private static func anyNumber(_ bytes: Span<UInt8>, _ start: Int) throws(JSONFault) -> Number {
    let isNegative = bytes[start] == UInt8(ascii: "-")
    let first = isNegative ? start + 1 : start
    var position = first
    var magnitude: UInt64 = 0
    while position < bytes.count, let digit = digit(bytes[position]) {
      magnitude = magnitude &* 10 &+ UInt64(digit)
      position &+= 1
    }
    guard position > first, bytes[first] != UInt8(ascii: "0") || position == first + 1 else {
      throw fault(bytes, at: position == first ? position : first + 1)
    }
    guard position < bytes.count, isFractionOrExponent(bytes[position]) else {
      // Nineteen digits always fit `magnitude`; a longer number has wrapped around.
      guard position &- first <= 19, magnitude <= UInt64(Int64.max) &+ (isNegative ? 1 : 0) else {
        return Number(end: position, integer: nil)
      }
      return Number(end: position, integer: Int64(truncatingIfNeeded: isNegative ? 0 &- magnitude : magnitude))
    }
    return Number(end: try fractionAndExponent(bytes, position), integer: nil)
  }

  /// Returns how many of eight bytes, from the lowest on, are digits, and the number that they write.
  ///
  /// All eight are examined at once: a byte that is no digit carries only into the bytes above it, which are cut off.
  @inline(__always)
  private static func leadingDigits(_ word: UInt64) -> (count: Int, value: UInt64) {
    let values = word ^ 0x3030_3030_3030_3030
    let marks = ((values &+ 0x7676_7676_7676_7676) | values) & 0x8080_8080_8080_8080
    let count = marks.trailingZeroBitCount / 8
    guard count > 0 else { return (0, 0) }
    // The shift puts zeros before the number, so that units, tens and so on are at fixed places.
    let digits = values &<< (64 &- UInt64(count) &* 8)
    let pairs = digits &* 10 &+ digits &>> 8
    let mask: UInt64 = 0x0000_00FF_0000_00FF
    let value = (pairs & mask) &* 0x000F_4240_0000_0064 &+ (pairs &>> 16 & mask) &* 0x0000_2710_0000_0001
    return (count, value &>> 32)
  }

  @inline(__always)
  static func digit(_ byte: UInt8) -> UInt8? {
    let digit = byte &- UInt8(ascii: "0")
    return digit < 10 ? digit : nil
  }

  private static func isFractionOrExponent(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e")
  }

  private static func fractionAndExponent(_ bytes: Span<UInt8>, _ start: Int) throws(JSONFault) -> Int {
    var position = start
    if bytes[position] == UInt8(ascii: ".") { position = try digits(bytes, position + 1) }
    guard position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") else { return position }
    position += 1
    if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
      position += 1
    }
    return try digits(bytes, position)
  }

  private static func digits(_ bytes: Span<UInt8>, _ start: Int) throws(JSONFault) -> Int {
    var position = start
    while position < bytes.count, digit(bytes[position]) != nil { position += 1 }
    guard position > start else { throw fault(bytes, at: position) }
    return position
  }

  private static func fault(_ bytes: Span<UInt8>, at position: Int) -> JSONFault {
    JSONFault(position < bytes.count ? .invalidNumber : .unexpectedEnd, at: position)
  }
}
