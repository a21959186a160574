/// A request as a handler sees it, which only reads and answers without waiting.
package struct HTTPServerRequest: Sendable {
  package var method: String
  /// The path as sent, still percent-encoded, without the query.
  package var path: String
  /// The query as sent, still percent-encoded, without the `?`; nil if there was none.
  package var query: String?
  /// All fields in the order received; a repeated field occurs repeatedly.
  package var headers: [HTTPHeader]
  package var body: [UInt8]

  package init(method: String, path: String, query: String? = nil, headers: [HTTPHeader] = [], body: [UInt8] = []) {
    self.method = method
    self.path = path
    self.query = query
    self.headers = headers
    self.body = body
  }

  /// Returns all values of one field, in order.
  package func values(of name: String) -> [String] {
    headers.filter { $0.name.isSameFieldName(as: name) }.map(\.value)
  }
}

extension HTTPServerRequest {
  /// Creates a request from a request line's target: `/path?query`, or the absolute form of proxies (RFC 9112, 3.2.2).
  init(target: String, method: String) {
    var rest = target[...]
    if !rest.hasPrefix("/"), let scheme = rest.firstRange(of: "://") {
      rest = rest[scheme.upperBound...]
      rest = rest[(rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex)...]
      if !rest.hasPrefix("/") { rest = "/" + rest }
    }
    let mark = rest.utf8.firstIndex(of: UInt8(ascii: "?"))
    self.init(
      method: method, path: String(rest[..<(mark ?? rest.endIndex)]),
      query: mark.map { String(rest[rest.utf8.index(after: $0)...]) })
  }
}
