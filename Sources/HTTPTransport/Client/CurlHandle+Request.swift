import CCurl
import Glibc

extension CurlHandle {
  /// Sets everything a transfer needs; what stays the same from one to the next is set once.
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

  /// From now on a body that drips fails as a timeout.
  func watchSpeed(_ options: HTTPClientOptions) {
    guard options.minimumBytesPerSecond > 0, options.minimumSpeedWindow > .zero else { return }
    // These two options take any number, and the total timeout stands behind them.
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

  /// In libcurl's list `Name:` takes a field out and `Name;` sends an empty one.
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
    // Fewer reads for a page. Refused where a handle still has the buffer of an HTTP/2 transfer, which does as well.
    try? set(CURLOPT_BUFFERSIZE, 64 << 10)
  }

  private func setTrust(_ options: HTTPClientOptions) throws(HTTPClientError) {
    let caFile = options.caFile ?? SystemAuthorities.bundle
    let directory = options.caFile == nil ? SystemAuthorities.directory : options.caDirectory
    if caFile != nil || directory != nil {
      try set(CURLOPT_CAINFO, caFile)
      try set(CURLOPT_PROXY_CAINFO, caFile)
      // Instead of the directory that libcurl knows, not beside it.
      try set(CURLOPT_CAPATH, directory)
      try set(CURLOPT_PROXY_CAPATH, directory)
      // A file that is replaced is noticed within a minute, not within libcurl's day. Some TLS backends have no such
      // cache, and say so.
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
    // A proxy's 200 for the tunnel is not the answer, whoever named the proxy.
    try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    // Where nothing is set, libcurl reads the environment; `NO_PROXY` counts beside an explicit proxy too.
    guard let proxyURL = options.proxyURL else { return }
    try set(CURLOPT_PROXY, proxyURL)
  }
}

/// What must be the same for a handle to be used again as it is.
struct TransferKind: Equatable {
  /// Without the times that are set for each request.
  private var options: HTTPClientOptions

  init(_ transfer: CurlTransfer) {
    options = transfer.options
    options.requestTimeout = .zero
    options.totalTimeout = nil
  }
}

extension Duration {
  /// Rounded up, so that a short time is not taken for none, and within what libcurl's options hold.
  var milliseconds: Int {
    let (seconds, attoseconds) = components
    guard seconds >= 0, attoseconds >= 0 else { return 1 }
    guard seconds < 1_000_000 else { return 1_000_000_000 }
    return max(1, Int(seconds) * 1000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000))
  }
}

/// The certificate authorities that the system trusts, or else those that the environment names.
enum SystemAuthorities {
  /// The file that `SSL_CERT_FILE` names, or the bundle of this distribution, where it is one that we know.
  ///
  /// libcurl's own default is that of the distribution it was built for, and beside the bundle it may read a directory with
  /// the same certificates: three times the work for each new connection.
  static let bundle: String? =
    variable("SSL_CERT_FILE")
    ?? [
      "/etc/ssl/certs/ca-certificates.crt",
      "/etc/pki/tls/certs/ca-bundle.crt",
      "/etc/ssl/ca-bundle.pem",
      "/etc/ssl/cert.pem",
    ].first { unsafe access($0, R_OK) == 0 }

  /// The directory that `SSL_CERT_DIR` names: its certificates count beside those of the bundle, as they do elsewhere.
  static let directory: String? = variable("SSL_CERT_DIR")

  /// libcurl looks at neither variable.
  private static func variable(_ name: String) -> String? {
    // Safe: the text is copied at once, and nothing of ours changes the environment.
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    var trimmed = text.drop(while: \.isWhitespace)
    while let last = trimmed.last, last.isWhitespace { trimmed.removeLast() }
    return trimmed.isEmpty ? nil : String(trimmed)
  }
}
