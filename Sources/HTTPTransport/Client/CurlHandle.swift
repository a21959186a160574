import CCurl

/// Owns one easy handle, with the memory that libcurl only borrows: header list, parsed origin and error buffer.
///
/// Used on the curl thread only. Safe: the pointers live from init to deinit, and never leave the module.
@safe
final class CurlHandle {
  let easy: UnsafeMutableRawPointer
  private let words: UnsafeMutablePointer<CChar>
  private var headers: HeaderList?
  /// What it is set up for; nil where it is fresh or reset.
  var kind: TransferKind?
  /// No proxy stands between, whatever the address is.
  var isDirect = false
  /// Of which the address is set, where it is set in two parts.
  private var origin: String?
  private var parsedOrigin: OpaquePointer?

  init() throws(HTTPClientError) {
    guard let easy = unsafe curl_easy_init() else {
      throw HTTPClientError(.connection, "curl_easy_init failed")
    }
    unsafe self.easy = easy
    unsafe words = .allocate(capacity: Int(CURL_ERROR_SIZE))
    unsafe words.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
  }

  /// Only once the handle is out of the multi handle.
  deinit {
    unsafe curl_easy_cleanup(easy)
    unsafe curl_url_cleanup(parsedOrigin)
    unsafe words.deallocate()
  }

  /// By which the multi handle names it.
  var key: CurlMulti.Key { UInt(bitPattern: unsafe easy) }

  /// What the error buffer says, or libcurl's general text for `code`.
  func words(for code: CURLcode) -> String {
    unsafe words.pointee == 0 ? String(cString: curl_easy_strerror(code)) : String(cString: words)
  }

  /// Of the body as it is sent, where the server says so.
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
    headers = nil
    unsafe words.pointee = 0
    kind = nil
    isDirect = false
    origin = nil
  }

  /// After a `GET` that succeeded: forgets the request, of which nothing but fields and the speed it must keep was set.
  ///
  /// A reset and twenty options cost as much as signing a request does.
  func forgetRequest() throws(HTTPClientError) {
    try setHeaders(nil)
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

  /// libcurl keeps a copy.
  func set(_ option: CURLoption, _ value: String?) throws(HTTPClientError) {
    try check(unsafe curl_set_string(easy, option, value), option)
  }

  /// libcurl keeps a copy, of the length that was set before.
  func set(_ option: CURLoption, copying bytes: [UInt8]) throws(HTTPClientError) {
    try check(unsafe curl_set_pointer(easy, option, bytes), option)
  }

  func setHeaders(_ list: consuming HeaderList?) throws(HTTPClientError) {
    // The old list goes when libcurl no longer knows it.
    try check(unsafe curl_set_list(easy, CURLOPT_HTTPHEADER, list?.first), CURLOPT_HTTPHEADER)
    headers = list
  }

  /// Sets the whole address.
  func setAddress(_ url: String) throws(HTTPClientError) {
    if origin != nil { try forgetAddress() }
    try set(CURLOPT_URL, url)
  }

  /// Sets the address as an origin, which stays taken apart while it is the same, and what begins at `targetStart`.
  func setAddress(_ url: String, origin: String, targetStart: Int) throws(HTTPClientError) {
    precondition(targetStart < url.utf8.count, "a target beyond the URL")
    if self.origin != origin {
      try forgetAddress()
      if unsafe parsedOrigin == nil { unsafe parsedOrigin = curl_url() }
      // What is wrong with an origin that cannot be taken apart, the transfer says.
      guard let parsed = unsafe parsedOrigin,
        unsafe curl_url_set(parsed, CURLUPART_URL, origin, 0) == CURLUE_OK
      else { return try set(CURLOPT_URL, url) }
      // Safe: it outlives the handle, and libcurl reads it during transfers only.
      try check(unsafe curl_set_pointer(easy, CURLOPT_CURLU, UnsafeRawPointer(parsed)), CURLOPT_CURLU)
      self.origin = origin
    }
    // Safe: the rest of a C string is one, and libcurl keeps a copy.
    let code = unsafe url.withCString { unsafe curl_set_string(easy, CURLOPT_REQUEST_TARGET, $0 + targetStart) }
    try check(code, CURLOPT_REQUEST_TARGET)
  }

  private func forgetAddress() throws(HTTPClientError) {
    origin = nil
    try check(unsafe curl_set_pointer(easy, CURLOPT_CURLU, nil), CURLOPT_CURLU)
    try set(CURLOPT_REQUEST_TARGET, nil)
    try set(CURLOPT_URL, nil)
  }

  /// Leads the answer to `transfer`, which must live until the handle has left the multi handle.
  func setReceiver(_ transfer: CurlTransfer) throws(HTTPClientError) {
    let context = unsafe Unmanaged.passUnretained(transfer).toOpaque()
    try check(unsafe curl_set_pointer(easy, CURLOPT_WRITEDATA, context), CURLOPT_WRITEDATA)
    try check(unsafe curl_set_pointer(easy, CURLOPT_HEADERDATA, context), CURLOPT_HEADERDATA)
  }

  /// What takes the answers of all transfers.
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

// libcurl takes any count but the offered one for a refusal. Both run on the curl thread, inside a call of the multi
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
