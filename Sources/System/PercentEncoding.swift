/// Percent-encoding as RFC 3986 has it: only `A-Za-z0-9-_.~` stand bare, hexadecimal is upper case.
package enum PercentEncoding {
  package static func encode(_ text: some StringProtocol) -> String {
    var encoded: [UInt8] = []
    append(String(text).utf8.span, to: &encoded)
    return String(decoding: encoded, as: UTF8.self)
  }

  /// Encodes at the end of a text that grows piece by piece; `divider` stands bare too.
  ///
  /// Copies what needs no encoding in one piece, which is nearly always all of it.
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

  /// Appends the bytes that a text stands for; a `%` without two hexadecimal digits stands for itself.
  package static func append(decoding bytes: Span<UInt8>, to text: inout [UInt8]) {
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
        index += 1
      }
    }
    text.append(copying: bytes.extracting(start..<bytes.count))
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") - 10 + value
  }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
      UInt8(ascii: "~"):
      true
    default: false
    }
  }
}
