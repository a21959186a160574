import CCurl

/// Owns the multi handle, and with it the connections.
///
/// Unchecked: everything belongs to the curl thread, except `wake`, which libcurl allows from any thread while the handle
/// is open. Safe: the pointer lives from init to deinit and never leaves this file.
@safe
final class CurlMulti: @unchecked Sendable {
  /// One transfer that has ended by itself.
  struct Ended {
    var key: Key
    var code: CURLcode
  }

  /// The address of an easy handle, by which libcurl names it.
  typealias Key = UInt

  // Once for the process, on the curl thread: it costs more than all the rest of the start-up together.
  private static let libcurlIsReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  private let multi: UnsafeMutableRawPointer

  init(idleConnections: Int) throws(HTTPClientError) {
    guard Self.libcurlIsReady, let multi = unsafe curl_multi_init() else {
      throw HTTPClientError(.connection, "libcurl cannot start")
    }
    unsafe self.multi = multi
    unsafe curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, idleConnections)
  }

  /// Only once every handle was removed.
  deinit {
    unsafe curl_multi_cleanup(multi)
  }

  func add(_ handle: CurlHandle) throws(HTTPClientError) {
    try Self.check(unsafe curl_multi_add_handle(multi, handle.easy))
  }

  /// Ends the handle's transfer, if it still runs.
  func remove(_ handle: CurlHandle) {
    unsafe curl_multi_remove_handle(multi, handle.easy)
  }

  /// Moves every transfer as far as it goes without waiting.
  func perform() throws(HTTPClientError) {
    var count: CInt = 0
    try Self.check(unsafe curl_multi_perform(multi, &count))
  }

  func nextEnded() -> Ended? {
    var count: CInt = 0
    while let message = unsafe curl_multi_info_read(multi, &count) {
      guard unsafe message.pointee.msg == CURLMSG_DONE else { continue }
      return unsafe Ended(
        key: UInt(bitPattern: message.pointee.easy_handle), code: message.pointee.data.result)
    }
    return nil
  }

  /// Sleeps until a socket is ready, a timer of libcurl's is due, somebody calls `wake`, or that moment has come.
  func wait(until moment: ContinuousClock.Instant?) throws(HTTPClientError) {
    let timeout = moment.map { CInt(clamping: ($0 - .now).milliseconds) } ?? .max
    try Self.check(unsafe curl_multi_poll(multi, nil, 0, timeout, nil))
  }

  func wake() {
    unsafe curl_multi_wakeup(multi)
  }

  private static func check(_ code: CURLMcode) throws(HTTPClientError) {
    guard code != CURLM_OK else { return }
    throw HTTPClientError(.connection, unsafe String(cString: curl_multi_strerror(code)))
  }
}
