/// A JSON value in the body of a request.
enum JSONBody: Sendable, ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
  case text(String)
  case integer(Int64)
  case array([JSONBody])
  case object([(String, JSONBody)])

  init(stringLiteral text: String) { self = .text(text) }
  init(arrayLiteral elements: JSONBody...) { self = .array(elements) }
  init(dictionaryLiteral fields: (String, JSONBody)...) { self = .object(fields) }

  var bytes: [UInt8] {
    switch self {
    case .text(let text): Self.quoted(text)
    case .integer(let number): Array(String(number).utf8)
    case .array(let elements): Array("[".utf8) + elements.map(\.bytes).joined(separator: ",".utf8) + Array("]".utf8)
    case .object(let fields):
      Array("{".utf8) + fields.map { Self.quoted($0.0) + Array(":".utf8) + $0.1.bytes }.joined(separator: ",".utf8)
        + Array("}".utf8)
    }
  }

  private static func quoted(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = [UInt8(ascii: "\"")]
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case 0..<0x20:
        bytes += Array("\\u00\(byte < 0x10 ? "0" : "")\(String(byte, radix: 16))".utf8)
      default: bytes.append(byte)
      }
    }
    return bytes + [UInt8(ascii: "\"")]
  }
}
