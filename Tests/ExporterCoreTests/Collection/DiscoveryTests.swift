import CloudSimulator
import ExporterCore
import HuaweiCloud
import TestSupport
import Testing

/// What the configuration leaves out is looked up, again and again.
@Suite struct DiscoveryTests {
  private let settings = """
    interval: 150ms, stale_after: 10m, request_timeout: 5s, refresh_timeout: 5s, discovery_interval: 200ms
    """

  private func scopes(_ running: RunningLoop, _ collector: String) -> [String] {
    running.statuses.filter { $0.target.collector == collector }.map(\.target.scope).sorted()
  }

  @Test func newObjectsAppearAndDeletedOnesTakeTheirSeriesWithThem() async throws {
    let cloud = try CloudSimulator(world: SmallCloud.world(registries: 3, artifacts: 10))
    defer { cloud.stop() }
    try await withLoop(SmallCloud.yaml(cloud, defaults: settings, collectors: Self.discovered)) { running in
      try await running.until("the first data") { $0.isAllGood && $0.statuses.count == 8 }
      cloud.changeWorld { world in
        var second = world.projects[0].instances[0]
        second.id = "instance-b"
        world.projects[0].instances.append(second)
        world.projects[0].organisations.append(
          SimulatedOrganisation(id: 9, name: "later", repositories: [SimulatedImageRepository(name: "a/b")]))
        world.projects[0].codeRepositories.append(
          SimulatedCodeRepository(id: 109, name: "code-109", mirror: SmallCloud.mirror(109)))
      }
      try await running.until("what is new") { running in
        running.isAllGood && scopes(running, "registries") == [SmallCloud.instance, "instance-b"]
          && scopes(running, "sync_rules") == ["group", "later"]
          && running.page.lines.contains { $0.contains(#"repository_id="109""#) }
          && running.page.value(
            #"huaweicloud_swr_sync_rules{project="prod",swr_namespace="later",repository="a/b"}"#) == 0
          && running.page.value(#"huaweicloud_swr_registries{project="prod",instance_id="instance-b"}"#) == 3
      }
      cloud.changeWorld { world in
        world.projects[0].instances.removeLast()
        world.projects[0].organisations.removeLast()
        world.projects[0].codeRepositories.removeLast()
      }
      try await running.until("what is deleted to be gone") { running in
        running.statuses.count == 8
          && !running.page.lines.contains {
            $0.contains("instance-b") || $0.contains("later") || $0.contains(#"repository_id="109""#)
          }
      }
      #expect(running.own("targets", "registries") == nil)
      #expect(running.page.value(#"huaweicloud_exporter_targets{project="prod",collector="registries"}"#) == 1)
    }
  }

  private static let discovered = "{registries: {}, artifacts: {}, sync_rules: {}, mirrors: {}, image_caches: {}}"

  @Test func aDiscoveryThatFailsKeepsWhatItFound() async throws {
    let cloud = try CloudSimulator(world: SmallCloud.world(registries: 3, artifacts: 10))
    defer { cloud.stop() }
    try await withLoop(SmallCloud.yaml(cloud, defaults: settings, collectors: Self.discovered)) { running in
      try await running.until("the first data") { $0.isAllGood && $0.statuses.count == 8 }
      let before = running.page.data
      cloud.changeFaults { faults in
        for operation in [Operation.listInstances, .listRepositoriesByMarker, .listUserRepositories] {
          faults.add(.status(403), to: operation)
        }
      }
      try await running.until("discovery to fail") { running in
        running.statuses.filter { $0.target.collector == "discovery" }.allSatisfy { $0.failures[.forbidden] ?? 0 >= 2 }
      }
      try await running.untilRefreshed(1)
      #expect(running.statuses.count == 8)
      // What discovery itself shows ages by its own interval.
      func collected(_ lines: [String]) -> [String] { lines.filter { !$0.hasPrefix("huaweicloud_swr_instance_") } }
      #expect(collected(running.page.data) == collected(before))
      #expect(running.own("refresh_success", "discovery", "instances") == 0)
      #expect(running.status("registries")?.lastSucceeded == true)
      #expect(running.status("mirrors")?.lastSucceeded == true)
    }
  }

  @Test(arguments: ["Initial", "Creating", "Unavailable", "Melting"])
  func anInstanceThatDoesNotRunIsShownAndNotAsked(_ status: String) async throws {
    var world = SmallCloud.world(registries: 3, artifacts: 10)
    world.projects[0].instances[0].status = .always(status)
    let cloud = try CloudSimulator(world: world)
    defer { cloud.stop() }
    let yaml = SmallCloud.yaml(cloud, defaults: settings, collectors: "{registries: {}, artifacts: {}}")
    try await withLoop(yaml) { running in
      try await running.until("discovery") { $0.refreshes("discovery", "instances") >= 2 }
      let shown = status == "Melting" ? "unknown" : status
      let labels = #"project="prod",instance_id="\#(SmallCloud.instance)""#
      #expect(running.page.value(#"huaweicloud_swr_instance_status{\#(labels),status="\#(shown)"}"#) == 1)
      #expect(running.statuses.map(\.target.collector) == ["discovery"])
      #expect(cloud.requests(of: .listInstanceRegistries).isEmpty)
      cloud.changeWorld { $0.projects[0].instances[0].status = .always("Running") }
      try await running.until("it runs") { $0.status("registries")?.lastSucceeded == true }
      cloud.changeWorld { $0.projects[0].instances[0].status = .always(status) }
      try await running.until("it does not run any more") { $0.status("registries") == nil }
      #expect(running.page.starting("huaweicloud_swr_registries").isEmpty)
    }
  }

  @Test(arguments: [true, false]) func anOldInstanceHasNoListingAndThatIsSaidOnce(_ isConfigured: Bool) async throws {
    var world = SmallCloud.world(registries: 3, artifacts: 10)
    world.projects[0].instances[0].version = "25.6.0"
    let cloud = try CloudSimulator(world: world)
    defer { cloud.stop() }
    let options = isConfigured ? "{instances: [\(SmallCloud.instance)]}" : "{}"
    let yaml = SmallCloud.yaml(cloud, defaults: settings, collectors: "{artifacts: \(options)}")
    try await withLoop(yaml) { running in
      try await running.until("some refreshes") { $0.refreshes("artifacts") >= 4 }
      #expect(running.status("artifacts")?.failures == [.unsupported: running.refreshes("artifacts")])
      #expect(running.logged.lines("target failed", of: "artifacts").count == 1)
      #expect(cloud.requests(of: .listInstanceAllArtifacts).count <= running.refreshes("artifacts") + 1)
    }
  }

  @Test func aListThatNobodyNeedsMayBeRefused() async throws {
    var faults = Faults()
    faults.add(.status(403), to: .listInstances)
    let cloud = try CloudSimulator(world: SmallCloud.world(registries: 3, artifacts: 10), faults: faults)
    defer { cloud.stop() }
    let yaml = SmallCloud.yaml(cloud, defaults: settings)
    try await withLoop(yaml) { running in
      try await running.until("all") { $0.isAllGood && $0.refreshes("discovery") >= 2 }
      #expect(running.page.starting("huaweicloud_swr_instance_info").isEmpty)
      #expect(running.status("registries")?.lastSucceeded == true)
      #expect(running.logged.lines("target failed", of: "discovery").isEmpty)
    }
    let needed = SmallCloud.yaml(cloud, defaults: settings, collectors: "{registries: {}}")
    try await withLoop(needed) { running in
      try await running.until("the refusal") { $0.refreshes("discovery") >= 2 }
      #expect(running.status("discovery")?.lastError?.reason == .forbidden)
      #expect(running.status("discovery")?.lastError?.message.contains("swr:instance:list") == true)
    }
  }
}
