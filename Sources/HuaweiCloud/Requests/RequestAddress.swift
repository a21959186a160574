import HTTPTransport

/// Where a request goes, in exactly the bytes that are sent and signed.
struct RequestAddress: Sendable, Equatable {
  /// The absolute URL.
  let url: String
  /// The value of `Host`: with the port where that is not the scheme's own.
  let host: String
  /// From the first `/` on, percent-encoded.
  let path: String
  /// Percent-encoded, without the `?`.
  let query: String

  /// Throws `client_error` where `baseURL` is no http or https URL.
  init(of request: APIRequest, baseURL: String) throws(CloudError) {
    let problem = CloudError(
      .clientError, operation: request.operation,
      message:
        "endpoints.\(request.service.rawValue) is not an http or https URL with a host and nothing after its path")
    guard let divider = baseURL.firstRange(of: "://") else { throw problem }
    let scheme = baseURL[..<divider.lowerBound].lowercased()
    guard scheme == "http" || scheme == "https" else { throw problem }
    let rest = baseURL[divider.upperBound...]
    let authority = rest.prefix { $0 != "/" }
    guard !authority.isEmpty, !rest.contains(where: { $0 == "@" || $0 == "?" || $0 == "#" || $0.isWhitespace }) else {
      throw problem
    }
    let defaultPort = scheme == "http" ? ":80" : ":443"
    host = authority.hasSuffix(defaultPort) ? String(authority.dropLast(defaultPort.count)) : String(authority)
    path = rest.dropFirst(authority.count) + "/" + request.path.map(PercentEncoding.encode).joined(separator: "/")
    query = request.query
      .map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }
      .joined(separator: "&")
    url = "\(scheme)://\(authority)\(path)" + (query.isEmpty ? "" : "?\(query)")
  }
}
