import CloudSimulator
import ExporterCore
import HTTPTransport
import HuaweiCloud
import TestSupport
import Testing

import struct CloudSimulator.Operation

/// What a cloud could say to put wrong data onto the page.
@Suite struct HostileCloudTests {
  private static let settings = "interval: 200ms, stale_after: 10m, request_timeout: 1s, refresh_timeout: 2s"

  private func collect(
    _ answers: [Operation: String], _ collectors: String, defaults: String = "", world: World = SmallCloud.world()
  ) async throws -> (page: ExposedPage, result: SingleCollection.Result) {
    let cloud = try CloudSimulator(world: world)
    defer { cloud.stop() }
    cloud.changeFaults { faults in
      for (operation, body) in answers { faults.add(.answer(status: 200, body: Array(body.utf8)), to: operation) }
    }
    return try await collectOnce(SmallCloud.yaml(cloud, defaults: defaults, collectors: collectors))
  }

  /// Two that differ only where a label is cut would be one line with two values.
  @Test func anIdentityTooLongForALabelIsNone() async throws {
    let long = String(repeating: "x", count: 1024)
    let (page, result) = try await collect(
      [
        .listInstanceRegistries:
          #"{"registries":[{"id":"\#(long)1","name":"a"},{"id":"\#(long)2","name":"a"},{"id":1},{"id":2},{"id":3}]}"#
      ], "{registries: {instances: [instance-a]}}")
    #expect(result.statuses.first { $0.target.collector == "registries" }?.failedObjects == 2)
    #expect(page.value(#"huaweicloud_swr_registries{project="prod",instance_id="instance-a"}"#) == 3)
    let samples = page.lines.filter { !$0.hasPrefix("#") }.map { $0.prefix { $0 != "}" } }
    #expect(Set(samples).count == samples.count)
  }

  /// These two texts have the same hash, which somebody looked for.
  @Test func labelsAreToldApartByTheirText() async throws {
    let images = #"["lkmVimsijjA","q8uDAwK-hlE","lkmVimsijjA","q8uDAwK-hlE"]"#
    let (page, _) = try await collect(
      [.listImageCaches: #"{"image_caches":[{"id":"c","name":"c","images":\#(images)}]}"#], "{image_caches: {}}")
    #expect(page.starting("huaweicloud_cce_image_cache_image_info{").count == 2)
  }

  /// Errors in every dress that the services have, in answers that say that all is well.
  @Test(arguments: [
    #"{"errors":[{"errorCode":"SVCSTG.SWR.5000001","errorMessage":"busy"}],"total":0}"#,
    #"{"errors":[{}],"registries":null}"#, #"{"errorMessage":"busy","registries":[]}"#,
    #"{"error_msg":"busy","total":0}"#, #"{"code":500,"message":"busy","total":0}"#, #"{"success":false,"total":0}"#,
    #"{"status":"FAILED","total":0}"#, #"{"status":"error","registries":[]}"#,
  ])
  func anErrorIsNoEmptyList(_ body: String) async throws {
    let cloud = try CloudSimulator(world: SmallCloud.world())
    defer { cloud.stop() }
    let yaml = SmallCloud.yaml(
      cloud, defaults: Self.settings,
      collectors: "{registries: {instances: [instance-a]}, mirrors: {repository_ids: [101]}}")
    try await withLoop(yaml) { running in
      try await running.until("the first data") { $0.isAllGood }
      let before = running.page.data
      cloud.changeFaults {
        $0.add(.answer(status: 200, body: Array(body.utf8)), to: .listInstanceRegistries)
        $0.add(.answer(status: 200, body: Array(body.replacing("registries", with: "x").utf8)), to: .showRemoteMirror)
      }
      try await running.untilRefreshed(2, of: "registries")
      try await running.untilRefreshed(2, of: "mirrors")
      #expect(running.status("registries")?.lastError?.reason == .serverError)
      #expect(running.status("mirrors")?.lastError?.reason == .serverError)
      #expect(running.page.data == before)
    }
  }

  @Test(arguments: [#"{"errors":[],"error_code":"","error_msg":null,"code":"0","success":true,"status":"ok","#, "{"])
  func whatSaysThatAllIsWellIsNoError(_ beginning: String) async throws {
    let (page, result) = try await collect(
      [.listInstanceRegistries: beginning + #""registries":[{"id":1,"name":"a"}],"total":1}"#],
      "{registries: {instances: [instance-a]}}")
    #expect(result.hasSucceeded)
    #expect(page.starting("huaweicloud_swr_registry_healthy{").count == 1)
  }

  /// The filter wants a name, and the documents' own example has none.
  @Test func artifactsWhoseNameComesLaterAreCounted() async throws {
    let body = #"""
      {"artifacts":[
        {"id":1,"repository_id":7,"size":10,"manifest_media_type":"m"},{"id":2,"repository_id":7,"size":10,"manifest_media_type":"m"},
        {"id":3,"repository_id":8,"manifest_media_type":"m"},{"id":4,"repository_id":8,"repository_name":"bar","manifest_media_type":"m"},
        {"id":5,"repository_id":7,"repository_name":"foo","size":10,"manifest_media_type":"m"},{"id":6,"repository_id":9,"manifest_media_type":"m"}
      ]}
      """#
    let (page, result) = try await collect(
      [.listInstanceAllArtifacts: body], "{artifacts: {instances: [instance-a], repositories: {include: [foo]}}}")
    #expect(page.starting("huaweicloud_swr_artifacts{").map { $0.suffix(2) } == [" 3"])
    #expect(page.starting("huaweicloud_swr_artifacts_by_media_type{").map { $0.suffix(2) } == [" 3"])
    #expect(result.statuses.first { $0.target.collector == "artifacts" }?.objects == 3)
  }

  @Test func sizesThatNobodySaidAreNotZero() async throws {
    let body =
      #"{"artifacts":[{"id":1,"repository_id":7,"push_time":"2021-01-01T00:00:00Z","pull_time":"2021-01-01T00:00:00Z"}]}"#
    let (page, _) = try await collect([.listInstanceAllArtifacts: body], "{artifacts: {instances: [instance-a]}}")
    #expect(page.starting("huaweicloud_swr_artifacts_untagged{").count == 1)
    for name in ["size_bytes", "untagged_size_bytes", "idle_size_bytes"] {
      #expect(page.starting("huaweicloud_swr_artifacts_\(name){").isEmpty, "\(name)")
    }
  }

  /// What is kept for others counts too, series or not.
  @Test(arguments: [
    ("{basic_repositories: {repositories: {include: [nothing]}}}", "basic_repositories", ""),
    ("{sync_rules: {}}", "discovery", "swr_repositories"), ("{mirrors: {}}", "discovery", "codearts_repositories"),
    ("{artifacts: {instances: [instance-a], repositories: {include: [nothing]}}}", "artifacts", "instance-a"),
  ])
  func listingsAreBoundedWhateverIsShownOfThem(_ collectors: String, _ collector: String, _ scope: String) async throws
  {
    var world = SmallCloud.world()
    world.projects[0].organisations[0].repositories = (0..<60).map { SimulatedImageRepository(name: "r\($0)") }
    world.projects[0].codeRepositories = (1...60).map { SimulatedCodeRepository(id: Int64($0), name: "c") }
    world.projects[0].instances[0].artifacts = ArtifactListing(
      (0..<60).map { index in
        var artifact = SmallCloud.artifact(index)
        artifact.repositoryID = Int64(index)
        artifact.repositoryName = "r\(index)"
        return artifact
      })
    let (_, result) = try await collect([:], collectors, defaults: "max_series: 50", world: world)
    let status = result.statuses.first { $0.target.collector == collector && $0.target.scope == scope }
    #expect(status?.lastError?.reason == .tooMany, "\(String(describing: status?.lastError))")
  }

  /// What a policy says of itself does not wait for its executions.
  @Test func policiesMoveOnWhileTheirExecutionsHang() async throws {
    let cloud = try CloudSimulator(world: SmallCloud.world())
    defer { cloud.stop() }
    cloud.changeFaults { $0.add(.neverAnswers, to: .listInstanceReplicationPolicyExecutions) }
    let yaml = SmallCloud.yaml(
      cloud, defaults: "interval: 200ms, stale_after: 10m, request_timeout: 20s, refresh_timeout: 60s",
      collectors: "{replications: {instances: [instance-a]}}")
    try await withLoop(yaml) { running in
      try await running.until("the policies") {
        $0.page.starting("huaweicloud_swr_replication_policy_enabled{").count == 3
      }
      #expect(running.refreshes("replications") == 0)
      #expect(running.page.starting("huaweicloud_swr_replication_policies{").isEmpty, "not all were asked")
    }
  }

  /// A cloud that forgets what it was asked for would show every policy with the executions of all.
  @Test func executionsOfAnotherPolicyAreNone() async throws {
    let body =
      #"{"executions":[{"id":1,"policy_id":1,"status":"Failed"},{"id":2,"policy_id":"2","status":"Failed"}],"total":2}"#
    let (page, result) = try await collect(
      [.listInstanceReplicationPolicyExecutions: body], "{replications: {instances: [instance-a]}}")
    #expect(page.starting("huaweicloud_swr_replication_policy_enabled{").count == 3)
    #expect(page.starting("huaweicloud_swr_replication_last_execution_status{").isEmpty)
    let status = result.statuses.first { $0.target.collector == "replications" }
    #expect(status?.failedObjects == 3 && status?.lastError?.reason == .malformed)
  }

  @Test func aServiceThatHangsLeavesTheOthersTheirPlaces() async throws {
    var world = SmallCloud.world()
    world.projects[0].codeRepositories = (1...40).map { SimulatedCodeRepository(id: Int64($0), name: "c") }
    let cloud = try CloudSimulator(world: world)
    defer { cloud.stop() }
    cloud.changeFaults { $0.add(.neverAnswers, to: .showRemoteMirror) }
    let yaml = SmallCloud.yaml(
      cloud, defaults: "interval: 200ms, stale_after: 10m, request_timeout: 20s, refresh_timeout: 60s",
      collectors: "{mirrors: {}, registries: {instances: [instance-a]}, image_caches: {}}")
    try await withLoop(yaml) { running in
      try await running.until("the others to go on") {
        $0.refreshes("registries") >= 3 && $0.refreshes("image_caches") >= 3
      }
      #expect(running.refreshes("mirrors") == 0)
      #expect(cloud.requests(of: .showRemoteMirror).count == 4)
    }
  }
}
