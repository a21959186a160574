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
