import Glibc
import System

/// Where a server listens.
package enum ListenAddress: Sendable, Hashable {
  /// An IP address or empty for all of them (both families, as `::` means too), and a port; 0 takes a free one.
  case tcp(host: String, port: UInt16)
  /// The socket's file gets these permissions; where nil, those that the process's mask leaves.
  case unix(path: String, mode: UInt32? = nil)
}

/// Told of every answered request when it is over: method, path as sent, status, and seconds from the request's first
/// line to the last byte handed to the system.
package typealias HTTPServerAnswerHook =
  @Sendable (_ method: String, _ path: String, _ status: Int, _ seconds: Double) -> Void

/// An HTTP/1.1 server over libmicrohttpd, alive from `init` until `stop`.
///
/// The handler is called on the server's threads, must not block, and may be called concurrently; so is `onAnswer`.
package final class HTTPServer: Sendable {
  /// The addresses it listens on, with the ports that were taken.
  package let addresses: [ListenAddress]
  private let core: ServerCore
  /// Protects the daemons, which are gone once the server is stopped.
  private let daemons: Locked<[ServerDaemon]>

  /// Binds every address and starts to answer.
  ///
  /// `openPaths` are answered without a password or a certificate, and outside the rate limit.
  package init(
    listening addresses: [ListenAddress],
    limits: HTTPServerLimits = HTTPServerLimits(),
    security: HTTPServerSecurity = HTTPServerSecurity(),
    openPaths: Set<String> = [],
    onAnswer: HTTPServerAnswerHook? = nil,
    handler: @escaping @Sendable (HTTPServerRequest) -> HTTPServerAnswer
  ) throws(HTTPServerError) {
    // A client that goes away while it is answered must not end the process; GnuTLS writes without MSG_NOSIGNAL.
    signal(SIGPIPE, SIG_IGN)
    let security = try ServerSecurity(security)
    core = ServerCore(limits: limits, security: security, openPaths: openPaths, onAnswer: onAnswer, handler: handler)
    var sockets: [ListenSocket] = []
    for address in addresses { sockets.append(try ListenSocket(address)) }
    var daemons: [ServerDaemon] = []
    for socket in sockets {
      daemons.append(try ServerDaemon(on: socket, speakingTLS: security.speaksTLS, core: core))
    }
    self.addresses = sockets.map(\.address)
    self.daemons = Locked(daemons)
  }

  deinit {
    stop(grace: .zero)
  }

  /// When the certificate in use ends, in Unix time; nil without TLS.
  package var certificateExpiry: Double? { core.security.context?.expiry }

  /// Takes other security settings, and their files as they are now, from the next connection on; on an error nothing
  /// changes.
  ///
  /// Requests in flight are finished. Turning TLS on or off ends the open connections after their running answer.
  package func update(security settings: HTTPServerSecurity) throws(HTTPServerError) {
    let security = try ServerSecurity(settings)
    try daemons.withLock { daemons throws(HTTPServerError) in
      if security.speaksTLS != core.security.speaksTLS {
        var fresh: [ServerDaemon] = []
        for daemon in daemons where !daemon.isQuiet {
          fresh.append(try ServerDaemon(on: daemon.socket, speakingTLS: security.speaksTLS, core: core))
        }
        core.replaceSecurity(by: security)
        // The daemons before them stay for the answers they are sending; their threads sleep from then on.
        for daemon in daemons { daemon.quiesce() }
        core.retireConnections()
        daemons += fresh
      } else {
        core.replaceSecurity(by: security)
      }
    }
  }

  /// Accepts no more, lets requests in flight finish for up to `grace`, cuts idle connections, and joins the threads.
  package func stop(grace: Duration = .seconds(1)) {
    var ending = daemons.withLock { daemons in
      defer { daemons = [] }
      return daemons
    }
    guard !ending.isEmpty else { return }
    for daemon in ending { daemon.quiesce() }
    core.drain(grace: grace)
    // Stops the daemons and joins their threads.
    ending.removeAll()
  }
}
