/// A request as it goes on the wire; nothing in it is encoded, completed or normalised afterwards.
package struct HTTPRequest: Sendable {
  package var method: String
  /// The absolute URL, already percent-encoded: path and query are sent byte for byte.
  package var url: String
  package var headers: [HTTPHeader]
  package var body: [UInt8]

  package init(method: String = "GET", url: String, headers: [HTTPHeader] = [], body: [UInt8] = []) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
  }
}
