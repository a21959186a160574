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
