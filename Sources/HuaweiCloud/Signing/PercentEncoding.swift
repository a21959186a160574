/// Percent-encoding as RFC 3986 has it: only `A-Za-z0-9-_.~` stand bare, hexadecimal is upper case.
package enum PercentEncoding {
  package static func encode(_ text: some StringProtocol) -> String {
    var encoded: [UInt8] = []
    append(text.utf8, to: &encoded)
    return String(decoding: encoded, as: UTF8.self)
  }

  /// Encodes at the end of a text that grows piece by piece.
  static func append(_ bytes: some Sequence<UInt8>, to text: inout [UInt8]) {
    for byte in bytes {
      if isUnreserved(byte) {
        text.append(byte)
      } else {
        text.append(UInt8(ascii: "%"))
        text.append(digit(byte >> 4))
        text.append(digit(byte & 15))
      }
    }
  }

  /// The bytes that `text` stands for; a `%` without two hexadecimal digits stands for itself.
  package static func decode(_ text: some StringProtocol) -> [UInt8] { decode(bytes: Array(text.utf8)) }

  static func decode(bytes source: [UInt8]) -> [UInt8] {
    guard source.contains(UInt8(ascii: "%")) else { return source }
    var decoded: [UInt8] = []
    decoded.reserveCapacity(source.count)
    var index = 0
    while index < source.count {
      if source[index] == UInt8(ascii: "%"), index + 2 < source.count,
        let high = hexadecimalValue(source[index + 1]), let low = hexadecimalValue(source[index + 2])
      {
        decoded.append(high << 4 | low)
        index += 3
      } else {
        decoded.append(source[index])
        index += 1
      }
    }
    return decoded
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

  private static func hexadecimalValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
