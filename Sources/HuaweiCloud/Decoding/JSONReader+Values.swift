import System

/// Scalars as the cloud means them: a number may stand in a string, an id may be a string or a number, and a value of
/// another type than the requested one is absent, like `null`. The syntax of all of it is checked nevertheless.
extension JSONReader {
  /// The longest text that is kept, in bytes; a longer one is cut.
  static let longestText = 4096
  /// The longest text that identifies an object, in bytes: as long as a label's value may be.
  static let longestIdentifier = 1024

  /// Takes an integer; nil for a fraction, for a value beyond 64 bits, and for anything that is not a number.
  package mutating func integer() throws(JSONFault) -> Int64? {
    switch peek() {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
      let start = position
      let number = try takeNumber()
      return number.integer ?? Self.integralValue(of: start..<number.end, in: bytes)
    case UInt8(ascii: "\""):
      let text = try takeString()
      return text.hasEscapes ? nil : Self.integer(written: text.range, in: bytes)
    default:
      try skip()
      return nil
    }
  }

  /// Takes a count or measure: an integer; nil if it is negative.
  package mutating func count() throws(JSONFault) -> Int64? {
    guard let value = try integer(), value >= 0 else { return nil }
    return value
  }

  /// Returns the integer in these bytes; nil if they hold anything else.
  static func integer(written range: Range<Int>, in bytes: [UInt8]) -> Int64? {
    guard !range.isEmpty, range.count <= 32,
      bytes[range.lowerBound] == UInt8(ascii: "-") || JSONGrammar.digit(bytes[range.lowerBound]) != nil,
      let number = try? JSONGrammar.number(bytes.span, range.lowerBound), number.end == range.upperBound
    else { return nil }
    return number.integer ?? integralValue(of: range, in: bytes)
  }

  /// Returns the value of a number with fraction or exponent if it is an integer nevertheless, such as `25.0` or `1e3`.
  private static func integralValue(of range: Range<Int>, in bytes: [UInt8]) -> Int64? {
    guard range.count <= 32, let value = Double(String(decoding: bytes[range], as: UTF8.self)),
      abs(value) < 0x1p53, range.contains(where: { JSONGrammar.digit(bytes[$0]) == nil })
    else { return nil }
    return Int64(exactly: value)
  }

  /// Takes a string or a number, as it is written.
  package mutating func text() throws(JSONFault) -> JSONText? {
    switch peek() {
    case UInt8(ascii: "\""): return try takeString()
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
      let start = position
      return JSONText(range: start..<(try takeNumber()).end, hasEscapes: false, isASCII: true)
    default:
      try skip()
      return nil
    }
  }

  /// Takes a string, or a number as it is written, and returns a copy cut to `longestText`.
  mutating func string() throws(JSONFault) -> String? {
    try text()?.string(in: bytes, limit: Self.longestText)
  }

  /// Takes a moment in any of the accepted forms; nil for anything else.
  package mutating func timestamp() throws(JSONFault) -> Timestamp? {
    guard case .moment(let moment) = try parsedTimestamp() else { return nil }
    return moment
  }

  /// Takes a moment, or the value in its place.
  package mutating func parsedTimestamp() throws(JSONFault) -> ParsedTimestamp {
    guard peek() == UInt8(ascii: "\"") else {
      try skip()
      return .absent
    }
    let text = try takeString()
    guard text.hasEscapes else { return ParsedTimestamp(bytes.span, text.range) }
    let plain = text.utf8(in: bytes, limit: 64)
    return ParsedTimestamp(plain.span, 0..<plain.count)
  }
}

extension JSONReader {
  /// Enters a nested array; returns false, having taken the value, if it is anything else.
  package mutating func beginArrayIfAny() throws(JSONFault) -> Bool {
    if peek() == UInt8(ascii: "[") { return try beginArray() }
    try skip()
    return false
  }

  /// Takes a position in a listing; nil for `null` and an empty string.
  ///
  /// Throws `notAnInteger` for anything else that is not an integer, since the rest of the listing would be lost
  /// (assumption `markers-are-integers`).
  package mutating func marker() throws(JSONFault) -> Int64? {
    let next = peek()
    let start = position
    if next == UInt8(ascii: "n") {
      try skip()
      return nil
    }
    let value = try integer()
    guard value != nil || bytes[start..<position].elementsEqual([UInt8(ascii: "\""), UInt8(ascii: "\"")]) else {
      throw JSONFault(.notAnInteger, at: start)
    }
    return value
  }
}
