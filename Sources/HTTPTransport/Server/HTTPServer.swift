import Glibc
import System

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

/// Limits of a server, across its addresses.
package struct HTTPServerLimits: Sendable {
  package var maximumConnections = 512
  /// From one client address; unix sockets have none.
  package var maximumConnectionsPerAddress = 256
  /// Room for a request's body: more is answered with 413.
  package var maximumRequestBytes = 64 << 10
  /// Room for a request's line and headers: more is answered with 431, or 414 where the line alone is longer.
  ///
  /// libmicrohttpd zeroes three times as much after each request, so generous room would cost more than answering does.
  package var maximumHeaderBytes = 16 << 10
  /// More header fields than this are answered with 431.
  package var maximumHeaderFields = 100
  /// A complete request must arrive within this time of the connection's start or its last answer, and a client that
  /// takes nothing of an answer for this long is cut.
  package var idleTimeout: Duration = .seconds(30)
  /// A client must have taken a whole answer within this time, waiting for a deferred answer included.
  package var answerTimeout: Duration = .seconds(300)
  /// How many answers that are prepared for many, and others of more than `largeAnswerBytes` or of unknown length, may be on
  /// their way at once; further ones become 503. 0 sets no limit.
  package var maximumCountedAnswers = 0
  package var largeAnswerBytes = 64 << 10

  package init() {}
}
