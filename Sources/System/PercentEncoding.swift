/// Percent-encoding by RFC 3986: all bytes but `A-Za-z0-9-_.~` are encoded, with upper-case hexadecimal digits.
package enum PercentEncoding {
  /// Appends the encoded `bytes` to `text`, leaving `divider` as it is too.
  ///
  /// Bytes that need no encoding, which are nearly always all of them, are copied in one piece.
  package static func append(_ bytes: Span<UInt8>, leaving divider: UInt8? = nil, to text: inout [UInt8]) {
    var start = 0
    for index in bytes.indices where !isUnreserved(bytes[index]) && bytes[index] != divider {
      text.append(copying: bytes.extracting(start..<index))
      text.append(UInt8(ascii: "%"))
      text.append(digit(bytes[index] >> 4))
      text.append(digit(bytes[index] & 15))
      start = index + 1
    }
    text.append(copying: bytes.extracting(start..<bytes.count))
  }

  /// Returns the decoded text; nil if a `%` has no two hexadecimal digits after it, or the bytes are not UTF-8.
  package static func decoded(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    return append(decoding: text.utf8.span, to: &bytes) ? String(validating: bytes, as: UTF8.self) : nil
  }

  /// Appends the decoded `bytes` to `text`; returns false if a `%` had no two hexadecimal digits after it, and was kept.
  @discardableResult
  package static func append(decoding bytes: Span<UInt8>, to text: inout [UInt8]) -> Bool {
    var isWhole = true
    var start = 0
    var index = 0
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
        let high = bytes[index + 1].hexadecimalValue, let low = bytes[index + 2].hexadecimalValue
      {
        text.append(copying: bytes.extracting(start..<index))
        text.append(high << 4 | low)
        index += 3
        start = index
      } else {
        if bytes[index] == UInt8(ascii: "%") { isWhole = false }
        index += 1
      }
    }
    text.append(copying: bytes.extracting(start..<bytes.count))
    return isWhole
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") - 10 + value
  }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "~"): true
    default: byte.isASCIILetter || byte.isASCIIDigit
    }
  }
}
