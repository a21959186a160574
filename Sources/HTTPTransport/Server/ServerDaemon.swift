import CGnuTLS
import CMicroHTTPD
import Glibc
import System

/// A running libmicrohttpd daemon on one socket: started by init, stopped by deinit.
@safe
final class ServerDaemon: Sendable {
  // Safe: libmicrohttpd's functions on a daemon may be called from any thread, and it is freed in deinit alone.
  private nonisolated(unsafe) let daemon: OpaquePointer
  let socket: ListenSocket
  /// Protects whether the daemon was told to accept no more.
  private let quieted = Locked(false)
  /// The callbacks' context, which they use unretained; it outlives the daemon's threads because deinit joins them.
  private let core: ServerCore

  init(on socket: ListenSocket, speakingTLS: Bool, core: ServerCore) throws(HTTPServerError) {
    self.socket = socket
    self.core = core
    let limits = core.limits
    var setup = unsafe mhd_setup()
    unsafe setup.listen_socket = socket.descriptor
    if speakingTLS { unsafe setup.certificate_source = gnutls_no_certificate_source() }
    // This is above our own limit, which counts the connections of the other addresses too: at its own limit
    // libmicrohttpd stops accepting silently.
    unsafe setup.maximum_connections = UInt32(clamping: limits.maximumConnections + 16)
    unsafe setup.idle_timeout_seconds = UInt32(clamping: max(1, limits.idleTimeout.components.seconds))
    // Half of this memory is a request's first buffer. Besides the headers, 512 parts of a body must fit, which take 8
    // KiB.
    unsafe setup.connection_memory = max(32 << 10, 2 * limits.maximumHeaderBytes)
    unsafe setup.accept = acceptConnection
    unsafe setup.handle = handleRequest
    unsafe setup.request_started = requestStarted
    unsafe setup.request_completed = requestCompleted
    unsafe setup.connection_changed = connectionChanged
    unsafe setup.context = Unmanaged.passUnretained(core).toOpaque()
    guard let daemon = unsafe mhd_start(&setup) else {
      throw HTTPServerError(listeningOn: socket.address, reason: "libmicrohttpd could not start")
    }
    unsafe self.daemon = unsafe daemon
  }

  deinit {
    // Otherwise libmicrohttpd would close the socket, which is not its own.
    quiesce()
    unsafe MHD_stop_daemon(daemon)
  }

  /// Stops accepting connections; open ones go on.
  func quiesce() {
    let isFirst = quieted.withLock { quieted in
      defer { quieted = true }
      return !quieted
    }
    // The socket stays ours, and is closed after the daemon's threads have ended.
    if isFirst { unsafe _ = MHD_quiesce_daemon(daemon) }
  }

  var isQuiet: Bool { quieted.withLock { $0 } }
}

// Callbacks stand at file scope and capture nothing. Safe: each gets as context the `ServerCore` that the daemon holds.

private func core(_ context: UnsafeMutableRawPointer) -> ServerCore {
  unsafe Unmanaged<ServerCore>.fromOpaque(context).takeUnretainedValue()
}

private func acceptConnection(
  _ context: UnsafeMutableRawPointer?, _ address: UnsafePointer<sockaddr>?, _: socklen_t
) -> MHD_Result {
  guard let context = unsafe context else { return .NO }
  return unsafe core(context).accepts(ConnectionTable.ClientAddress(address)) ? .YES : .NO
}

private func connectionChanged(
  _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?,
  _ kept: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ change: MHD_ConnectionNotificationCode
) {
  guard let context = unsafe context, let connection = unsafe connection, let kept = unsafe kept else { return }
  let core = unsafe core(context)
  let socket = unsafe mhd_connection_socket(connection)
  guard change == .CONNECTION_NOTIFY_STARTED else {
    core.connectionClosed(socket)
    // Safe: retained below, and the TLS session that uses its memory is gone.
    if let client = unsafe kept.pointee { unsafe Unmanaged<ClientConnection>.fromOpaque(client).release() }
    unsafe kept.pointee = nil
    return
  }
  core.connectionOpened(socket, from: unsafe ConnectionTable.ClientAddress(mhd_connection_address(connection)))
  var tls: TLSContext?
  if let session = unsafe mhd_connection_tls_session(connection).map(OpaquePointer.init) {
    tls = core.security.context
    // A session that was not prepared has no certificate, and its handshake would fail anyway.
    let isReady = unsafe tls?.prepare(session) ?? false
    if !isReady { shutdown(socket, Int32(SHUT_RDWR)) }
  }
  unsafe kept.pointee = Unmanaged.passRetained(ClientConnection(tls: tls)).toOpaque()
}

/// Creates the exchange of a request and returns it as the request's context.
///
/// Called with the target as sent, before libmicrohttpd decodes it.
private func requestStarted(
  _ context: UnsafeMutableRawPointer?, _ target: UnsafePointer<CChar>?, _ connection: OpaquePointer?
) -> UnsafeMutableRawPointer? {
  guard let context = unsafe context, let connection = unsafe connection else { return nil }
  guard let target = unsafe target, let kept = unsafe mhd_connection_context(connection) else { return nil }
  let core = unsafe core(context)
  // Safe: the connection holds it until it is closed.
  let client = unsafe Unmanaged<ClientConnection>.fromOpaque(kept).takeUnretainedValue()
  let exchange = unsafe Exchange(
    connection: connection, socket: mhd_connection_socket(connection), core: core, client: client, target: target,
    at: .now)
  core.requestBegan(exchange.socket)
  return unsafe Unmanaged.passRetained(exchange).toOpaque()
}

private func handleRequest(
  _: UnsafeMutableRawPointer?, _: OpaquePointer?, _: UnsafePointer<CChar>?, _ method: UnsafePointer<CChar>?,
  _ version: UnsafePointer<CChar>?, _ upload: UnsafePointer<CChar>?, _ uploadCount: UnsafeMutablePointer<Int>?,
  _ request: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
  guard let method = unsafe method, let version = unsafe version, let uploadCount = unsafe uploadCount,
    let context = unsafe request?.pointee
  else {
    return .NO
  }
  // Safe: `requestStarted` retained it, and `requestCompleted` releases it after the last call.
  let exchange = unsafe Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
  let piece = unsafe UnsafeRawBufferPointer(start: upload, count: uploadCount.pointee)
  unsafe uploadCount.pointee = 0
  return unsafe exchange.proceed(method: method, version: version, upload: piece) ? .YES : .NO
}

private func requestCompleted(
  _: UnsafeMutableRawPointer?, _: OpaquePointer?, _ request: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
  _: MHD_RequestTerminationCode
) {
  guard let context = unsafe request?.pointee else { return }
  unsafe request?.pointee = nil
  unsafe Unmanaged<Exchange>.fromOpaque(context).takeRetainedValue().finish()
}

extension ConnectionTable.ClientAddress {
  /// Creates the address of a client; an IPv4 address and its IPv6 form are the same client.
  fileprivate init?(_ address: UnsafePointer<sockaddr>?) {
    guard let address = unsafe address else { return nil }
    switch unsafe Int32(address.pointee.sa_family) {
    case AF_INET:
      // Safe: the family says which structure stands there.
      let ip = unsafe UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr
      self.init(high: 0, low: 0xffff << 32 | UInt64(UInt32(bigEndian: ip)))
    case AF_INET6:
      let ip = unsafe UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in6.self).sin6_addr
      self = unsafe withUnsafeBytes(of: ip) { bytes in
        unsafe Self(
          high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
          low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
      }
    default:
      return nil
    }
  }
}
