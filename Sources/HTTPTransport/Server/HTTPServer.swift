/// Where a server listens.
package enum ListenAddress: Sendable, Hashable {
  /// An IP address or empty for all of them (both families), and a port; 0 takes a free one.
  case tcp(host: String, port: UInt16)
  case unix(path: String)
}

/// Limits of a server, across its addresses.
package struct HTTPServerLimits: Sendable {
  package var maximumConnections = 512
  package var maximumConnectionsPerAddress = 256
  package var maximumRequestBytes = 64 << 10
  /// Room for a request's line and headers.
  package var maximumHeaderBytes = 32 << 10
  package var idleTimeout: Duration = .seconds(30)

  package init() {}
}

/// An HTTP/1.1 server over libmicrohttpd, alive from `init` until `stop`.
///
/// The handler is called on the server's threads, must not block, and may be called concurrently.
package final class HTTPServer: Sendable {
  /// The addresses it listens on, with the ports that were taken.
  package let addresses: [ListenAddress]

  /// Binds every address and starts to answer.
  package init(
    listening addresses: [ListenAddress],
    limits: HTTPServerLimits = HTTPServerLimits(),
    handler: @escaping @Sendable (HTTPServerRequest) -> HTTPServerAnswer
  ) throws(HTTPServerError) {
    self.addresses = addresses
  }

  /// Accepts no more, lets requests in flight finish for up to `grace`, cuts idle connections, and joins the threads.
  package func stop(grace: Duration = .seconds(1)) {}
}

/// Why a server could not start.
package struct HTTPServerError: Error, Equatable {
  /// Names the address and the reason.
  package var message: String

  package init(_ message: String) { self.message = message }
}
