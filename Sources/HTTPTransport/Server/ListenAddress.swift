/// An address that a server listens on.
package enum ListenAddress: Sendable, Hashable {
  /// An IP address or a host name, or empty for all addresses (of both families, as with `::`), and a port, where 0
  /// takes a free one.
  case tcp(host: String, port: UInt16)
  /// A unix socket, whose file gets the permissions `mode`, or if nil those that the process's umask leaves.
  case unix(path: String, mode: UInt32? = nil)
}

extension ListenAddress {
  /// Reads `HOST:PORT`, `:PORT`, `[IPV6]:PORT`, `unix:/path` or `unix:/path?mode=0660`.
  package init?(text: String) {
    if text.hasPrefix("unix:") {
      let parts = text.dropFirst("unix:".count).split(separator: "?mode=", omittingEmptySubsequences: false)
      guard parts[0].hasPrefix("/"), parts.count <= 2 else { return nil }
      var mode: UInt32?
      if parts.count == 2 {
        guard let octal = UInt32(parts[1], radix: 8), (0...0o777).contains(octal) else { return nil }
        mode = octal
      }
      self = .unix(path: String(parts[0]), mode: mode)
      return
    }
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    self = .tcp(host: String(host), port: port)
  }
}

extension ListenAddress: CustomStringConvertible {
  /// The address as a flag takes it: `127.0.0.1:9100`, `[::1]:9100`, `:9100`, `unix:/run/x.sock?mode=0660`.
  package var description: String {
    switch self {
    case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    case .unix(let path, nil): "unix:\(path)"
    case .unix(let path, let mode?): "unix:\(path)?mode=0\(String(mode, radix: 8))"
    }
  }
}
