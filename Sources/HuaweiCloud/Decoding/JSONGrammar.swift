import HTTPTransport
import System

/// The tokens of RFC 8259: each function takes where a token begins and returns where it ends, or throws.
enum JSONGrammar {
  @inline(__always)
  static func skipWhitespace(_ bytes: Span<UInt8>, _ start: Int) -> Int {
    var position = start
    while position < bytes.count {
      let byte = bytes[position]
      // One comparison where there is none, which is the rule in what servers send.
      guard byte <= 0x20, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { break }
      position &+= 1
    }
    return position
  }

  /// A string, from after its opening quote; its closing quote stands at the end of the range.
  @inline(__always)
  static func string(_ bytes: Span<UInt8>, _ start: Int) throws(JSONFault) -> JSONText {
    let end = bytes.endOfPlainText(from: start)
    if end < bytes.count, bytes[end] == UInt8(ascii: "\"") { return JSONText(range: start..<end, hasEscapes: false) }
    return try otherString(bytes, start, from: end)
  }

  /// A string in which something else than plain text stands at `position`.
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
      // Whether it is UTF-8 is looked at where the text is used: a field that nobody reads costs nothing.
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
      // A high surrogate and the low one after it are one character; alone, either is none.
      guard unit & 0xFC00 == 0xD800, start + 7 < bytes.count, bytes[start + 6] == UInt8(ascii: "\\"),
        bytes[start + 7] == UInt8(ascii: "u"), try codeUnit(bytes, start + 6) & 0xFC00 == 0xDC00
      else { throw JSONFault(.unpairedSurrogate, at: start) }
      return start + 12
    default: throw JSONFault(.invalidEscape, at: start)
    }
  }

  /// The four digits of `\uXXXX`.
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
  /// The next byte, from `start` on, that is not plain ASCII text: a quote, a backslash, a control character, a part of
  /// UTF-8, or the end.
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
  /// What a JSON string holds as it is (RFC 8259, 7), of ASCII.
  fileprivate var isPlainText: Bool {
    self >= UInt8(ascii: " ") && self < 0x80 && self != UInt8(ascii: "\"") && self != UInt8(ascii: "\\")
  }
}
