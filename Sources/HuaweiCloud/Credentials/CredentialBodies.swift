import HTTPTransport
import System

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

extension IssuedCredential {
  /// Reads temporary keys, in any of the spellings that the vendor's SDKs accept; nil if one of the keys is missing.
  ///
  /// A security token has no maximum length, so nothing is cut.
  init?(temporaryKeysIn body: [UInt8]) throws(JSONError) {
    let fields = try JSONReader.read(body) { reader throws(JSONFault) in
      var fields: [String: String] = [:]
      guard try reader.beginObject() else { return fields }
      while try reader.nextKey() {
        guard ["credential", "credentials"].contains(reader.name), reader.peek() == UInt8(ascii: "{"),
          try reader.beginObject()
        else {
          try reader.skip()
          continue
        }
        while try reader.nextKey() {
          let name = reader.name
          if let text = try reader.text() { fields[name] = text.string(in: reader.bytes, limit: reader.bytes.count) }
        }
      }
      return fields
    }
    func field(_ names: String...) -> String? {
      names.lazy.compactMap { fields[$0] }.first { !$0.isEmpty }
    }
    guard let accessKey = field("access", "access_key_id", "accessKeyId"),
      let secretKey = field("secret", "secret_access_key", "secretAccessKey")
    else { return nil }
    let token = field("securitytoken", "security_token", "securityToken")
    credential = .keys(
      AccessKeys(accessKey: accessKey, secretKey: Secret(secretKey), securityToken: token.map(Secret.init)))
    expiresAt = field("expires_at", "expiration", "expiresAt").flatMap { Timestamp(parsing: $0) }
  }

  /// The texts of temporary keys that go into header fields of requests.
  var fieldTexts: [String] {
    guard case .keys(let keys) = credential else { return [] }
    return [keys.accessKey] + (keys.securityToken.map { [$0.value] } ?? [])
  }
}

extension JSONReader {
  fileprivate var name: String { key.string(in: bytes, limit: 64) }
}
