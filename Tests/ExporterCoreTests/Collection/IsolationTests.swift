import CloudSimulator
import ExporterCore
import HuaweiCloud
import TestSupport
import Testing

/// One target's trouble is its own.
@Suite struct IsolationTests {
  private static let settings = """
    interval: 200ms, stale_after: 10m, request_timeout: 1s, refresh_timeout: 2s, max_response_bytes: 1000000
    """

  static let troubles: [(name: String, fault: Fault)] = [
    ("stalls", .neverAnswers), ("floods", .spaces(bytes: 1 << 30)), ("bombs", .gzipBomb(bytes: 256 << 20)),
    ("nests", .nesting(depth: 400_000)), ("redirects", .redirect(to: "http://127.0.0.1:1/")),
  ]

  @Test(arguments: troubles.indices) func anotherProjectGoesOnAsBefore(_ index: Int) async throws {
    var world = SmallCloud.world(registries: 3, artifacts: 30)
    world.projects.append(
      SmallCloud.project(id: "other", name: "ap-southeast-3", instance: "instance-b", registries: 3, artifacts: 30))
    let cloud = try CloudSimulator(world: world)
    defer { cloud.stop() }
    let yaml =
      SmallCloud.yaml(cloud, defaults: Self.settings) + """

          - {name: other, region: ap-southeast-3, project_id: other, requests_per_second: 100000,
             credentials: {token: t}, \(endpoints(cloud.url)),
             collectors: {registries: {instances: [instance-b]}, artifacts: {instances: [instance-b]}}}
        """
    try await withLoop(yaml) { running in
      try await running.until("the first data") { $0.isAllGood }
      let before = running.page.data
      cloud.changeFaults { $0.add(Self.troubles[index].fault, to: FaultScope(projectID: SmallCloud.projectID)) }
      cloud.changeFaults { $0.add(Self.troubles[index].fault, to: FaultScope(path: "/v4/*")) }
      try await running.until("the trouble") { running in
        running.statuses.filter { $0.target.project == "prod" && $0.target.collector == "registries" }
          .allSatisfy { $0.lastSucceeded == false }
      }
      func other(_ collector: String) -> TargetStatus? {
        running.statuses.first { $0.target.project == "other" && $0.target.collector == collector }
      }
      let start = ContinuousClock.now
      let counts = [other("registries")?.refreshes ?? 0, other("artifacts")?.refreshes ?? 0]
      try await running.until("the other project to go on") { _ in
        (other("registries")?.refreshes ?? 0) >= counts[0] + 8 && (other("artifacts")?.refreshes ?? 0) >= counts[1] + 8
      }
      // Eight intervals, and room for a busy machine: a target that waited for another would take two seconds for each.
      #expect(ContinuousClock.now - start < .seconds(12))
      #expect(other("registries")?.lastSucceeded == true)
      #expect(running.page.data == before)
    }
  }

  /// More than five refusals in a row lock a key for everybody who uses it.
  @Test func aKeyThatIsRefusedIsTriedTwiceHoweverManyProjectsUseIt() async throws {
    let projects = (1...8).map { SmallCloud.project(id: "project-\($0)", name: "r-\($0)", instance: "instance-\($0)") }
    let key = SimulatedKey(accessKey: "AKOFEIGHTPROJECTS", secretKey: Secret("the-right-secret"))
    let cloud = try CloudSimulator(
      world: World(projects: projects), authentication: .required(Accounts(keys: [key])))
    defer { cloud.stop() }
    let yaml =
      "defaults: {interval: 200ms, stale_after: 10m, request_timeout: 5s, refresh_timeout: 5s}\nprojects:\n"
      + (1...8).map { number in
        """
          - {name: p\(number), region: cn-north-4, project_id: project-\(number), requests_per_second: 100000,
             credentials: {access_key: AKOFEIGHTPROJECTS, secret_key: a-wrong-secret}, \(endpoints(cloud.url)),
             collectors: {registries: {instances: [instance-\(number)]}, mirrors: {repository_ids: [101, 102, 103]},
               image_caches: {}}}

        """
      }.joined()
    try await withLoop(yaml) { running in
      try await running.until("every target to fail") { running in
        running.statuses.count == 32
          && running.statuses.allSatisfy { $0.refreshes >= ($0.target.collector == "discovery" ? 1 : 2) }
      }
      #expect(cloud.requestCount <= 2, "\(cloud.requests.map { ($0.target, $0.status) })")
      #expect(running.statuses.allSatisfy { $0.lastError?.reason == .unauthorized })
    }
  }
}
