import System

/// Scalars as the cloud means them: a number may stand in a string, an id may be either, and a value of another type than
/// the one that is wanted is absent, like `null`. The syntax of all of it is checked nevertheless.
extension JSONReader {
  /// Longest text that is taken over, in bytes; a longer one is cut.
  static let longestText = 4096
  /// Longest text by which an object is told from others, in bytes: as long as a label's value may be.
  static let longestIdentifier = 1024

  /// An integer; nil also for a fraction, for what is beyond 64 bits, and for what is no number.
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

  /// An integer that counts or measures something: nil where it is negative.
  package mutating func count() throws(JSONFault) -> Int64? {
    guard let value = try integer(), value >= 0 else { return nil }
    return value
  }

  /// The integer that stands in these bytes, where they hold one and nothing else.
  static func integer(written range: Range<Int>, in bytes: [UInt8]) -> Int64? {
    guard !range.isEmpty, range.count <= 32,
      bytes[range.lowerBound] == UInt8(ascii: "-") || JSONGrammar.digit(bytes[range.lowerBound]) != nil,
      let number = try? JSONGrammar.number(bytes.span, range.lowerBound), number.end == range.upperBound
    else { return nil }
    return number.integer ?? integralValue(of: range, in: bytes)
  }

  /// The value of a number with fraction or exponent, where that is an integer all the same, such as `25.0` or `1e3`.
  private static func integralValue(of range: Range<Int>, in bytes: [UInt8]) -> Int64? {
    guard range.count <= 32, let value = Double(String(decoding: bytes[range], as: UTF8.self)),
      abs(value) < 0x1p53, range.contains(where: { JSONGrammar.digit(bytes[$0]) == nil })
    else { return nil }
    return Int64(exactly: value)
  }

  /// A string or a number, as it is written.
  package mutating func text() throws(JSONFault) -> JSONText? {
    switch peek() {
    case UInt8(ascii: "\""): return try takeString()
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
      let start = position
      return JSONText(range: start..<(try takeNumber()).end, hasEscapes: false)
    default:
      try skip()
      return nil
    }
  }

  /// A string or a number as a string of its own, cut to `longestText`.
  mutating func string() throws(JSONFault) -> String? {
    try text()?.string(in: bytes, limit: Self.longestText)
  }

  /// A string that is of no use when cut: nil where it is longer than `longestText`.
  mutating func uncutString() throws(JSONFault) -> String? {
    guard let text = try text(), !text.isLonger(than: Self.longestText) else { return nil }
    return text.string(in: bytes, limit: Self.longestText)
  }

  /// A string by which the object is asked for: nil where it is empty or too long to be one.
  mutating func identifier() throws(JSONFault) -> String? {
    guard let string = try uncutString(), !string.isEmpty else { return nil }
    return string
  }

  /// `true` and `false`, also in a string.
  mutating func boolean() throws(JSONFault) -> Bool? {
    switch peek() {
    case UInt8(ascii: "t"):
      try literal("true")
      return true
    case UInt8(ascii: "f"):
      try literal("false")
      return false
    case UInt8(ascii: "\""):
      let text = try takeString().string(in: bytes, limit: 8)
      return text == "true" ? true : text == "false" ? false : nil
    default:
      try skip()
      return nil
    }
  }

  /// A moment in any of the accepted forms; nil for anything else.
  package mutating func timestamp() throws(JSONFault) -> Timestamp? {
    guard case .moment(let moment) = try parsedTimestamp() else { return nil }
    return moment
  }

  /// A moment, or what stands in its place.
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
  /// Enters a nested object; false, with the value taken, for anything that is none.
  package mutating func beginObjectIfAny() throws(JSONFault) -> Bool {
    if peek() == UInt8(ascii: "{") { return try beginObject() }
    try skip()
    return false
  }

  /// Enters a nested array; false, with the value taken, for anything that is none.
  package mutating func beginArrayIfAny() throws(JSONFault) -> Bool {
    if peek() == UInt8(ascii: "[") { return try beginArray() }
    try skip()
    return false
  }

  /// A list's elements; a `null` among them, and one that `element` finds to be none, is left out.
  mutating func list<Element>(
    _ element: (inout JSONReader) throws(JSONFault) -> Element?
  ) throws(JSONFault) -> [Element] {
    var elements: [Element] = []
    guard try beginArray() else { return elements }
    while try nextElement() {
      if let element = try element(&self) { elements.append(element) }
    }
    return elements
  }

  /// A position in a listing: nil where there is none, an error where it is no integer, since what follows would be lost
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
