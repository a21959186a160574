import CloudSimulator
import ExporterCore
import HuaweiCloud
import System
import TestSupport
import Testing

/// A cloud that asks for fewer requests gets fewer: those of one service of one project, and nobody else's.
@Suite struct ThrottlingTests {
  private let settings = "interval: 100ms, stale_after: 10m, request_timeout: 5s, refresh_timeout: 10s"

  @Test(arguments: [RetryAfter.seconds(300), .date(secondsAhead: 330)])
  func retryAfterHoldsTheServiceOfTheProject(_ retryAfter: RetryAfter) async throws {
    var world = SmallCloud.world(registries: 3, artifacts: 3)
    world.projects.append(
      SmallCloud.project(id: "other", name: "ap-southeast-3", instance: "instance-b", registries: 3, artifacts: 3))
    // A date counts from that of the answer, which the HTTP server takes from the machine: half a minute is for what lies
    // between the two clocks.
    let time = ManualTime(start: TimeSource.system.now())
    let cloud = try CloudSimulator(world: world, time: time.source)
    defer { cloud.stop() }
    let yaml =
      SmallCloud.yaml(cloud, defaults: "interval: 1s, stale_after: 1h, refresh_timeout: 30m") + """

          - {name: other, region: ap-southeast-3, project_id: other, requests_per_second: 100000,
             credentials: {token: t}, \(endpoints(cloud.url)), collectors: {registries: {instances: [instance-b]}}}
        """
    try await withLoop(yaml, time: time.source) { running in
      try await time.advance(by: .milliseconds(1)) { running.isAllGood }
      cloud.forgetRequests()
      cloud.changeFaults {
        $0.add(
          .throttled(retryAfter: retryAfter),
          to: FaultScope(
            operation: .listInstanceRegistries,
            projectID: SmallCloud.projectID), .next(1))
      }
      let throttles = #"huaweicloud_exporter_api_throttled_total{project="prod",api="swr"}"#
      try await time.advance(by: .seconds(1)) { running.page.value(throttles) == 1 }
      let moment = try #require(cloud.requests.first { $0.status == 429 }).uptime
      let refreshes = running.refreshes("registries", SmallCloud.instance)
      func held() -> [ReceivedRequest] { cloud.requests.filter(Self.isHeld) }
      func others() -> [Int] {
        [cloud.requests(of: .listImageCaches).count, cloud.requests.count { $0.projectID == "other" }]
      }
      /// Lets the time pass, and somewhat more of it until another service and another project have gone on.
      func pass(_ duration: Duration) async throws {
        let before = others()
        try await time.advance(by: duration) { zip(others(), before).allSatisfy { $0 > $1 } }
      }
      // What was on its way in the same instant is no answer to the 429.
      try await pass(.seconds(1))
      let before = held().count
      for _ in 0..<10 { try await pass(.seconds(1)) }
      try await pass(moment + .seconds(250) - time.uptime)
      let late = held().dropFirst(before)
      #expect(late.isEmpty, "\(late.map { ($0.target, $0.uptime - moment) })")
      try await time.advance(by: .seconds(150)) {
        running.isAllGood && running.refreshes("registries", SmallCloud.instance) > refreshes
      }
      #expect(try #require(held().dropFirst(before).first).uptime >= moment + .seconds(300))
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
