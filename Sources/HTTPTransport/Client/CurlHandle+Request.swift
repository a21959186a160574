import CCurl
import Glibc

extension CurlHandle {
  /// Sets all options of a transfer; those that stay the same from one transfer to the next are set once.
  func prepare(for transfer: CurlTransfer, watch: SocketWatch) throws(HTTPClientError) {
    let kind = TransferKind(transfer)
    if self.kind != kind {
      reset()
      try setWatch(watch)
      try setReceivers()
      try setProtocol()
      try setBounds(transfer.options)
      try setTrust(transfer.options)
      try setProxy(transfer.options)
      self.kind = kind
    }
    try setReceiver(transfer)
    try set(CURLOPT_URL, transfer.request.url)
    try setRequest(transfer.request)
    try set(CURLOPT_TIMEOUT_MS, transfer.timeout.milliseconds)
  }

  /// Lets a body that is slower than the minimum speed from now on fail as a timeout.
  func watchSpeed(_ options: HTTPClientOptions) {
    guard options.minimumBytesPerSecond > 0, options.minimumSpeedWindow > .zero else { return }
    // These two options take any number, and if they failed, the time limit of the request would still apply.
    try? set(CURLOPT_LOW_SPEED_LIMIT, options.minimumBytesPerSecond)
    try? set(CURLOPT_LOW_SPEED_TIME, (options.minimumSpeedWindow.milliseconds + 999) / 1000)
  }

  private func setProtocol() throws(HTTPClientError) {
    try set(CURLOPT_PROTOCOLS_STR, "http,https")
    try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
    try set(CURLOPT_PATH_AS_IS, 1)
    try set(CURLOPT_ACCEPT_ENCODING, "gzip, deflate")
  }

  private func setRequest(_ request: HTTPRequest) throws(HTTPClientError) {
    if request.method == "HEAD" {
      try set(CURLOPT_NOBODY, 1)
    } else if !request.body.isEmpty || request.method == "POST" || request.method == "PUT" {
      try set(CURLOPT_POSTFIELDSIZE_LARGE, large: request.body.count)
      try set(CURLOPT_COPYPOSTFIELDS, copying: request.body)
    }
    if request.method != "GET" || !request.body.isEmpty, request.method != "HEAD" {
      try set(CURLOPT_CUSTOMREQUEST, request.method)
    }
    try setHeaders(lines(of: request))
  }

  /// Returns the request's header lines in libcurl's notation: `Name:` takes a field out and `Name;` sends an empty
  /// one.
  private func lines(of request: HTTPRequest) -> [String] {
    var lines = request.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
    if !request.body.isEmpty || request.method == "POST" || request.method == "PUT" {
      let own = ["Content-Type", "Expect"].filter { request.headers.first(named: $0) == nil }
      lines += own.map { "\($0):" }
    }
    return lines
  }

  private func setBounds(_ options: HTTPClientOptions) throws(HTTPClientError) {
    try set(CURLOPT_NOSIGNAL, 1)
    // Otherwise a cancelled or timed-out name lookup holds up the thread, and every other transfer, until it ends.
    try set(CURLOPT_QUICK_EXIT, 1)
    try set(CURLOPT_CONNECTTIMEOUT_MS, options.connectTimeout.milliseconds)
    try set(CURLOPT_TCP_KEEPALIVE, 1)
    // A larger buffer needs fewer reads for a page. It is refused if a handle still has the buffer of an HTTP/2
    // transfer, which is as good.
    try? set(CURLOPT_BUFFERSIZE, 64 << 10)
  }

  private func setTrust(_ options: HTTPClientOptions) throws(HTTPClientError) {
    let caFile = options.caFile ?? SystemAuthorities.bundle
    let directory = options.caFile == nil ? SystemAuthorities.directory : options.caDirectory
    if caFile != nil || directory != nil {
      try set(CURLOPT_CAINFO, caFile)
      try set(CURLOPT_PROXY_CAINFO, caFile)
      // This replaces the directory that libcurl knows, which would otherwise be read as well.
      try set(CURLOPT_CAPATH, directory)
      try set(CURLOPT_PROXY_CAPATH, directory)
      // A file that is replaced is noticed within a minute, not within libcurl's day. Some TLS backends have no such
      // cache and refuse the option.
      try? set(CURLOPT_CA_CACHE_TIMEOUT, 60)
    }
    if options.skipsTLSVerification {
      try set(CURLOPT_SSL_VERIFYPEER, 0)
      try set(CURLOPT_SSL_VERIFYHOST, 0)
    }
  }

  private func setProxy(_ options: HTTPClientOptions) throws(HTTPClientError) {
    if options.bypassesProxy {
      try set(CURLOPT_NOPROXY, "*")
      return
    }
    // A proxy's 200 for the tunnel is not the answer, whether the options or the environment name the proxy.
    try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    // If nothing is set, libcurl reads the environment; `NO_PROXY` applies to an explicit proxy too.
    guard let proxyURL = options.proxyURL else { return }
    try set(CURLOPT_PROXY, proxyURL)
  }
}

/// The settings that must be equal for a handle to be reused without a reset.
struct TransferKind: Equatable {
  /// The options without the times that are set for each request.
  private var options: HTTPClientOptions

  init(_ transfer: CurlTransfer) {
    options = transfer.options
    options.requestTimeout = .zero
    options.totalTimeout = nil
  }
}

extension Duration {
  /// The duration in milliseconds, rounded up to at least 1, since libcurl takes 0 as no limit or as its default, and
  /// within what its options hold.
  var milliseconds: Int {
    let (seconds, attoseconds) = components
    guard seconds >= 0, attoseconds >= 0 else { return 1 }
    guard seconds < 1_000_000 else { return 1_000_000_000 }
    return max(1, Int(seconds) * 1000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000))
  }
}

/// The certificate authorities that the environment names, or else those that the system trusts.
enum SystemAuthorities {
  /// The file that `SSL_CERT_FILE` names, or else the bundle of this distribution, if it is at one of the known paths.
  ///
  /// libcurl's own default is that of the distribution it was built for, and in addition to the bundle it may read a
  /// directory with the same certificates: three times the work for each new connection.
  static let bundle: String? =
    variable("SSL_CERT_FILE")
    ?? [
      "/etc/ssl/certs/ca-certificates.crt",
      "/etc/pki/tls/certs/ca-bundle.crt",
      "/etc/ssl/ca-bundle.pem",
      "/etc/ssl/cert.pem",
    ].first { unsafe access($0, R_OK) == 0 }

  /// The directory that `SSL_CERT_DIR` names: its certificates count in addition to the bundle, as in other programs.
  static let directory: String? = variable("SSL_CERT_DIR")

  /// Returns the value of the variable without surrounding white space, or nil if none is left; libcurl itself does not
  /// read these variables.
  private static func variable(_ name: String) -> String? {
    // Safe: the text is copied at once, and nothing of ours changes the environment.
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    var trimmed = text.drop(while: \.isWhitespace)
    while let last = trimmed.last, last.isWhitespace { trimmed.removeLast() }
    return trimmed.isEmpty ? nil : String(trimmed)
  }
}
