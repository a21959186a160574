import HTTPTransport
import HuaweiCloud
import System
import TestSupport
import Testing

/// A server on loopback in the cloud's place, which remembers what it was asked, and clients that ask it.
final class CloudFixture: Sendable {
  /// A request as it arrived.
  struct Arrival: Sendable {
    var request: HTTPServerRequest
    var moment: ContinuousClock.Instant

    var path: String { request.path }
    func header(_ name: String) -> String? { request.headers.first(named: name) }
  }

  let transport = HTTPClient()
  let breakers = AccessKeyBreakers()
  let logged = LogRecorder()
  private let server: HTTPServer
  /// Protects what has arrived, in order.
  private let arrived: Locked<[Arrival]>

  init(answer: @escaping @Sendable (HTTPServerRequest, _ number: Int) -> HTTPServerResponse) throws {
    let arrived = Locked<[Arrival]>([])
    self.arrived = arrived
    server = try HTTPServer(listening: [.tcp(host: "127.0.0.1", port: 0)]) { request in
      let number = arrived.withLock { arrived in
        arrived.append(Arrival(request: request, moment: .now))
        return arrived.count
      }
      return .response(answer(request, number))
    }
  }

  deinit {
    transport.shutdown()
    server.stop(grace: .zero)
  }

  var arrivals: [Arrival] { arrived.withLock { $0 } }

  var host: String {
    guard case .tcp(_, let port) = server.addresses[0] else { return "" }
    return "127.0.0.1:\(port)"
  }

  func project(_ name: String = "prod", _ change: (inout CloudProject) -> Void = { _ in }) -> CloudProject {
    var project = CloudProject(name: name, region: "cn-north-4")
    project.projectID = "0605767fa280d5762f9cc01c0b5fe321"
    project.credentials = .keys(
      accessKey: .value(Secret("AKIDEXAMPLE")), secretKey: .value(Secret("hush-hush")), securityToken: nil)
    for service in CloudService.allCases { project.endpoints[service] = "http://\(host)" }
    project.requestsPerSecond = 1_000
    change(&project)
    return project
  }

  func client(
    _ project: CloudProject? = nil, time: TimeSource = .system, observer: RequestObserver = RequestObserver(),
    environment: [String: String] = [:], deadline: Duration? = .seconds(60),
    random: @escaping @Sendable () -> Double = SharedRandomness().fraction
  ) -> CloudClient {
    var policy = RetryPolicy()
    policy.firstDelay = .milliseconds(10)
    var client = CloudClient(
      project: project ?? self.project(), transport: transport, breakers: breakers, time: time, observer: observer,
      log: logged.logger, environment: environment, retryPolicy: policy, random: random)
    client.limits.deadline = deadline.map { time.uptime() + $0 }
    return client
  }
}

extension CloudClient {
  /// Six calls side by side, which must all succeed.
  func sendMany() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<6 { group.addTask { _ = try await send(.caches) } }
      try await group.waitForAll()
    }
  }
}

extension APIRequest {
  static var caches: APIRequest {
    APIRequest(.cce, "ListImageCaches", path: ["v5", "imagecaches"], permission: "cce:imageCache:list")
  }
}

/// The error that `body` throws.
func cloudError(
  _ location: SourceLocation = #_sourceLocation, _ body: () async throws(CloudError) -> Void
) async -> CloudError? {
  do throws(CloudError) {
    try await body()
    Issue.record("no error", sourceLocation: location)
    return nil
  } catch { return error }
}

func percentEncoded(_ text: String) -> String {
  var encoded: [UInt8] = []
  PercentEncoding.append(text.utf8.span, to: &encoded)
  return String(decoding: encoded, as: UTF8.self)
}
