import HTTPTransport
import HuaweiCloud
import Testing

@testable import CloudSimulator

/// What holds for every route, so that one that is added can't lack it.
@Suite struct RouteTests {
  /// A world with something for each route; `values` fills the braces of their paths.
  private static let everything = world {
    $0.instances = [
      SimulatedInstance(
        id: "i", name: "n", retentionPolicies: [SimulatedRetentionPolicy(id: 1, name: "p", namespaceName: "o")])
    ]
    $0.organisations = [
      SimulatedOrganisation(id: 1, name: "o", repositories: [SimulatedImageRepository(name: "r")])
    ]
    let state = MirrorState(status: "finished", failures: 0, lastUpdate: .null, lastSuccess: .empty)
    $0.codeRepositories = [
      SimulatedCodeRepository(id: 1, name: "c", mirror: SimulatedMirror(id: 1, course: .fixed(state)))
    ]
  }
  private static let values = [
    "project_id": projectID, "instance_id": "i", "namespace": "o", "repository": "r", "repository_id": "1",
    "policy_id": "1",
  ]
  private static let queries: [Operation: String] = [.showSyncJob: "?filter=limit::100%7Coffset::0%7Corder::desc"]
  private static let accounts: Accounts = {
    var accounts = Accounts(
      users: [SimulatedUser(domainName: "D", name: "U", password: Secret("P"))],
      tokens: ["ready": projectID, "any": nil], identityProviders: ["idp": ["jwt"]])
    accounts.agencies = [SimulatedAgency(urn: "A", providerURN: "P", idTokens: ["jwt": true])]
    accounts.podTokens = ["pod": true]
    return accounts
  }()
  private static let bodies: [Operation: String] = [
    .createToken:
      #"{"auth":{"identity":{"password":{"user":{"domain":{"name":"D"},"name":"U","password":"P"}}}}}"#,
    .exchangeIDToken: #"{"auth":{"id_token":{"id":"jwt"}}}"#,
    .assumeAgencyWithOIDC:
      #"{"provider_urn":"P","agency_urn":"A","agency_session_name":"me","id_token":"jwt","duration_seconds":900}"#,
    .assumeAgencyForPodIdentity: "{}",
    .createTemporaryKey: #"{"auth":{"identity":{"token":{"id":"any"}}}}"#,
  ]

  /// Asks for a route in the way that its document shows.
  private func ask(_ route: Route, of cloud: CloudSimulator, token: String?) throws -> Asked {
    let segments = try Route.segments(of: route.path).map { segment in
      guard segment.hasPrefix("{") else { return String(segment) }
      let name = String(segment.dropFirst().dropLast())
      return try #require(Self.values[name], "the world of this test has nothing for {\(name)}")
    }
    var headers = [HTTPHeader("X-Idp-Id", "idp"), HTTPHeader("X-Metadata-Token-Ttl-Seconds", "60")]
    if let token { headers.append(HTTPHeader("X-Auth-Token", token)) }
    if route.operation == .assumeAgencyForPodIdentity { headers.append(HTTPHeader("Authorization", "pod")) }
    if route.operation == .showSecurityKey {
      let issued = try cloud.ask("/meta-data/latest/api/token", method: "PUT", headers: headers)
      headers.append(HTTPHeader("X-Metadata-Token", issued.text))
    }
    return try cloud.ask(
      segments.joined(separator: "/") + (Self.queries[route.operation] ?? ""), method: route.method, headers: headers,
      body: Self.bodies[route.operation] ?? "")
  }

  @Test func operationsAreUnique() {
    #expect(Set(Route.all.map(\.operation)).count == Route.all.count)
  }

  @Test func noPathIsMatchedByTwoRoutes() {
    for (index, route) in Route.all.enumerated() {
      for other in Route.all[(index + 1)...] where other.method == route.method {
        let (left, right) = (Route.segments(of: route.path), Route.segments(of: other.path))
        let isAmbiguous =
          left.count == right.count
          && zip(left, right).allSatisfy { left, right in
            // No project is called `manage`.
            if Set([left, right]) == ["{project_id}", "manage"] { return false }
            return left == right || left.hasPrefix("{") || right.hasPrefix("{")
          }
        #expect(!isAmbiguous, "\(route.path) and \(other.path)")
      }
    }
  }

  @Test(arguments: Route.all.indices) func everyRouteAnswersItsExample(index: Int) throws {
    let route = Route.all[index]
    let cloud = try CloudSimulator(world: Self.everything, authentication: .required(Self.accounts))
    defer { cloud.stop() }
    let asked = try ask(route, of: cloud, token: "ready")
    #expect([200, 201].contains(asked.status) && !asked.body.isEmpty, "\(route.path): \(asked.text)")
    #expect(cloud.requests.last?.operation == route.operation)
  }

  @Test(arguments: Route.all.indices) func everyRouteAnswersWhomItIsFor(index: Int) throws {
    let route = Route.all[index]
    let cloud = try CloudSimulator(world: Self.everything, authentication: .required(Self.accounts))
    defer { cloud.stop() }
    let stranger = try ask(route, of: cloud, token: nil)
    let withoutProject = try ask(route, of: cloud, token: "any")
    switch route.caller {
    case .anybody: #expect([200, 201].contains(stranger.status) && [200, 201].contains(withoutProject.status))
    case .account: #expect(stranger.status == 401 && withoutProject.status == 200)
    case .project:
      #expect(stranger.status == 401)
      #expect(withoutProject.status == (route.path.contains("{project_id}") ? 200 : 400))
    }
  }

  @Test(arguments: Route.all.indices) func everyRouteFailsInTheShapeOfItsService(index: Int) throws {
    let route = Route.all[index]
    var faults = Faults()
    faults.add(.status(500, code: "X.1", message: "no"), to: route.operation)
    let cloud = try CloudSimulator(world: Self.everything, faults: faults)
    defer { cloud.stop() }
    let asked = try ask(route, of: cloud, token: nil)
    let expected = route.service.errors.body(
      status: 500, code: "X.1", message: "no", requestID: "", tampering: Tampering())
    #expect(asked.status == 500 && asked.body == expected, "\(asked.text)")
  }
}
