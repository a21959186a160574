import HTTPTransport
import System

/// A request in the form whose hash is signed (the vendor's document api-sign-algorithm-002).
///
/// It is written into one buffer: nearly every request is signed, and joining separate pieces costs several times as much.
struct CanonicalRequest: Sendable {
  /// The whole text.
  let bytes: [UInt8]
  /// The range in `bytes` of the lower-case header names, in order and separated by `;`.
  let signedHeaderNames: Range<Int>

  /// The hash of an empty body, which nearly every request has.
  private static let emptyPayload = SHA256.digest([]).hexadecimal

  /// `path` and `query` are as on the wire, percent-encoded; the names of `signedHeaders` are tokens, and so ASCII.
  init(method: String, path: String, query: String, signedHeaders: [HTTPHeader], body: [UInt8]) {
    let fields = Self.inOrder(signedHeaders)
    var text: [UInt8] = []
    text.reserveCapacity(512)
    text.append(line: method.utf8.span)
    Self.append(uri: path, to: &text)
    text.append(UInt8(ascii: "\n"))
    Self.append(query: query, to: &text)
    text.append(UInt8(ascii: "\n"))
    for field in fields {
      text.append(lowercase: field.name.utf8.span)
      text.append(UInt8(ascii: ":"))
      text.append(line: field.value.utf8.span.extracting(field.value.trimmedBytes))
    }
    text.append(UInt8(ascii: "\n"))
    let start = text.count
    for (index, field) in fields.enumerated() {
      if index > 0 { text.append(UInt8(ascii: ";")) }
      text.append(lowercase: field.name.utf8.span)
    }
    signedHeaderNames = start..<text.count
    text.append(UInt8(ascii: "\n"))
    if let digest = fields.first(named: "X-Sdk-Content-Sha256") {
      text.append(copying: digest.utf8.span.extracting(digest.trimmedBytes))
    } else {
      text.append(utf8: body.isEmpty ? Self.emptyPayload : SHA256.digest(body).hexadecimal)
    }
    bytes = text
  }

  /// The whole text as a string.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Appends the path, decoded and encoded again segment by segment, with a final `/` that the wire need not have.
  static func append(uri path: String, to text: inout [UInt8]) {
    // The server decodes the path as a whole before it divides it, so an encoded `/` becomes a real one.
    var decoded: [UInt8] = []
    PercentEncoding.append(decoding: path.utf8.span, to: &decoded)
    PercentEncoding.append(decoded.span, leaving: UInt8(ascii: "/"), to: &text)
    if decoded.last != UInt8(ascii: "/") { text.append(UInt8(ascii: "/")) }
  }

  /// Appends every pair as `key=value`, sorted by decoded key and value.
  static func append(query: String, to text: inout [UInt8]) {
    let wire = query.utf8.span
    // The decoded keys and values share one buffer; `pairs` holds their ranges in it.
    var decoded: [UInt8] = []
    decoded.reserveCapacity(wire.count)
    func decode(_ range: Range<Int>) -> Range<Int> {
      let start = decoded.count
      PercentEncoding.append(decoding: query.utf8.span.extracting(range), to: &decoded)
      return start..<decoded.count
    }
    var pairs: [(key: Range<Int>, value: Range<Int>)] = []
    var start = 0
    while start < wire.count {
      let end = wire.firstIndex(of: UInt8(ascii: "&"), from: start)
      let divider = min(wire.firstIndex(of: UInt8(ascii: "="), from: start), end)
      if start < end { pairs.append((decode(start..<divider), decode(min(divider + 1, end)..<end))) }
      start = end + 1
    }
    pairs.sort { left, right in
      let (leftKey, rightKey) = (decoded[left.key], decoded[right.key])
      return leftKey == rightKey
        ? decoded[left.value].lexicographicallyPrecedes(decoded[right.value])
        : leftKey.lexicographicallyPrecedes(rightKey)
    }
    for (index, pair) in pairs.enumerated() {
      if index > 0 { text.append(UInt8(ascii: "&")) }
      PercentEncoding.append(decoded.span.extracting(pair.key), to: &text)
      text.append(UInt8(ascii: "="))
      PercentEncoding.append(decoded.span.extracting(pair.value), to: &text)
    }
  }

  /// Returns the headers sorted by their lower-case names.
  private static func inOrder(_ headers: [HTTPHeader]) -> [HTTPHeader] {
    // The vendor's signers leave names with `_` out, since gateways drop such fields.
    let isDropped = { (header: HTTPHeader) in header.name.utf8.span.contains(UInt8(ascii: "_")) }
    return headers.filter { !isDropped($0) }.sorted { left, right in
      left.name.utf8.span.precedesInLowercase(right.name.utf8.span)
    }
  }
}

extension String {
  /// The range of the text without the spaces and tabs at both ends.
  fileprivate var trimmedBytes: Range<Int> {
    let bytes = utf8.span
    var (start, end) = (0, bytes.count)
    while start < end, bytes[start].isBlank { start += 1 }
    while start < end, bytes[end - 1].isBlank { end -= 1 }
    return start..<end
  }
}

extension UInt8 {
  fileprivate var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }
}

extension Span<UInt8> {
  fileprivate func contains(_ byte: UInt8) -> Bool { firstIndex(of: byte, from: 0) < count }

  /// Returns the index of the first such byte, or `count` if there is none.
  fileprivate func firstIndex(of byte: UInt8, from start: Int) -> Int {
    var index = start
    while index < count, self[index] != byte { index += 1 }
    return index
  }

  fileprivate func precedesInLowercase(_ other: Span<UInt8>) -> Bool {
    for index in 0..<Swift.min(count, other.count) {
      let (mine, its) = (self[index].lowercase, other[index].lowercase)
      if mine != its { return mine < its }
    }
    return count < other.count
  }
}

extension [UInt8] {
  fileprivate mutating func append(line: Span<UInt8>) {
    append(copying: line)
    append(UInt8(ascii: "\n"))
  }

  fileprivate mutating func append(lowercase text: Span<UInt8>) {
    append(addingCapacity: text.count) { space in
      for index in text.indices { space.append(text[index].lowercase) }
    }
  }
}
