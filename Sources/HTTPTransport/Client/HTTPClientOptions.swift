import System

/// Limits and trust for one request.
package struct HTTPClientOptions: Sendable, Hashable {
  /// The whole request, from name resolution to the last byte; waiting for a turn at a busy host is not counted.
  package var requestTimeout: Duration = .seconds(30)
  /// The request and its wait for a turn together; none where nil.
  package var totalTimeout: Duration?
  package var connectTimeout: Duration = .seconds(10)
  /// A body that comes slower than this many bytes a second for `minimumSpeedWindow` fails as a timeout.
  ///
  /// Counted from the end of the answer's head: a server that thinks is bounded by `requestTimeout` alone.
  package var minimumBytesPerSecond: Int = 100
  package var minimumSpeedWindow: Duration = .seconds(15)
  /// Of the decompressed body.
  package var maximumResponseBytes: Int = 32 << 20
  package var maximumHeaderBytes: Int = 64 << 10
  /// PEM file of the trusted authorities, instead of the system's bundle and of what `SSL_CERT_FILE` and `SSL_CERT_DIR` name.
  package var caFile: String?
  /// Directory with further authorities beside those of `caFile`, which alone counts otherwise.
  package var caDirectory: String?
  package var skipsTLSVerification = false
  /// `http://`, `https://`, `socks5://` or `socks5h://`; where nil, the environment's proxy (`HTTPS_PROXY`, `NO_PROXY`, …) counts.
  package var proxyURL: String?
  /// Never through any proxy (the metadata address).
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
  /// What stands before `://`, in lower case.
  fileprivate var scheme: String? {
    let name = prefix { $0 != UInt8(ascii: ":") }
    guard !name.isEmpty, self[name.endIndex...].starts(with: "://".utf8) else { return nil }
    return String(Substring(name)).lowercased()
  }
}
