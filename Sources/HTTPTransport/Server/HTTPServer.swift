import Glibc
import System

/// A function called at the end of every answered request with its method, its path as sent (empty if the request was
/// refused before it was complete), the status, and the seconds from the request's first line to the last byte handed
/// to the system.
package typealias HTTPServerAnswerHook =
  @Sendable (_ method: String, _ path: String, _ status: Int, _ seconds: Double) -> Void

/// An HTTP/1.1 server over libmicrohttpd, alive from `init` until `stop`.
///
/// The handler is called on the server's threads, must not block, and may be called concurrently; the same holds for
/// `onAnswer`.
package final class HTTPServer: Sendable {
  /// The addresses that the server listens on, with the actual ports.
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

  package var speaksTLS: Bool { core.security.speaksTLS }

  /// When the certificate in use expires, in Unix time; nil without TLS.
  package var certificateExpiry: Double? { core.security.context?.expiry }

  /// Applies other security settings, whose files are read now; if it throws, nothing changes.
  ///
  /// New TLS settings apply to the handshakes of new connections, everything else from the next request on. Requests in
  /// flight are finished. Turning TLS on or off ends the open connections after their running answer.
  package func update(security settings: HTTPServerSecurity) throws(HTTPServerError) {
    let security = try ServerSecurity(settings)
    // Daemons are started under the lock, so that two changes do not mix; nothing that answers a request takes it.
    try daemons.withLock { daemons throws(HTTPServerError) in
      if security.speaksTLS != core.security.speaksTLS {
        var fresh: [ServerDaemon] = []
        for daemon in daemons where !daemon.isQuiet {
          fresh.append(try ServerDaemon(on: daemon.socket, speakingTLS: security.speaksTLS, core: core))
        }
        core.replaceSecurity(by: security)
        // The old daemons stay for the answers they are sending; their threads sleep after that.
        for daemon in daemons { daemon.quiesce() }
        core.retireConnections()
        daemons += fresh
      } else {
        core.replaceSecurity(by: security)
      }
    }
  }

  /// Stops accepting connections, lets requests in flight finish for up to `grace`, cuts idle connections, and joins
  /// the threads.
  package func stop(grace: Duration = .seconds(1)) {
    var ending = daemons.withLock { daemons in
      defer { daemons = [] }
      return daemons
    }
    guard !ending.isEmpty else { return }
    for daemon in ending { daemon.quiesce() }
    core.drain(grace: grace)
    // The daemons stop when they are released, which joins their threads.
    ending.removeAll()
  }
}

/// The limits of a server, over all its addresses.
package struct HTTPServerLimits: Sendable {
  package var maximumConnections = 512
  /// The maximum number of connections from one client address; clients of unix sockets have none.
  package var maximumConnectionsPerAddress = 256
  /// The maximum length of a request's body; a longer one is answered with 413.
  package var maximumRequestBytes = 64 << 10
  /// The maximum length of a request's line and headers; more is answered with 431, or with 414 if the line alone is
  /// longer.
  ///
  /// libmicrohttpd zeroes three times as much after each request, so generous room would cost more than answering does.
  package var maximumHeaderBytes = 16 << 10
  /// The maximum number of a request's header fields; more are answered with 431.
  package var maximumHeaderFields = 100
  /// How long a connection may take from its start or its last answer until its next request is complete; a client that
  /// takes nothing of an answer for this long is cut as well.
  package var idleTimeout: Duration = .seconds(30)
  /// How long a client may take to receive a whole answer, including the wait for a deferred answer.
  package var answerTimeout: Duration = .seconds(300)
  /// The maximum number of counted answers that may be on their way at once; further ones become 503. 0 sets no limit.
  ///
  /// Answers are counted if they are prepared for many requests, of unknown length, or of more than `largeAnswerBytes`.
  package var maximumCountedAnswers = 0
  package var largeAnswerBytes = 64 << 10

  package init() {}
}
