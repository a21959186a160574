import HTTPTransport

/// A request in the form whose hash is signed (the vendor's document api-sign-algorithm-002).
struct CanonicalRequest: Sendable {
  /// The whole text.
  let text: String
  /// Lower-case names in order, divided by `;`.
  let signedHeaderNames: String

  /// `path` and `query` are as on the wire, percent-encoded.
  init(method: String, path: String, query: String, signedHeaders: [HTTPHeader], body: [UInt8]) {
    // The vendor's signers leave names with `_` out, since gateways drop such fields.
    let fields =
      signedHeaders
      .filter { !$0.name.contains("_") }
      .map { (name: $0.name.lowercased(), value: Self.trimmed($0.value)) }
      .sorted { $0.name < $1.name }
    signedHeaderNames = fields.map(\.name).joined(separator: ";")
    let payload = fields.first { $0.name == "x-sdk-content-sha256" }?.value ?? SHA256.digest(body).hexadecimal
    text = [
      method, Self.uri(path), Self.query(query), fields.map { "\($0.name):\($0.value)\n" }.joined(),
      signedHeaderNames, payload,
    ].joined(separator: "\n")
  }

  /// Decoded, then encoded segment by segment, and ended by a `/` that the wire need not have.
  static func uri(_ path: String) -> String {
    // The server decodes the path as a whole before it divides it, so an encoded `/` becomes a real one.
    let segments = PercentEncoding.decode(path).split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let encoded = segments.map { PercentEncoding.encode(bytes: $0) }.joined(separator: "/")
    return encoded.hasSuffix("/") ? encoded : encoded + "/"
  }

  /// Every pair as `key=value`, sorted by the text that it stands for.
  static func query(_ query: String) -> String {
    query.utf8.split(separator: UInt8(ascii: "&"))
      .map { pair -> (key: [UInt8], value: [UInt8]) in
        let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
        let key = PercentEncoding.decode(String(decoding: parts[0], as: UTF8.self))
        let value = parts.count > 1 ? PercentEncoding.decode(String(decoding: parts[1], as: UTF8.self)) : []
        return (key, value)
      }
      .sorted { left, right in
        left.key == right.key
          ? left.value.lexicographicallyPrecedes(right.value) : left.key.lexicographicallyPrecedes(right.key)
      }
      .map { "\(PercentEncoding.encode(bytes: $0.key))=\(PercentEncoding.encode(bytes: $0.value))" }
      .joined(separator: "&")
  }

  private static func trimmed(_ value: String) -> String {
    let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    let start = value.drop(while: isBlank)
    let length = start.reversed().drop(while: isBlank).count
    return String(start.prefix(length))
  }
}
