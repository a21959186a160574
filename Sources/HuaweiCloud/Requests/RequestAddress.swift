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
    guard let base = Base(baseURL) else {
      throw CloudError(
        .clientError, operation: request.operation,
        message:
          "endpoints.\(request.service.rawValue) is not an http or https URL with a host and nothing after its path")
    }
    let defaultPort = base.scheme == "http" ? ":80" : ":443"
    host =
      base.authority.hasSuffix(defaultPort)
      ? String(base.authority.dropLast(defaultPort.count)) : String(base.authority)
    path = Self.path(of: request, below: base.path)
    query = Self.query(of: request)
    var url = base.scheme
    url += "://"
    url += base.authority
    url += path
    if !query.isEmpty {
      url += "?"
      url += query
    }
    self.url = url
  }

  private static func path(of request: APIRequest, below base: Substring) -> String {
    var path = Array(base.utf8)
    for segment in request.path {
      path.append(UInt8(ascii: "/"))
      PercentEncoding.append(segment.utf8, to: &path)
    }
    if request.path.isEmpty { path.append(UInt8(ascii: "/")) }
    return String(decoding: path, as: UTF8.self)
  }

  private static func query(of request: APIRequest) -> String {
    var query: [UInt8] = []
    for (index, pair) in request.query.enumerated() {
      if index > 0 { query.append(UInt8(ascii: "&")) }
      PercentEncoding.append(pair.name.utf8, to: &query)
      query.append(UInt8(ascii: "="))
      PercentEncoding.append(pair.value.utf8, to: &query)
    }
    return String(decoding: query, as: UTF8.self)
  }
}

extension RequestAddress {
  /// The parts of a base URL, looked at byte by byte: characters would cost more than the rest of the address.
  private struct Base {
    /// In lower case.
    let scheme: String
    let authority: Substring
    let path: Substring

    /// Nil for what is no http or https URL, or has more than a host and a path.
    init?(_ url: String) {
      let bytes = url.utf8
      guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), bytes[colon...].starts(with: "://".utf8) else {
        return nil
      }
      scheme = url[..<colon].lowercased()
      guard scheme == "http" || scheme == "https" else { return nil }
      let rest = bytes[colon...].dropFirst(3)
      let slash = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
      guard slash > rest.startIndex, rest.allSatisfy(Self.mayStand) else { return nil }
      authority = url[rest.startIndex..<slash]
      path = url[slash...]
      guard rest.allSatisfy({ $0 < 0x80 }) || !url[rest.startIndex...].contains(where: \.isWhitespace) else {
        return nil
      }
    }

    private static func mayStand(_ byte: UInt8) -> Bool {
      byte > 0x20 && byte != UInt8(ascii: "@") && byte != UInt8(ascii: "?") && byte != UInt8(ascii: "#")
    }
  }
}
