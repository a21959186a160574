import CloudSimulator
import ExporterCore
import HuaweiCloud
import Testing

/// A cloud that asks for fewer requests gets fewer: those of one service of one project, and nobody else's.
@Suite struct ThrottlingTests {
  private let settings = "interval: 100ms, stale_after: 10m, request_timeout: 5s, refresh_timeout: 10s"

  @Test(arguments: [RetryAfter.seconds(2), .date(secondsAhead: 3)])
  func retryAfterHoldsTheServiceOfTheProject(_ retryAfter: RetryAfter) async throws {
    var world = SmallCloud.world(registries: 3, artifacts: 3)
    world.projects.append(
      SmallCloud.project(id: "other", name: "ap-southeast-3", instance: "instance-b", registries: 3, artifacts: 3))
    let cloud = try CloudSimulator(world: world)
    defer { cloud.stop() }
    let yaml =
      SmallCloud.yaml(cloud, defaults: settings) + """

          - {name: other, region: ap-southeast-3, project_id: other, requests_per_second: 100000,
             credentials: {token: t}, \(endpoints(cloud.url)), collectors: {registries: {instances: [instance-b]}}}
        """
    try await withLoop(yaml) { running in
      try await running.until("the first data") { $0.isAllGood }
      cloud.forgetRequests()
      cloud.changeFaults {
        $0.add(
          .throttled(retryAfter: retryAfter),
          to: FaultScope(
            operation: .listInstanceRegistries,
            projectID: SmallCloud.projectID), .next(1))
      }
      func throttled() -> ReceivedRequest? { cloud.requests.first { $0.status == 429 } }
      try await running.until("the 429") { _ in throttled() != nil }
      let moment = try #require(throttled()).uptime
      try await running.until("the pause to be over") { _ in
        cloud.requests.contains { Self.isHeld($0) && $0.uptime > moment + .milliseconds(500) }
      }
      let during = cloud.requests.filter { $0.uptime > moment && $0.uptime < moment + .seconds(2) }
      // What was on its way in the same instant is no answer to the 429.
      let late = during.filter { Self.isHeld($0) && $0.uptime > moment + .milliseconds(100) }
      #expect(late.isEmpty, "\(late.map { ($0.target, $0.uptime - moment) })")
      for (name, others) in [
        ("other services", during.filter { $0.operation == .listImageCaches }),
        ("other projects", during.filter { $0.projectID == "other" }),
      ] {
        #expect(others.count > 5, "\(name) went on")
      }
      try await running.until("recovery") { $0.isAllGood }
      #expect(running.own("refresh_failures_total", "registries", SmallCloud.instance, ",reason=\"throttled\"") == 0)
    }
  }

  private static func isHeld(_ request: ReceivedRequest) -> Bool {
    guard request.projectID == SmallCloud.projectID || request.projectID == nil else { return false }
    switch request.operation {
    case .listInstanceRegistries, .listInstanceAllArtifacts, .listImageAutoSyncRepos, .listInstances,
      .listInstanceNamespaces:
      return true
    default: return false
    }
  }

  @Test func aPaceBelowTheServersLimitMeetsNoRefusal() async throws {
    var faults = Faults()
    faults.limitRate(to: 24, of: FaultScope(path: "/v4/*"))
    var world = SmallCloud.world()
    world.projects[0].codeRepositories = (1...30).map {
      SimulatedCodeRepository(id: $0, name: "code-\($0)", mirror: SmallCloud.mirror($0))
    }
    let cloud = try CloudSimulator(world: world, faults: faults)
    defer { cloud.stop() }
    let yaml = SmallCloud.yaml(
      cloud, defaults: settings, collectors: "{mirrors: {repository_ids: \(Array(1...30))}}"
    ).replacing("requests_per_second: 100000", with: "requests_per_second: 20")
    try await withLoop(yaml) { running in
      try await running.until("two refreshes") { $0.refreshes("mirrors") >= 2 }
      #expect(cloud.requests.count { $0.status == 429 } == 0)
      #expect(cloud.requests.count >= 60)
    }
  }

  @Test func aStatedLimitIsKeptUntilAWindowHasPassed() async throws {
    let cloud = try CloudSimulator(world: SmallCloud.world())
    defer { cloud.stop() }
    let yaml = SmallCloud.yaml(cloud, defaults: settings, collectors: "{image_caches: {}}")
    try await withLoop(yaml) { running in
      try await running.until("the first data") { $0.isAllGood }
      cloud.forgetRequests()
      cloud.changeFaults {
        $0.add(.throttled(retryAfter: .seconds(1), statedLimit: "limit:3,time:3 second"), .next(1))
      }
      try await running.until("the limit to be over") { _ in cloud.requestCount >= 5 }
      let times = cloud.requests.map(\.uptime)
      #expect(times[1] - times[0] >= .milliseconds(990))
      // Below one in a second, though the interval is a tenth of one.
      #expect(times[2] - times[1] >= .milliseconds(1_200))
      #expect(running.own("refresh_failures_total", "image_caches", "", ",reason=\"timeout\"") == 0)
    }
  }
}
