import HTTPTransport

/// A request in the form whose hash is signed (the vendor's document api-sign-algorithm-002).
///
/// Built as bytes, piece by piece: every request is signed, and joining strings costs several times as much.
struct CanonicalRequest: Sendable {
  /// The whole text.
  let bytes: [UInt8]
  /// Lower-case names in order, divided by `;`.
  let signedHeaderNames: String

  /// Of no bytes, which is what nearly every body is.
  private static let emptyPayload = SHA256.digest([]).hexadecimal

  /// `path` and `query` are as on the wire, percent-encoded.
  init(method: String, path: String, query: String, signedHeaders: [HTTPHeader], body: [UInt8]) {
    // The vendor's signers leave names with `_` out, since gateways drop such fields.
    let fields =
      signedHeaders
      .filter { !$0.name.utf8.contains(UInt8(ascii: "_")) }
      .map { (name: $0.name.lowercased(), value: Self.trimmed($0.value)) }
      .sorted { $0.name < $1.name }
    signedHeaderNames = fields.map(\.name).joined(separator: ";")
    let payload =
      fields.first { $0.name == "x-sdk-content-sha256" }?.value
      ?? (body.isEmpty ? Self.emptyPayload : SHA256.digest(body).hexadecimal)
    var text: [UInt8] = []
    text.reserveCapacity(512)
    text.append(line: method.utf8)
    text.append(line: Self.uri(path))
    text.append(line: Self.query(query))
    for field in fields {
      text.append(contentsOf: field.name.utf8)
      text.append(UInt8(ascii: ":"))
      text.append(line: field.value.utf8)
    }
    text.append(UInt8(ascii: "\n"))
    text.append(line: signedHeaderNames.utf8)
    text.append(contentsOf: payload.utf8)
    bytes = text
  }

  /// The whole text as one reads it.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Decoded, then encoded segment by segment, and ended by a `/` that the wire need not have.
  static func uri(_ path: String) -> [UInt8] {
    // The server decodes the path as a whole before it divides it, so an encoded `/` becomes a real one.
    let segments = PercentEncoding.decode(path).split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    var uri: [UInt8] = []
    for (index, segment) in segments.enumerated() {
      if index > 0 { uri.append(UInt8(ascii: "/")) }
      PercentEncoding.append(segment, to: &uri)
    }
    if uri.last != UInt8(ascii: "/") { uri.append(UInt8(ascii: "/")) }
    return uri
  }

  /// Every pair as `key=value`, sorted by the text that it stands for.
  static func query(_ query: String) -> [UInt8] {
    let pairs = Array(query.utf8).split(separator: UInt8(ascii: "&"))
      .map { pair -> (key: [UInt8], value: [UInt8]) in
        let divider = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
        return (
          PercentEncoding.decode(bytes: Array(pair[..<divider])),
          PercentEncoding.decode(bytes: Array(pair[divider...].dropFirst()))
        )
      }
      .sorted { left, right in
        left.key == right.key
          ? left.value.lexicographicallyPrecedes(right.value) : left.key.lexicographicallyPrecedes(right.key)
      }
    var text: [UInt8] = []
    for (index, pair) in pairs.enumerated() {
      if index > 0 { text.append(UInt8(ascii: "&")) }
      PercentEncoding.append(pair.key, to: &text)
      text.append(UInt8(ascii: "="))
      PercentEncoding.append(pair.value, to: &text)
    }
    return text
  }

  private static func trimmed(_ value: String) -> String {
    let isBlank: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    guard let first = value.utf8.first, let last = value.utf8.last, isBlank(first) || isBlank(last) else {
      return value
    }
    let start = value.utf8.drop(while: isBlank)
    let length = start.reversed().drop(while: isBlank).count
    return String(decoding: start.prefix(length), as: UTF8.self)
  }
}

extension [UInt8] {
  fileprivate mutating func append(line: some Collection<UInt8>) {
    append(contentsOf: line)
    append(UInt8(ascii: "\n"))
  }
}
