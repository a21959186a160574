/// Where a service is asked, taken apart once for all its requests.
struct BaseURL: Sendable, Equatable {
  /// Scheme, which is in lower case, host and port.
  let origin: String
  /// The value of `Host`: with the port where that is not the scheme's own.
  let host: String
  /// What stands before the path of each request.
  let path: String

  /// Nil for what is no http or https URL, or has more than a host and a path.
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
