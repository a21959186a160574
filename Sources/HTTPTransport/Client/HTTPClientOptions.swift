import System

/// Limits and trust for one request.
package struct HTTPClientOptions: Sendable, Hashable {
  /// The time limit of the whole request, from name resolution to the last byte; the wait for a busy host is not
  /// counted.
  package var requestTimeout: Duration = .seconds(30)
  /// The time limit of the request and its wait together; nil for none.
  package var totalTimeout: Duration?
  package var connectTimeout: Duration = .seconds(10)
  /// A body that comes slower than this many bytes a second for `minimumSpeedWindow` fails as a timeout.
  ///
  /// The speed is measured from the end of the answer's head: until then only the time limits apply.
  package var minimumBytesPerSecond: Int = 100
  package var minimumSpeedWindow: Duration = .seconds(15)
  /// The largest decompressed body that is accepted.
  package var maximumResponseBytes: Int = 32 << 20
  package var maximumHeaderBytes: Int = 64 << 10
  /// A PEM file of the trusted authorities, used instead of the system's bundle and of what `SSL_CERT_FILE` and
  /// `SSL_CERT_DIR` name.
  package var caFile: String?
  /// A directory of authorities that are trusted in addition to those of `caFile`; ignored without `caFile`.
  package var caDirectory: String?
  package var skipsTLSVerification = false
  /// The proxy's URL: `http://`, `https://`, `socks4://`, `socks4a://`, `socks5://` or `socks5h://`; if nil, the
  /// environment names the proxy (`HTTPS_PROXY`, `NO_PROXY`, …).
  package var proxyURL: String?
  /// Whether the request never goes through a proxy, as those to services of this machine must not.
  package var bypassesProxy = false

  package init() {}

  private static let proxySchemes: Set<String> = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"]

  func check() throws(HTTPClientError) {
    if let caFile, caFile.isEmpty || caFile.utf8.contains(0) {
      throw HTTPClientError(.invalidRequest, "the CA file's name is empty or contains NUL")
    }
    guard let proxyURL else { return }
    guard let scheme = proxyURL.utf8.scheme, Self.proxySchemes.contains(scheme) else {
      throw HTTPClientError(
        .invalidRequest, "the proxy URL does not begin with http://, https://, socks5:// or socks5h://")
    }
    guard proxyURL.utf8.allSatisfy(\.isVisibleASCII) else {
      throw HTTPClientError(.invalidRequest, "the proxy URL contains a character that must be percent-encoded")
    }
  }
}

extension String.UTF8View {
  /// The text before `://`, in lower case; nil if there is none.
  fileprivate var scheme: String? {
    let name = prefix { $0 != UInt8(ascii: ":") }
    guard !name.isEmpty, self[name.endIndex...].starts(with: "://".utf8) else { return nil }
    return String(Substring(name)).lowercased()
  }
}
