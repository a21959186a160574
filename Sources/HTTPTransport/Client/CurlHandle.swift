import CCurl

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
