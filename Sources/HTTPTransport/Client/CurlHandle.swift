import CCurl
import Glibc
import System

/// Owns one easy handle, with the memory that libcurl only borrows: header list and error buffer.
///
/// Used on the curl thread only. Safe: the pointers live from init to deinit, and never leave the module.
@safe
final class CurlHandle {
  let easy: UnsafeMutableRawPointer
  private let words: UnsafeMutablePointer<CChar>
  private var headers: UnsafeMutablePointer<curl_slist>?
  /// The kind of transfer that the handle is set up for; nil if it is fresh or reset.
  var kind: TransferKind?

  init() throws(HTTPClientError) {
    guard let easy = unsafe curl_easy_init() else {
      throw HTTPClientError(.connection, "curl_easy_init failed")
    }
    unsafe self.easy = easy
    unsafe words = .allocate(capacity: Int(CURL_ERROR_SIZE))
    unsafe words.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
  }

  /// Must not run before the handle is out of the multi handle.
  deinit {
    unsafe curl_easy_cleanup(easy)
    unsafe curl_slist_free_all(headers)
    unsafe words.deallocate()
  }

  /// The key by which the multi handle names it.
  var key: CurlMulti.Key { UInt(bitPattern: unsafe easy) }

  /// Returns what the error buffer says, or libcurl's general text for `code` if it is empty.
  func words(for code: CURLcode) -> String {
    unsafe words.pointee == 0 ? String(cString: curl_easy_strerror(code)) : String(cString: words)
  }

  /// The length of the body as sent, or nil if the server did not announce it.
  var announcedLength: Int? {
    var length: curl_off_t = -1
    guard unsafe curl_get_int64(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length) == CURLE_OK, length >= 0 else {
      return nil
    }
    return Int(length)
  }

  /// Forgets everything that was set; connections and TLS sessions stay.
  func reset() {
    unsafe curl_easy_reset(easy)
    unsafe curl_slist_free_all(headers)
    unsafe headers = nil
    unsafe words.pointee = 0
    kind = nil
  }

  /// Clears the header fields and the minimum speed after a `GET` that succeeded; the next request replaces the rest.
  ///
  /// A reset and twenty options cost as much as signing a request does.
  func forgetRequest() throws(HTTPClientError) {
    try setHeaders([])
    unsafe words.pointee = 0
    try set(CURLOPT_LOW_SPEED_LIMIT, 0)
    try set(CURLOPT_LOW_SPEED_TIME, 0)
  }

  func set(_ option: CURLoption, _ value: Int) throws(HTTPClientError) {
    try check(unsafe curl_set_long(easy, option, value), option)
  }

  func set(_ option: CURLoption, large value: Int) throws(HTTPClientError) {
    try check(unsafe curl_set_int64(easy, option, curl_off_t(value)), option)
  }

  /// Sets an option to a text, of which libcurl keeps a copy.
  func set(_ option: CURLoption, _ value: String?) throws(HTTPClientError) {
    try check(unsafe curl_set_string(easy, option, value), option)
  }

  /// Sets an option to bytes, of which libcurl copies as many as were announced by the length set before.
  func set(_ option: CURLoption, copying bytes: [UInt8]) throws(HTTPClientError) {
    try check(unsafe curl_set_pointer(easy, option, bytes), option)
  }

  /// Sets the header lines of the request; libcurl reads the list until it gets another one.
  func setHeaders(_ lines: [String]) throws(HTTPClientError) {
    var list: UnsafeMutablePointer<curl_slist>?
    // This frees the list that libcurl does not read in the end: the one before, or the new one after an error.
    defer { unsafe curl_slist_free_all(list) }
    for line in lines {
      guard let longer = unsafe curl_slist_append(list, line) else {
        throw HTTPClientError(.connection, "no memory for the request's headers")
      }
      unsafe list = longer
    }
    try check(unsafe curl_set_list(easy, CURLOPT_HTTPHEADER, list), CURLOPT_HTTPHEADER)
    unsafe swap(&headers, &list)
  }

  /// Passes the answer to `transfer`, which must live until the handle has left the multi handle.
  func setReceiver(_ transfer: CurlTransfer) throws(HTTPClientError) {
    let context = unsafe Unmanaged.passUnretained(transfer).toOpaque()
    try check(unsafe curl_set_pointer(easy, CURLOPT_WRITEDATA, context), CURLOPT_WRITEDATA)
    try check(unsafe curl_set_pointer(easy, CURLOPT_HEADERDATA, context), CURLOPT_HEADERDATA)
  }

  /// Sets the error buffer and the callbacks, which are the same for all transfers.
  func setReceivers() throws(HTTPClientError) {
    try check(unsafe curl_set_pointer(easy, CURLOPT_ERRORBUFFER, words), CURLOPT_ERRORBUFFER)
    try check(unsafe curl_set_callback(easy, CURLOPT_WRITEFUNCTION, receiveBody), CURLOPT_WRITEFUNCTION)
    try check(unsafe curl_set_callback(easy, CURLOPT_HEADERFUNCTION, receiveHeader), CURLOPT_HEADERFUNCTION)
  }

  /// Reports connections to `watch`, which must live until the last of them is closed.
  func setWatch(_ watch: SocketWatch) throws(HTTPClientError) {
    let context = unsafe Unmanaged.passUnretained(watch).toOpaque()
    try check(unsafe curl_set_pointer(easy, CURLOPT_SOCKOPTDATA, context), CURLOPT_SOCKOPTDATA)
    try check(unsafe curl_set_opening_callback(easy, socketOpened), CURLOPT_SOCKOPTFUNCTION)
    try check(unsafe curl_set_pointer(easy, CURLOPT_CLOSESOCKETDATA, context), CURLOPT_CLOSESOCKETDATA)
    try check(unsafe curl_set_closing_callback(easy, closeSocket), CURLOPT_CLOSESOCKETFUNCTION)
  }

  private func check(_ code: CURLcode, _ option: CURLoption) throws(HTTPClientError) {
    guard code != CURLE_OK else { return }
    throw HTTPClientError(
      .invalidRequest, unsafe "option \(option.rawValue): " + String(cString: curl_easy_strerror(code)))
  }
}

// Both run on the curl thread, inside a call of the multi handle, whose owner holds the watch.

private func socketOpened(
  _ context: UnsafeMutableRawPointer?, _ socket: curl_socket_t, _ purpose: curlsocktype
) -> CInt {
  if let context = unsafe context {
    unsafe Unmanaged<SocketWatch>.fromOpaque(context).takeUnretainedValue().opened(socket)
  }
  return CInt(CURL_SOCKOPT_OK)
}

private func closeSocket(_ context: UnsafeMutableRawPointer?, _ socket: curl_socket_t) -> CInt {
  if let context = unsafe context {
    unsafe Unmanaged<SocketWatch>.fromOpaque(context).takeUnretainedValue().closeConnection(socket)
  }
  return 0
}

// libcurl takes any count but the offered one as a refusal. Both run on the curl thread, inside a call of the multi
// handle, while the loop holds the transfer.

private func receiveBody(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let context = unsafe context else { return -1 }
  let transfer = unsafe Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
  let offered = size * count
  return unsafe transfer.receiveBody(UnsafeRawBufferPointer(start: bytes, count: offered)) ? offered : offered + 1
}

private func receiveHeader(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let context = unsafe context else { return -1 }
  let transfer = unsafe Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
  let offered = size * count
  return unsafe transfer.receiveHeader(UnsafeRawBufferPointer(start: bytes, count: offered)) ? offered : offered + 1
}

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
    let text = unsafe String(cString: value).trimmed
    return text.isEmpty ? nil : text
  }
}
