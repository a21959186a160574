import System

/// The range of a text in a JSON document; that of a string is without its quotes.
package struct JSONText: Sendable, Hashable {
  package var range: Range<Int>
  package var hasEscapes: Bool
  /// Whether it was found to be ASCII when it was read, as nearly every text is; if not, it may be all the same.
  private let isASCII: Bool

  package init(range: Range<Int>, hasEscapes: Bool, isASCII: Bool = false) {
    self.range = range
    self.hasEscapes = hasEscapes
    self.isASCII = isASCII
  }

  package var isEmpty: Bool { range.isEmpty }

  /// Returns the text as UTF-8, cut at a character boundary to at most `limit` bytes; `bytes` is the whole document.
  package func utf8(in bytes: [UInt8], limit: Int) -> [UInt8] {
    guard hasEscapes else { return Array(bytes[range.lowerBound..<cut(bytes, range, limit)]) }
    var text: [UInt8] = []
    var position = range.lowerBound
    while position < range.upperBound, text.count <= limit {
      if bytes[position] == UInt8(ascii: "\\") {
        position = appendEscaped(bytes, position, to: &text)
      } else {
        text.append(bytes[position])
        position += 1
      }
    }
    text.removeSubrange(cut(text, 0..<text.count, limit)...)
    return text
  }

  package func string(in bytes: [UInt8], limit: Int) -> String {
    guard hasEscapes else {
      return String(decoding: bytes[range.lowerBound..<cut(bytes, range, limit)], as: UTF8.self)
    }
    return String(decoding: utf8(in: bytes, limit: limit), as: UTF8.self)
  }

  /// Returns whether the text is UTF-8, as RFC 8259 requires.
  package func isValid(in bytes: [UInt8]) -> Bool {
    isASCII || String(validating: bytes[range], as: UTF8.self) != nil
  }

  /// Returns whether the text, with its escapes, is longer than `limit` bytes.
  package func isLonger(than limit: Int) -> Bool { range.count > limit }

  private func cut(_ bytes: [UInt8], _ range: Range<Int>, _ limit: Int) -> Int {
    guard range.count > limit else { return range.upperBound }
    var end = range.lowerBound + limit
    while end > range.lowerBound, bytes[end] & 0xC0 == 0x80 { end -= 1 }
    return end
  }

  /// Appends the character of an escape, which was validated before, and returns the position after it.
  private func appendEscaped(_ bytes: [UInt8], _ position: Int, to text: inout [UInt8]) -> Int {
    switch bytes[position + 1] {
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var scalar = codeUnit(bytes, position + 2)
      var end = position + 6
      if scalar & 0xFC00 == 0xD800 {
        scalar = 0x10000 + (scalar & 0x3FF) << 10 + codeUnit(bytes, position + 8) & 0x3FF
        end += 6
      }
      text.append(contentsOf: String(Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8)
      return end
    case let byte: text.append(byte)
    }
    return position + 2
  }

  private func codeUnit(_ bytes: [UInt8], _ position: Int) -> UInt32 {
    bytes[position..<position + 4].reduce(0) { $0 << 4 | UInt32($1.hexadecimalValue ?? 0) }
  }
}
