import HTTPTransport
import System

/// A simulated Huawei Cloud over real HTTP, by default on loopback: one address serves all services, from `init` until
/// `stop`.
///
/// The world, the authentication and the faults may be changed while it runs.
package final class CloudSimulator: Sendable {
  /// The base URL of every service, without a `/` at the end.
  package let url: String

  private let gateway: Gateway
  private let server: HTTPServer

  /// Starts to answer `routes`, of which the first that fits a request is used.
  ///
  /// `seed` determines which requests a fault with a probability meets, and the ids and tokens that are issued.
  package init(
    world: World, authentication: Authentication = .none, faults: Faults = .none, routes: [Route] = Route.all,
    listening address: ListenAddress = .tcp(host: "127.0.0.1", port: 0), seed: UInt64 = 1, time: TimeSource = .system
  ) throws(HTTPServerError) {
    let gateway = Gateway(
      world: world, authentication: authentication, faults: faults, routes: routes, seed: seed, time: time)
    var limits = HTTPServerLimits()
    // A real token has up to 100,000 characters, and all clients come from one address.
    limits.maximumHeaderBytes = 256 << 10
    limits.maximumRequestBytes = 256 << 10
    limits.maximumConnectionsPerAddress = limits.maximumConnections
    // The client has to end an answer that drips forever, so the server does not end it before.
    limits.answerTimeout = .seconds(3600)
    let server = try HTTPServer(listening: [address], limits: limits) { gateway.answer(to: $0) }
    self.gateway = gateway
    self.server = server
    switch server.addresses.first {
    case .tcp(let host, let port): url = "http://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    case .unix(let path, _): url = "unix:\(path)"
    case nil: url = ""
    }
  }

  /// Stops answering; requests that have no answer yet end with 503.
  package func stop() {
    gateway.stop()
    server.stop(grace: .milliseconds(200))
  }

  // MARK: What it knows

  package var world: World {
    get { gateway.state.withLock(\.world) }
    set { gateway.state.withLock { $0.world = newValue } }
  }

  /// The current time of the world.
  package var worldTime: Timestamp { gateway.worldTime(of: world) }

  package var faults: Faults {
    get { gateway.state.withLock(\.faults) }
    set { gateway.state.withLock { $0.faults = newValue } }
  }

  /// Changes the faults in one step, so that no request is counted in between.
  package func changeFaults(_ change: (inout Faults) -> Void) { gateway.state.withLock { change(&$0.faults) } }

  /// Changes the world in one step.
  package func changeWorld(_ change: (inout World) -> Void) { gateway.state.withLock { change(&$0.world) } }

  // MARK: Whom it lets in

  package var authentication: Authentication {
    get { gateway.state.withLock(\.accessCheck.authentication) }
    set { gateway.state.withLock { $0.accessCheck.authentication = newValue } }
  }

  /// Makes every token that was issued invalid.
  package func revokeTokens() { gateway.state.withLock { $0.accessCheck.revokeTokens() } }

  /// Makes a key unknown.
  package func revokeKey(_ accessKey: String) { gateway.state.withLock { $0.accessCheck.revokeKey(accessKey) } }

  /// Makes every temporary key that was issued unknown.
  package func revokeIssuedKeys() { gateway.state.withLock { $0.accessCheck.revokeIssuedKeys() } }

  // MARK: What it was asked

  /// The last requests, oldest first: at least 20,000, if there were as many.
  package var requests: [ReceivedRequest] { gateway.state.withLock(\.log.requests) }

  /// The number of requests since the start or the last `forgetRequests`.
  package var requestCount: Int { gateway.state.withLock(\.log.total) }

  package func requests(of operation: Operation) -> [ReceivedRequest] {
    requests.filter { $0.operation == operation }
  }

  package func forgetRequests() { gateway.state.withLock { $0.log.clear() } }

  /// Answers a request without a socket.
  func answer(to request: HTTPServerRequest) -> HTTPServerAnswer { gateway.answer(to: request) }
}
