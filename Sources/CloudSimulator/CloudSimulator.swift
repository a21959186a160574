import HTTPTransport
import HuaweiCloud
import System

/// A fake Huawei Cloud over real HTTP on loopback: one address serves all services, from `init` until `stop`.
///
/// What it knows, whom it lets in and what goes wrong may be changed while it runs.
package final class CloudSimulator: Sendable {
  /// The base URL, for every service; no `/` at the end.
  package let url: String

  private let gateway: Gateway
  private let server: HTTPServer

  /// Starts to answer `routes`, of which the first that fits a request counts; `seed` chooses the requests that probable
  /// faults meet, and the ids and tokens that are issued.
  package init(
    world: World, authentication: Authentication = .none, faults: Faults = .none, routes: [Route] = Route.all,
    listening address: ListenAddress = .tcp(host: "127.0.0.1", port: 0), seed: UInt64 = 1, time: TimeSource = .system
  ) throws(HTTPServerError) {
    let gateway = Gateway(
      world: world, authentication: authentication, faults: faults, routes: routes, seed: seed, time: time)
    var limits = HTTPServerLimits()
    // A real token has up to 100,000 characters, and everybody comes from one address.
    limits.maximumHeaderBytes = 256 << 10
    limits.maximumRequestBytes = 256 << 10
    limits.maximumConnectionsPerAddress = limits.maximumConnections
    // An answer that drips for ever shall be ended by the client.
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

  /// Stops answering; requests that were never to be answered end with 503.
  package func stop() {
    gateway.stop()
    server.stop(grace: .milliseconds(200))
  }

  // MARK: What it knows

  package var world: World {
    get { gateway.state.withLock(\.world) }
    set { gateway.state.withLock { $0.world = newValue } }
  }

  /// The world's time now.
  package var worldTime: Timestamp { gateway.worldTime(of: world) }

  /// What goes wrong.
  package var faults: Faults {
    get { gateway.state.withLock(\.faults) }
    set { gateway.state.withLock { $0.faults = newValue } }
  }

  /// Changes what goes wrong in one step, so that no request counts in between.
  package func changeFaults(_ change: (inout Faults) -> Void) { gateway.state.withLock { change(&$0.faults) } }

  /// Changes what is known in one step.
  package func changeWorld(_ change: (inout World) -> Void) { gateway.state.withLock { change(&$0.world) } }

  // MARK: Whom it lets in

  package var authentication: Authentication {
    get { gateway.state.withLock(\.gatekeeper.authentication) }
    set { gateway.state.withLock { $0.gatekeeper.authentication = newValue } }
  }

  /// From now on no token that was issued is good.
  package func revokeTokens() { gateway.state.withLock { $0.gatekeeper.revokeTokens() } }

  /// From now on the key does not exist.
  package func revokeKey(_ accessKey: String) { gateway.state.withLock { $0.gatekeeper.revokeKey(accessKey) } }

  /// From now on no temporary key that was issued exists.
  package func revokeIssuedKeys() { gateway.state.withLock { $0.gatekeeper.revokeIssuedKeys() } }

  // MARK: What it was asked

  /// The last requests, oldest first: at least 20,000 where there were as many.
  package var requests: [ReceivedRequest] { gateway.state.withLock(\.log.requests) }

  /// How many requests came since the start or the last `forgetRequests`.
  package var requestCount: Int { gateway.state.withLock(\.log.total) }

  package func requests(of operation: Operation) -> [ReceivedRequest] {
    requests.filter { $0.operation == operation }
  }

  package func forgetRequests() { gateway.state.withLock { $0.log.clear() } }

  /// Answers without a socket.
  func answer(to request: HTTPServerRequest) -> HTTPServerAnswer { gateway.answer(to: request) }
}
