import CCurl
import Glibc

/// Owns the multi handle, and with it the connections.
///
/// libcurl says for which sockets and until which moment it waits, and is told what happened: a wake-up costs as much
/// as has happened, however many transfers wait.
///
/// It belongs to the curl thread. Safe: the pointer lives from init to deinit and never leaves this file.
@safe
final class CurlMulti {
  /// One transfer that has ended by itself.
  struct Ended {
    var key: Key
    var code: CURLcode
  }

  /// The address of an easy handle, by which libcurl names it.
  typealias Key = UInt

  // This is done once for the process, on the curl thread: it costs more than all the rest of the start-up together.
  private static let libcurlIsReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  private let multi: UnsafeMutableRawPointer
  /// Waits for the sockets; waking it ends the current or the next `wait`.
  let watch: SocketWatch
  /// When libcurl wants to be called even if no socket is ready; nil if never.
  private var timer: ContinuousClock.Instant?

  init(idleConnections: Int) throws(HTTPClientError) {
    watch = try SocketWatch()
    guard Self.libcurlIsReady, let multi = unsafe curl_multi_init() else {
      throw HTTPClientError(.connection, "libcurl cannot start")
    }
    unsafe self.multi = multi
    try Self.check(unsafe curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, idleConnections))
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    try Self.check(unsafe curl_multi_set_pointer(multi, CURLMOPT_SOCKETDATA, context))
    try Self.check(unsafe curl_multi_set_socket_callback(multi, socketChanged))
    try Self.check(unsafe curl_multi_set_pointer(multi, CURLMOPT_TIMERDATA, context))
    try Self.check(unsafe curl_multi_set_timer_callback(multi, timerChanged))
  }

  /// Must not run before every handle was removed.
  deinit {
    // The callbacks are removed first, since closing the connections would call an object that is going away.
    unsafe curl_multi_set_socket_callback(multi, nil)
    unsafe curl_multi_set_timer_callback(multi, nil)
    unsafe curl_multi_cleanup(multi)
  }

  func add(_ handle: CurlHandle) throws(HTTPClientError) {
    try Self.check(unsafe curl_multi_add_handle(multi, handle.easy))
  }

  /// Removes the handle, which ends its transfer if it still runs.
  func remove(_ handle: CurlHandle) {
    unsafe curl_multi_remove_handle(multi, handle.easy)
  }

  /// Moves the transfers that are due, including those just added, as far as they go without waiting.
  func moveDue() throws(HTTPClientError) {
    guard let due = timer, due <= .now else { return }
    // libcurl sets the timer again if there is more to wait for.
    timer = nil
    var count: CInt = 0
    try Self.check(unsafe curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &count))
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

  /// Sleeps until a socket is ready, a timer of libcurl's is due, `watch` is woken, or `moment` has come; then moves
  /// the transfers whose sockets are ready.
  func wait(until moment: ContinuousClock.Instant?) throws(HTTPClientError) {
    let end = if let moment, let timer { min(moment, timer) } else { moment ?? timer }
    for ready in try watch.wait(milliseconds: end.map { CInt(clamping: ($0 - .now).wholeMilliseconds) } ?? -1) {
      var count: CInt = 0
      try Self.check(unsafe curl_multi_socket_action(multi, ready.socket, ready.events, &count))
    }
  }

  fileprivate func note(_ socket: CInt, _ what: CInt) -> Bool { watch.set(socket, what) }

  fileprivate func noteTimer(milliseconds: Int) {
    timer = milliseconds < 0 ? nil : .now + .milliseconds(milliseconds)
  }

  private static func check(_ code: CURLMcode) throws(HTTPClientError) {
    guard code != CURLM_OK else { return }
    throw HTTPClientError(.connection, unsafe String(cString: curl_multi_strerror(code)))
  }
}

// Both are called on the curl thread, during a call of the multi handle, so the object that the context names is alive.

private func socketChanged(
  _ easy: UnsafeMutableRawPointer?, _ socket: curl_socket_t, _ what: CInt, _ context: UnsafeMutableRawPointer?,
  _ socketContext: UnsafeMutableRawPointer?
) -> CInt {
  guard let context = unsafe context else { return 0 }
  // If the kernel takes no more sockets, -1 makes libcurl end its transfers at once instead of letting them time out.
  return unsafe Unmanaged<CurlMulti>.fromOpaque(context).takeUnretainedValue().note(socket, what) ? 0 : -1
}

private func timerChanged(
  _ multi: UnsafeMutableRawPointer?, _ milliseconds: Int, _ context: UnsafeMutableRawPointer?
) -> CInt {
  guard let context = unsafe context else { return 0 }
  unsafe Unmanaged<CurlMulti>.fromOpaque(context).takeUnretainedValue().noteTimer(milliseconds: milliseconds)
  return 0
}

extension Duration {
  /// The duration in milliseconds, rounded up; 0 if it is not positive.
  fileprivate var wholeMilliseconds: Int { self <= .zero ? 0 : milliseconds }
}
