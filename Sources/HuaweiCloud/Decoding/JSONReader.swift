import System

/// A pull parser for one JSON document (RFC 8259): strict about syntax, also of skipped values, and bounded in depth.
///
/// Each value must be taken exactly once, by its type: `beginObject` then `nextKey` until false, `beginArray` then
/// `nextElement` until false, a scalar, or `skip`. Nothing is built that isn't asked for: texts are ranges of the
/// document. `null` is an absent value. The last of repeated fields counts, if the reader lets it replace the first.
package struct JSONReader {
  static let maximumDepth = 64

  package let bytes: [UInt8]
  /// The name of the field whose value comes next.
  private(set) var key = JSONText(range: 0..<0, hasEscapes: false)
  package var position = 0
  private var depth = 0
  /// Whether the next key or element of the innermost container must follow a comma.
  private var followsValue = false
  private var memory = JSONKeyMemory()
  /// The place of the key in the memory, or nil if it has none.
  private var place: Int?

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Reads a whole document; anything but white space after the value that `body` takes is an error.
  package static func read<Value>(
    _ bytes: [UInt8], _ body: (inout JSONReader) throws(JSONFault) -> Value
  ) throws(JSONError) -> Value {
    do throws(JSONFault) {
      var reader = JSONReader(bytes)
      let value = try body(&reader)
      _ = reader.peek()
      guard reader.position == bytes.count else { throw JSONFault(.trailingBytes, at: reader.position) }
      return value
    } catch {
      throw JSONError(error, in: bytes)
    }
  }

  // MARK: - Containers

  /// Enters an object; returns false for `null`, which is taken.
  package mutating func beginObject() throws(JSONFault) -> Bool {
    try begin(UInt8(ascii: "{"), else: .notAnObject)
  }

  /// Moves to the next field of the innermost object; after the last one, leaves the object and returns false.
  package mutating func nextKey() throws(JSONFault) -> Bool {
    guard let place = memory.next(bytes.span, at: position) else { return try nextOtherKey() }
    takeKey(at: place)
    return true
  }

  /// Takes the key that is in the memory at this place.
  @inline(__always)
  private mutating func takeKey(at place: Int) {
    self.place = place
    memory.advance()
    let known = memory[place]
    key = JSONText(range: position &+ known.name.start..<position &+ known.name.end, hasEscapes: false)
    position &+= known.count
    followsValue = true
  }

  private mutating func nextOtherKey() throws(JSONFault) -> Bool {
    let start = position
    place = nil
    guard try advances(until: UInt8(ascii: "}")) else { return false }
    guard peek() == UInt8(ascii: "\"") else { throw unexpected() }
    key = try JSONGrammar.string(bytes.span, position &+ 1)
    position = key.range.upperBound &+ 1
    guard peek() == UInt8(ascii: ":") else { throw unexpected() }
    position &+= 1
    let known = JSONKeyMemory.Key(start..<position, name: key, of: bytes.span)
    place = memory.append(known)
    return true
  }

  /// Moves as `nextKey` does and returns the number of the field, which is `JSONFields.none` if `fields` has no such
  /// name; nil after the last field.
  package mutating func nextField(of fields: JSONFields) throws(JSONFault) -> UInt8? {
    // Nearly every field was looked for among these before.
    if let place = memory.next(bytes.span, at: position), let number = memory.number(at: place, in: fields) {
      takeKey(at: place)
      return number
    }
    guard try nextKey() else { return nil }
    let number = number(in: fields)
    if let place { memory.remember(number, at: place, in: fields) }
    return number
  }

  private func number(in fields: JSONFields) -> UInt8 {
    guard key.hasEscapes else { return fields.number(of: key.range, in: bytes.span) }
    let name = key.utf8(in: bytes, limit: 64)
    return fields.number(of: 0..<name.count, in: name.span)
  }

  /// Enters an array; returns false for `null`, which is taken.
  package mutating func beginArray() throws(JSONFault) -> Bool {
    try begin(UInt8(ascii: "["), else: .notAnArray)
  }

  /// Moves to the next element of the innermost array; after the last one, leaves the array and returns false.
  package mutating func nextElement() throws(JSONFault) -> Bool {
    guard try advances(until: UInt8(ascii: "]")) else { return false }
    return true
  }

  private mutating func begin(_ bracket: UInt8, else problem: JSONProblem) throws(JSONFault) -> Bool {
    switch peek() {
    case bracket:
      try enter()
      return true
    case UInt8(ascii: "n"):
      try literal("null")
      return false
    default: throw position < bytes.count ? JSONFault(problem, at: position) : unexpected()
    }
  }

  private mutating func enter() throws(JSONFault) {
    guard depth < Self.maximumDepth else { throw JSONFault(.tooDeep, at: position) }
    depth &+= 1
    position &+= 1
    followsValue = false
    memory.begin(level: depth)
  }

  /// Takes the comma if one is required; at the end of the container, leaves it and returns false.
  @inline(__always)
  private mutating func advances(until bracket: UInt8) throws(JSONFault) -> Bool {
    let next = peek()
    if next == bracket {
      depth &-= 1
      memory.end(level: depth)
      position &+= 1
      followsValue = true
      return false
    }
    if followsValue {
      guard next == UInt8(ascii: ",") else { throw unexpected() }
      position &+= 1
    }
    followsValue = true
    return true
  }

  // MARK: - Any value

  /// Moves `position` to the next token and returns its first byte; at the end returns 0, which begins no token.
  @inline(__always)
  package mutating func peek() -> UInt8 {
    position = JSONGrammar.skipWhitespace(bytes.span, position)
    return position < bytes.count ? bytes[position] : 0
  }

  /// Takes the next value of any type, and checks the syntax of all of it.
  package mutating func skip() throws(JSONFault) {
    switch peek() {
    case UInt8(ascii: "\""): _ = try takeString()
    case UInt8(ascii: "{"):
      try enter()
      while try nextKey() { try skip() }
    case UInt8(ascii: "["):
      try enter()
      while try nextElement() { try skip() }
    case UInt8(ascii: "t"): try literal("true")
    case UInt8(ascii: "f"): try literal("false")
    case UInt8(ascii: "n"): try literal("null")
    default: _ = try takeNumber()
    }
  }

  /// Takes the string at `position`.
  @inline(__always)
  mutating func takeString() throws(JSONFault) -> JSONText {
    let text = try JSONGrammar.string(bytes.span, position &+ 1)
    position = text.range.upperBound &+ 1
    return text
  }

  /// Takes the number at `position`.
  @inline(__always)
  mutating func takeNumber() throws(JSONFault) -> JSONGrammar.Number {
    guard position < bytes.count, bytes[position] == UInt8(ascii: "-") || JSONGrammar.digit(bytes[position]) != nil
    else { throw unexpected() }
    let number = try JSONGrammar.number(bytes.span, position)
    position = number.end
    return number
  }

  mutating func literal(_ name: StaticString) throws(JSONFault) {
    for character in name.description.utf8 {
      guard position < bytes.count, bytes[position] == character else { throw unexpected() }
      position &+= 1
    }
  }

  func unexpected() -> JSONFault {
    JSONFault(position < bytes.count ? .unexpectedByte : .unexpectedEnd, at: position)
  }
}

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
