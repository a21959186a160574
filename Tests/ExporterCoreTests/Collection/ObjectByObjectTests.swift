import CloudSimulator
import HuaweiCloud
import TestSupport
import Testing

@testable import ExporterCore

/// Targets whose objects are asked one by one, against the simulated cloud.
@Suite struct ObjectByObjectTests {
  private let settings = "interval: 100ms, stale_after: 10m, request_timeout: 5s, refresh_timeout: 5s"

  private func failures(_ running: RunningLoop, _ id: Int64) -> Double? {
    running.page.value(#"huaweicloud_codearts_mirror_failures{project="prod",repository_id="\#(id)"}"#)
  }

  private func setFailures(_ cloud: CloudSimulator, _ failures: Int64) {
    cloud.changeWorld { world in
      for index in world.projects[0].codeRepositories.indices {
        let id = world.projects[0].codeRepositories[index].id
        world.projects[0].codeRepositories[index].mirror = SmallCloud.mirror(id, failures: failures)
      }
    }
  }

  @Test func oneThatFailsKeepsItsDataWhileTheOthersMoveOn() async throws {
    let cloud = try CloudSimulator(world: SmallCloud.world())
    defer { cloud.stop() }
    let yaml = SmallCloud.yaml(cloud, defaults: settings, collectors: "{mirrors: {repository_ids: [101, 102, 103]}}")
    try await withLoop(yaml) { running in
      try await running.until("the first data") { $0.isAllGood }
      cloud.changeFaults { $0.add(.status(403), to: FaultScope(path: "/v4/repositories/102/*")) }
      setFailures(cloud, 7)
      try await running.until("the others to move on") { failures($0, 101) == 7 && failures($0, 103) == 7 }
      try await running.untilRefreshed()
      #expect(failures(running, 102) == 0)
      #expect(running.own("refresh_success", "mirrors") == 0)
      #expect(running.own("objects", "mirrors") == 3)
      #expect(running.own("objects_failed", "mirrors") == 1)
      #expect(running.page.value(#"huaweicloud_codearts_mirrors{project="prod"}"#) == 3)
      cloud.changeFaults { $0.clear() }
      try await running.until("recovery") { $0.isAllGood && failures($0, 102) == 7 }
      #expect(running.own("objects_failed", "mirrors") == 0)
    }
  }

  /// What will never be readable does not fail its target for ever, nor hide what fails besides.
  @Test func whatIsExcludedIsNotAsked() async throws {
    let cloud = try CloudSimulator(world: SmallCloud.world())
    defer { cloud.stop() }
    cloud.changeFaults { $0.add(.status(403), to: FaultScope(path: "/v4/repositories/102/*")) }
    let yaml = SmallCloud.yaml(
      cloud, defaults: settings, collectors: "{mirrors: {repository_ids: [101, 102, 103], exclude: ['102']}}")
    try await withLoop(yaml) { running in
      try await running.until("the first data") { $0.isAllGood }
      #expect(running.own("watched_objects", "mirrors") == 2)
      #expect(running.own("objects_failed", "mirrors") == 0)
      #expect(!cloud.requests.contains { $0.target.contains("/102/") })
    }
  }

  @Test func anExclusionThatTakesTooLongFailsItsTarget() async throws {
    let cloud = try CloudSimulator(world: SmallCloud.world())
    defer { cloud.stop() }
    let yaml = SmallCloud.yaml(
      cloud, defaults: settings,
      collectors: "{image_caches: {}, mirrors: {repository_ids: [2147483647], exclude: ['(([0-9]|[0-9])+)+[_!]']}}")
    try await withLoop(yaml) { running in
      try await running.until("the refreshes to end") {
        $0.refreshes("mirrors") > 0 && $0.refreshes("image_caches") > 0
      }
      #expect(running.status("mirrors")?.lastError?.reason == .internal)
      #expect(running.status("mirrors")?.lastError?.message.contains("takes too long") == true)
      #expect(running.status("image_caches")?.lastSucceeded == true)
    }
  }

  @Test func eachIsGoneWhenItsOwnDataIsTooOld() async throws {
    let cloud = try CloudSimulator(world: SmallCloud.world())
    defer { cloud.stop() }
    let time = ManualTime()
    let yaml = SmallCloud.yaml(
      cloud, defaults: "interval: 10m, stale_after: 2000s, refresh_timeout: 5m",
      collectors: "{mirrors: {repository_ids: [101, 102, 103]}}")
    try await withLoop(yaml, time: time.source) { running in
      try await time.advance(by: .milliseconds(1), until: { running.isAllGood })
      cloud.changeFaults { $0.add(.status(403), to: FaultScope(path: "/v4/repositories/102/*")) }
      func refresh(until condition: () -> Bool = { true }) async throws {
        let refreshes = running.refreshes("mirrors")
        // At least once in so many seconds, jitter included.
        try await time.advance(by: .seconds(640), until: { running.refreshes("mirrors") > refreshes && condition() })
      }
      for _ in 0..<3 {
        try await refresh()
        #expect([101, 102, 103].allSatisfy { failures(running, $0) == 0 })
        #expect(running.own("data_stale", "mirrors") == 0)
      }
      try await time.advance(by: .seconds(2000 - 3 * 640), until: { failures(running, 102) == nil })
      #expect(failures(running, 101) == 0 && failures(running, 103) == 0)
      #expect(running.own("data_stale", "mirrors") == 1)
      #expect(running.page.value(#"huaweicloud_codearts_mirrors{project="prod"}"#) == 2)
      cloud.changeFaults { $0.clear() }
      try await refresh { failures(running, 102) == 0 && running.own("data_stale", "mirrors") == 0 }
    }
  }

  @Test func aRepositoryWithoutAMirrorIsLeftAloneForAWhile() async throws {
    var world = SmallCloud.world()
    world.projects[0].codeRepositories[1].mirror = nil
    let cloud = try CloudSimulator(world: world)
    defer { cloud.stop() }
    let yaml = SmallCloud.yaml(
      cloud, defaults: settings + ", discovery_interval: 1500ms",
      collectors: "{mirrors: {repository_ids: [101, 102, 103]}}")
    try await withLoop(yaml) { running in
      try await running.until("some refreshes") { $0.refreshes("mirrors") >= 5 }
      func asked(_ id: Int64) -> [ReceivedRequest] { cloud.requests.filter { $0.target.contains("/\(id)/") } }
      #expect(asked(102).count == 1)
      #expect(asked(101).count >= 5)
      #expect(running.status("mirrors")?.lastSucceeded == true)
      #expect(running.own("objects_failed", "mirrors") == 0)
      #expect(running.own("objects", "mirrors") == 2)
      #expect(running.page.value(#"huaweicloud_codearts_mirrors{project="prod"}"#) == 2)
      #expect(running.page.starting("huaweicloud_codearts_mirror_info").count == 2)
      try await running.until("it is asked again") { _ in asked(102).count == 2 }
      let pause = asked(102)[1].uptime - asked(102)[0].uptime
      #expect(pause >= .milliseconds(1500))
    }
  }

  /// One odd answer with a status of success erases nothing: an error in it is one, and emptiness counts when it is repeated.
  @Test(arguments: [
    (#"{"error":{"code":"CH.080504","message":"busy"},"result":null,"status":"failed"}"#, FailureReason.serverError),
    (#"{"error_code":"CH.00500","error_msg":"busy"}"#, .serverError),
    ("[]", .malformed), (#"{"id":[],"url":{},"update_status":null}"#, .malformed), (#""x""#, .malformed),
  ])
  func anOddAnswerErasesNothing(_ body: String, _ reason: FailureReason) async throws {
    let cloud = try CloudSimulator(world: SmallCloud.world())
    defer { cloud.stop() }
    let yaml = SmallCloud.yaml(cloud, defaults: settings, collectors: "{mirrors: {repository_ids: [101, 102]}}")
    try await withLoop(yaml) { running in
      try await running.until("the first data") { $0.isAllGood }
      let before = running.page.data
      cloud.changeFaults {
        $0.add(.answer(status: 200, body: Array(body.utf8)), to: FaultScope(path: "/v4/repositories/102/*"))
      }
      try await running.untilRefreshed(3)
      #expect(running.status("mirrors")?.lastError?.reason == reason)
      #expect(running.own("objects_failed", "mirrors") == 1)
      #expect(running.page.data == before)
    }
  }

  /// What was known of an object is still known when a reload asks for it more often.
  @Test func anEmptyAnswerAfterAReloadErasesNothing() async throws {
    let cloud = try CloudSimulator(world: SmallCloud.world())
    defer { cloud.stop() }
    func yaml(_ interval: String) -> String {
      SmallCloud.yaml(
        cloud, defaults: "interval: \(interval), discovery_interval: 1h",
        collectors: "{mirrors: {repository_ids: [101, 102]}}")
    }
    try await withLoop(yaml("1h")) { running in
      try await running.until("the first data") { $0.isAllGood }
      let before = running.page.data
      cloud.changeFaults {
        $0.add(.answer(status: 200, body: Array("{}".utf8)), to: FaultScope(path: "/v4/repositories/102/*"), .next(1))
      }
      let count = cloud.requestCount
      _ = await running.reload(.success(try configuration(yaml("2h"))))
      try await running.until("the refresh after the reload") { _ in cloud.requestCount >= count + 2 }
      try await running.until("its end") { $0.refreshes("mirrors") >= 2 }
      #expect(running.page.data == before)
    }
  }

  @Test(arguments: ["null", "{}", #"{"id":null,"url":null,"repository_id":7}"#])
  func anEmptyAnswerCountsWhenItComesTwice(_ body: String) async throws {
    let cloud = try CloudSimulator(world: SmallCloud.world())
    defer { cloud.stop() }
    let yaml = SmallCloud.yaml(
      cloud, defaults: settings + ", discovery_interval: 1h", collectors: "{mirrors: {repository_ids: [101, 102]}}")
    let empty = Fault.answer(status: 200, body: Array(body.utf8))
    let scope = FaultScope(path: "/v4/repositories/102/*")
    try await withLoop(yaml) { running in
      try await running.until("the first data") { $0.isAllGood }
      let before = running.page.data
      cloud.changeFaults { $0.add(empty, to: scope, .next(1)) }
      try await running.untilRefreshed(4)
      #expect(running.page.data == before, "one empty answer erased the mirror")
      cloud.changeFaults { $0.add(empty, to: scope, .next(2)) }
      try await running.until("the mirror to be gone") { failures($0, 102) == nil }
      #expect(running.status("mirrors")?.lastSucceeded == true)
      #expect(running.page.value(#"huaweicloud_codearts_mirrors{project="prod"}"#) == 1)
    }
  }

  @Test func aListOfRulesThatMayBeCutShortIsAFailure() async throws {
    var world = SmallCloud.world()
    world.projects[0].organisations[0].repositories[1].rules = (1...100).map { SimulatedSyncRule(id: $0) }
    let cloud = try CloudSimulator(world: world)
    defer { cloud.stop() }
    let yaml = SmallCloud.yaml(cloud, defaults: settings, collectors: "{sync_rules: {}}")
    try await withLoop(yaml) { running in
      try await running.until("a refresh") { $0.refreshes("sync_rules") >= 1 }
      #expect(running.own("objects_failed", "sync_rules", "group") == 1)
      #expect(running.page.starting("huaweicloud_swr_sync_rules{").count == 2)
    }
  }

  @Test(arguments: [true, false]) func aRepositoryThatIsNotThereFailsOnlyWhereItIsConfigured(_ isConfigured: Bool)
    async throws
  {
    let cloud = try CloudSimulator(world: SmallCloud.world())
    defer { cloud.stop() }
    let options = isConfigured ? "{repositories: [group/one, group/two]}" : "{}"
    let yaml = SmallCloud.yaml(
      cloud, defaults: settings + ", discovery_interval: 1h", collectors: "{sync_rules: \(options)}")
    try await withLoop(yaml) { running in
      let rules = #"huaweicloud_swr_sync_rules{project="prod",swr_namespace="group",repository="one"}"#
      try await running.until("the first data") { $0.isAllGood && $0.page.value(rules) == 1 }
      cloud.changeFaults {
        $0.add(.status(404), to: FaultScope(operation: .listImageAutoSyncRepos, path: "*/one/*"))
      }
      try await running.untilRefreshed(2, of: "sync_rules")
      let status = try #require(running.status("sync_rules"))
      #expect(status.lastSucceeded == !isConfigured)
      #expect(status.failedObjects == (isConfigured ? 1 : 0))
      #expect(running.page.value(rules) == (isConfigured ? 1 : nil))
    }
  }

  /// The gateway's own 404 says nothing of the repository: what is shown must not vanish.
  @Test func aFunctionThatIsNotPublishedIsUnsupportedAndAskedAgainAtDiscovery() async throws {
    let cloud = try CloudSimulator(world: SmallCloud.world())
    defer { cloud.stop() }
    let yaml = SmallCloud.yaml(
      cloud, defaults: settings + ", discovery_interval: 700ms", collectors: "{sync_rules: {}, mirrors: {}}")
    try await withLoop(yaml) { running in
      try await running.until("the first data") { $0.isAllGood && $0.status("sync_rules", "group") != nil }
      let before = running.page.data
      for operation in [Operation.listImageAutoSyncRepos, .showRemoteMirror] {
        cloud.changeFaults { $0.add(.status(404, shape: .gateway, code: "APIGW.0101"), to: operation) }
      }
      for (collector, target) in [("sync_rules", "group"), ("mirrors", "")] {
        try await running.until("\(collector) to be unsupported") { $0.status(collector)?.isUnsupported == true }
        let first = running.refreshes(collector)
        let uptime = ContinuousClock.now
        try await running.until("it to be asked again") { $0.refreshes(collector) > first }
        // Seven times its own interval, less the time that the page was held back.
        #expect(ContinuousClock.now - uptime > .milliseconds(400))
        #expect(running.own("target_unsupported", collector, target) == 1)
        #expect(running.own("refresh_success", collector, target) == 0)
        #expect(running.status(collector)?.isAllRight == true)
        #expect(running.logged.lines("target failed", of: collector).count == 1)
      }
      #expect(running.page.data == before)
      cloud.changeFaults { $0.clear() }
      try await running.until("it to be there again") { $0.isAllGood && $0.own("target_unsupported", "mirrors") == 0 }
    }
  }

  /// 40 objects at 20 a second, and half a second for a refresh: each must have its turn within four of them.
  @Test func aRefreshThatRunsOutOfTimeIsContinuedByTheNext() async throws {
    var world = SmallCloud.world()
    world.projects[0].codeRepositories = (1...40).map {
      SimulatedCodeRepository(id: $0, name: "code-\($0)", mirror: SmallCloud.mirror($0))
    }
    let cloud = try CloudSimulator(world: world)
    defer { cloud.stop() }
    let yaml = """
      defaults: {interval: 700ms, stale_after: 10m, request_timeout: 5s, refresh_timeout: 500ms}
      projects:
        - {name: prod, region: cn-north-4, project_id: \(SmallCloud.projectID), requests_per_second: 20, credentials: {token: t},
           \(endpoints(cloud.url)), collectors: {mirrors: {repository_ids: \(Array(1...40))}}}
      """
    try await withLoop(yaml) { running in
      try await running.until("the first refresh") { $0.refreshes("mirrors") == 1 }
      let status = try #require(running.status("mirrors"))
      #expect(status.lastError?.reason == .timeout)
      #expect(status.objects == 40)
      #expect(status.failedObjects + running.page.starting("huaweicloud_codearts_mirror_info").count == 40)
      try await running.until("every object to be shown") {
        $0.page.starting("huaweicloud_codearts_mirror_info").count == 40
      }
      let asked = cloud.requests(of: .showRemoteMirror).map(\.target)
      let turns = Dictionary(grouping: asked) { $0 }.mapValues(\.count)
      #expect(turns.count == 40)
      #expect(
        (turns.values.max() ?? 0) <= (turns.values.min() ?? 0) + 1, "somebody was asked twice before another once")
    }
  }

  @Test func objectsBeyondTheLimitFailAloneAndKeepWhatTheyHave() async throws {
    let cloud = try CloudSimulator(world: SmallCloud.world())
    defer { cloud.stop() }
    // A mirror has 14 lines here: two of the three fit.
    let yaml = SmallCloud.yaml(
      cloud, defaults: settings + ", max_series: 30", collectors: "{mirrors: {repository_ids: [101, 102, 103]}}")
    try await withLoop(yaml) { running in
      try await running.until("some refreshes") { $0.refreshes("mirrors") >= 3 }
      #expect(running.status("mirrors")?.lastError?.reason == .tooMany)
      #expect(running.own("objects_failed", "mirrors") == 1)
      #expect(running.page.starting("huaweicloud_codearts_mirror_info").count == 2)
    }
  }
}
