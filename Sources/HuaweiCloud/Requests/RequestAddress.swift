import System

/// The address of a request, in exactly the bytes that are sent and signed.
struct RequestAddress: Sendable, Equatable {
  /// The absolute URL.
  let url: String
  /// The value of `Host`, with the port if it is not the scheme's own.
  let host: String
  /// The path from the first `/` on, percent-encoded.
  let path: String
  /// The query, percent-encoded, without the `?`.
  let query: String

  /// Whether the host is this machine itself, by a loopback address or as `localhost`.
  var isLoopback: Bool {
    let name = host.hasPrefix("[") ? host.prefix { $0 != "]" }.dropFirst() : host.prefix { $0 != ":" }
    let octets = name.split(separator: ".").compactMap { UInt8($0) }
    return name == "localhost" || name == "::1" || octets.count == 4 && octets[0] == 127
  }

  init(of request: APIRequest, below base: BaseURL) {
    var text: [UInt8] = []
    text.reserveCapacity(256)
    text.append(utf8: base.origin)
    let pathStart = text.count
    text.append(utf8: base.path)
    for segment in request.path {
      text.append(UInt8(ascii: "/"))
      PercentEncoding.append(segment.utf8.span, to: &text)
    }
    if request.path.isEmpty, base.path.isEmpty { text.append(UInt8(ascii: "/")) }
    let pathEnd = text.count
    for (name, value) in request.query {
      text.append(text.count == pathEnd ? UInt8(ascii: "?") : UInt8(ascii: "&"))
      PercentEncoding.append(name.utf8.span, to: &text)
      text.append(UInt8(ascii: "="))
      PercentEncoding.append(value.utf8.span, to: &text)
    }
    url = String(decoding: text, as: UTF8.self)
    host = base.host
    path = String(decoding: text[pathStart..<pathEnd], as: UTF8.self)
    query = String(decoding: text[pathEnd...].dropFirst(), as: UTF8.self)
  }
}

/// The base URL of a service, parsed once for all its requests.
struct BaseURL: Sendable, Equatable {
  /// The scheme in lower case, the host and the port.
  let origin: String
  /// The value of `Host`, with the port if it is not the scheme's own.
  let host: String
  /// The part before the path of each request.
  let path: String

  /// Returns nil if `url` is not an http or https URL, or has more than a host and a path.
  init?(_ url: String) {
    let bytes = url.utf8
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), bytes[colon...].starts(with: "://".utf8) else {
      return nil
    }
    let scheme = url[..<colon].lowercased()
    guard scheme == "http" || scheme == "https" else { return nil }
    let rest = bytes[colon...].dropFirst(3)
    let slash = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
    guard slash > rest.startIndex, rest.allSatisfy(Self.mayStand),
      !url[rest.startIndex...].contains(where: \.isWhitespace)
    else { return nil }
    let authority = url[rest.startIndex..<slash]
    let defaultPort = scheme == "http" ? ":80" : ":443"
    origin = "\(scheme)://\(authority)"
    host = String(authority.hasSuffix(defaultPort) ? authority.dropLast(defaultPort.count) : authority)
    path = String(url[slash...])
  }

  private static func mayStand(_ byte: UInt8) -> Bool {
    byte > 0x20 && byte != UInt8(ascii: "@") && byte != UInt8(ascii: "?") && byte != UInt8(ascii: "#")
  }
}
