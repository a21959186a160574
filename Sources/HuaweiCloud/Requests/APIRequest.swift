import HTTPTransport

/// A call of the cloud's API before it is addressed, signed and encoded.
package struct APIRequest: Sendable {
  package var service: CloudService
  /// The name of the operation in the vendor's SDK.
  package var operation: String
  package var method: String
  /// The path's segments as text; each is percent-encoded when sent, so a `/` or `%2F` inside one stays inside.
  package var path: [String]
  /// The query, sent in this order and percent-encoded.
  package var query: [(name: String, value: String)]
  package var headers: [HTTPHeader]
  package var body: [UInt8]
  /// The permission that may be missing when the answer is 403, such as `swr:instance:listRegistries`.
  package var permission: String?
  /// The base URL that is used instead of the service's own.
  var base: BaseURL?

  package init(
    _ service: CloudService, _ operation: String, method: String = "GET", path: [String],
    query: [(name: String, value: String)] = [], headers: [HTTPHeader] = [], body: [UInt8] = [],
    permission: String? = nil
  ) {
    self.service = service
    self.operation = operation
    self.method = method
    self.path = path
    self.query = query
    self.headers = headers
    self.body = body
    self.permission = permission
  }
}
