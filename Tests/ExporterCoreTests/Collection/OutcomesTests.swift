import CloudSimulator
import HuaweiCloud
import TestSupport
import Testing

@testable import ExporterCore

/// How policies, sync jobs and credentials go on from refresh to refresh.
@Suite struct OutcomesTests {
  private let settings = "interval: 100ms, stale_after: 10m, request_timeout: 5s, refresh_timeout: 5s"
  private let instance = #"project="prod",instance_id="\#(SmallCloud.instance)""#

  private func policy(_ running: RunningLoop, _ name: String, _ id: Int, _ more: String = "") -> Double? {
    running.page.value(
      "huaweicloud_swr_replication_\(name){\(instance),policy_id=\"\(id)\",policy=\"replication-\(id)\"\(more)}")
  }

  private func change(
    _ cloud: CloudSimulator, _ id: Int64, _ change: @escaping (inout SimulatedReplicationPolicy) -> Void
  ) {
    cloud.changeWorld { world in
      for index in world.projects[0].instances[0].replicationPolicies.indices
      where world.projects[0].instances[0].replicationPolicies[index].id == .number(id) {
        change(&world.projects[0].instances[0].replicationPolicies[index])
      }
    }
  }

  @Test func aPolicyWhoseExecutionsAreForbiddenKeepsThemAndMovesOnOtherwise() async throws {
    let cloud = try CloudSimulator(world: SmallCloud.world(registries: 1, artifacts: 1))
    defer { cloud.stop() }
    let yaml = SmallCloud.yaml(cloud, defaults: settings, collectors: "{replications: {}}")
    try await withLoop(yaml) { running in
      try await running.until("the first data") { $0.isAllGood && policy($0, "consecutive_failures", 1) == 1 }
      for id in [1, 2] as [Int64] {
        change(cloud, id) { policy in
          policy.executions = SmallCloud.replication(id, runs: 0).executions
          policy.isEnabled = .always(false)
        }
      }
      change(cloud, 1) { $0.executionsRefusal = 403 }
      try await running.until("the others to move on") { running in
        policy(running, "policy_enabled", 1) == 0 && policy(running, "consecutive_failures", 2) == nil
      }
      try await running.untilRefreshed()
      #expect(policy(running, "policy_enabled", 2) == 0)
      #expect(policy(running, "consecutive_failures", 1) == 1)
      #expect(policy(running, "last_execution_status", 1, #",status="Failed""#) == 1)
      #expect(running.own("objects", "replications", SmallCloud.instance) == 3)
      #expect(running.own("objects_failed", "replications", SmallCloud.instance) == 1)
      #expect(running.own("refresh_success", "replications", SmallCloud.instance) == 0)
      #expect(running.status("replications")?.lastError?.reason == .forbidden)
      change(cloud, 1) { $0.executionsRefusal = nil }
      try await running.until("recovery") { $0.isAllGood && policy($0, "consecutive_failures", 1) == nil }
      #expect(policy(running, "policy_enabled", 1) == 0, "a policy that never ran is shown")
      #expect(running.page.value("huaweicloud_swr_replication_policies{\(instance)}") == 3)
    }
  }

  @Test func aPolicyWhoseExecutionsAreNotFoundIsGone() async throws {
    let cloud = try CloudSimulator(world: SmallCloud.world(registries: 1, artifacts: 1))
    defer { cloud.stop() }
    let yaml = SmallCloud.yaml(cloud, defaults: settings, collectors: "{replications: {}}")
    try await withLoop(yaml) { running in
      try await running.until("the first data") { $0.isAllGood && policy($0, "policy_enabled", 2) == 1 }
      let before = running.page.data
      change(cloud, 2) { $0.executionsRefusal = 404 }
      try await running.until("it to be gone") { running in
        !running.page.data.contains { $0.contains(#"policy_id="2""#) }
      }
      #expect(running.isAllGood)
      #expect(running.own("objects_failed", "replications", SmallCloud.instance) == 0)
      #expect(running.page.value("huaweicloud_swr_replication_policies{\(instance)}") == 2)
      change(cloud, 2) { $0.executionsRefusal = nil }
      try await running.until("it to be back") { $0.page.data == before }
    }
  }

  @Test func executionsAreGoneWhenTheyAreTooOldAndTheirPolicyStays() async throws {
    let cloud = try CloudSimulator(world: SmallCloud.world(registries: 1, artifacts: 1))
    defer { cloud.stop() }
    let yaml = SmallCloud.yaml(
      cloud, defaults: "interval: 100ms, stale_after: 700ms, request_timeout: 5s, refresh_timeout: 5s",
      collectors: "{replications: {}}")
    try await withLoop(yaml) { running in
      try await running.until("the first data") { $0.isAllGood && policy($0, "consecutive_failures", 1) == 1 }
      change(cloud, 1) { $0.executionsRefusal = 403 }
      try await running.until("them to be gone") { policy($0, "consecutive_failures", 1) == nil }
      #expect(policy(running, "policy_enabled", 1) == 1)
      #expect(policy(running, "consecutive_failures", 2) == 1)
      #expect(running.own("data_stale", "replications", SmallCloud.instance) == 1)
      change(cloud, 1) { $0.executionsRefusal = nil }
      try await running.until("recovery") { running in
        policy(running, "consecutive_failures", 1) == 1
          && running.own("data_stale", "replications", SmallCloud.instance) == 0
      }
    }
  }

  @Test func policiesBeyondTheLimitOfSeriesAreRefusedAsTheyAreListed() async throws {
    let cloud = try CloudSimulator(world: SmallCloud.world(registries: 1, artifacts: 1))
    defer { cloud.stop() }
    let yaml = SmallCloud.yaml(
      cloud, defaults: settings, collectors: "{replications: {instances: [\(SmallCloud.instance)], max_series: 5}}")
    try await withLoop(yaml) { running in
      try await running.until("a refresh") { $0.refreshes("replications") >= 1 }
      #expect(running.status("replications")?.lastError?.reason == .tooMany)
      #expect(cloud.requests(of: .listInstanceReplicationPolicyExecutions).isEmpty)
      #expect(running.page.starting("huaweicloud_swr_replication").isEmpty)
    }
  }

  @Test func thatAllCredentialsAreForbiddenIsRememberedUntilTheNextDiscovery() async throws {
    var world = SmallCloud.world(registries: 1, artifacts: 1)
    world.projects[0].seesAllCredentials = false
    let cloud = try CloudSimulator(world: world)
    defer { cloud.stop() }
    let yaml = SmallCloud.yaml(
      cloud, defaults: settings + ", discovery_interval: 1500ms",
      collectors: "{long_term_credentials: {instances: [\(SmallCloud.instance)]}}")
    func asked(all: Bool) -> [ReceivedRequest] {
      cloud.requests(of: .listInstanceLtCredentials).filter { $0.target.contains("self_only=false") == all }
    }
    try await withLoop(yaml) { running in
      let shown = "huaweicloud_swr_credentials{\(instance),scope="
      try await running.until("the first data") { $0.page.value(shown + #""own"}"#) == 65 }
      try await running.until("some refreshes") { $0.refreshes("long_term_credentials") >= 5 }
      #expect(asked(all: true).count == 1)
      #expect(asked(all: false).count >= 5)
      #expect(running.status("long_term_credentials")?.lastSucceeded == true)
      #expect(running.page.value(shown + #""all"}"#) == nil)
      cloud.changeWorld { $0.projects[0].seesAllCredentials = true }
      try await running.until("all of them") { $0.page.value(shown + #""all"}"#) == 130 }
      #expect(running.page.value(shown + #""own"}"#) == nil)
      #expect(asked(all: true)[1].uptime - asked(all: true)[0].uptime >= .milliseconds(1500))
    }
  }

  /// A rule that vanishes while its jobs go on shows as a difference of the two.
  @Test func jobsAreAskedForADayAfterTheirRuleVanished() async throws {
    let cloud = try CloudSimulator(world: SmallCloud.world(registries: 1, artifacts: 1))
    defer { cloud.stop() }
    let time = ManualTime()
    let yaml = SmallCloud.yaml(
      cloud, defaults: "interval: 1h, refresh_timeout: 30m, request_timeout: 5m",
      collectors: "{sync_rules: {repositories: [group/one, group/two, group/three]}, sync_jobs: {}}")
    try await withLoop(yaml, time: time.source) { running in
      func rules(_ repository: String) -> Double? {
        running.page.value(
          "huaweicloud_swr_sync_rules{project=\"prod\",swr_namespace=\"group\",repository=\"\(repository)\"}")
      }
      func failing(_ repository: String) -> Double? {
        running.page.value(
          "huaweicloud_swr_sync_failing_tags{project=\"prod\",swr_namespace=\"group\",repository=\"\(repository)\","
            + #"remote_region="cn-north-1",remote_namespace="backup"}"#)
      }
      try await time.advance(by: .milliseconds(1)) { running.isAllGood && failing("one") == 1 }
      #expect(failing("two") == 1 && failing("three") == 1)
      cloud.changeWorld { $0.projects[0].organisations[0].repositories[0].rules = [] }
      // At least once in each 65 minutes, jitter included.
      func refresh() async throws {
        let counts = [running.refreshes("sync_rules"), running.refreshes("sync_jobs")]
        try await time.advance(by: .seconds(65 * 60)) {
          running.refreshes("sync_rules") > counts[0] && running.refreshes("sync_jobs") > counts[1]
        }
      }
      for _ in 0..<21 { try await refresh() }
      #expect(time.uptime < .seconds(86_400))
      #expect(rules("one") == 0 && rules("two") == 1)
      #expect(failing("one") == 1 && failing("two") == 1)
      for _ in 0..<3 { try await refresh() }
      #expect(time.uptime > .seconds(86_400))
      #expect(failing("one") == nil && failing("two") == 1 && failing("three") == 1)
      let before = cloud.requests(of: .showSyncJob).count { $0.target.contains("/one/") }
      try await refresh()
      #expect(cloud.requests(of: .showSyncJob).count { $0.target.contains("/one/") } == before)
      // With the last rule, the organisation is no target any more.
      cloud.changeWorld { world in
        for index in world.projects[0].organisations[0].repositories.indices {
          world.projects[0].organisations[0].repositories[index].rules = []
        }
      }
      for _ in 0..<26 where running.status("sync_jobs") != nil {
        let count = running.refreshes("sync_rules")
        try await time.advance(by: .seconds(65 * 60)) { running.refreshes("sync_rules") > count }
      }
      #expect(running.status("sync_jobs") == nil)
      #expect(running.page.starting("huaweicloud_swr_sync_failing_tags").isEmpty)
    }
  }

  @Test func jobsAreAskedWhereTheConfigurationSaysAndNoneIsNoFailure() async throws {
    let cloud = try CloudSimulator(world: SmallCloud.world(registries: 1, artifacts: 1))
    defer { cloud.stop() }
    let (page, result) = try await collectOnce(
      SmallCloud.yaml(
        cloud, defaults: "interval: 1h",
        collectors: "{sync_jobs: {repositories: [group/two, group/missing]}}"))
    #expect(result.hasSucceeded)
    #expect(cloud.requests(of: .showSyncJob).count == 2)
    #expect(cloud.requests(of: .listImageAutoSyncRepos).isEmpty)
    #expect(page.starting("huaweicloud_swr_sync_failing_tags{").count == 1)
    let status = try #require(result.statuses.first { $0.target.collector == "sync_jobs" })
    #expect(status.objects == 2 && status.failedObjects == 0)
    // The order and the size of the page are the cloud's to be told.
    #expect(
      cloud.requests(of: .showSyncJob).allSatisfy {
        $0.target.removingPercentEncodingOfPage.hasSuffix("?filter=limit::100|offset::0|order::desc")
      })
  }

  @Test func jobsNeedRulesOrAList() throws {
    func read(_ collectors: String) throws -> Configuration {
      try configuration(
        "projects:\n  - {name: prod, region: r, project_id: p, credentials: {token: t}, collectors: \(collectors)}\n")
    }
    let error = #expect(throws: ConfigurationError.self) { try read("{sync_jobs: {}}") }
    #expect(error?.description.contains("sync_jobs: needs sync_rules to be on, or a list of its own") == true)
    _ = try read("{sync_jobs: {repositories: [a/b]}}")
    _ = try read("{sync_jobs: {}, sync_rules: {}}")
  }

  @Test func jobsAreOnTheShardOfTheirRules() {
    for number in 0..<200 {
      let jobs = TargetID(project: "prod", collector: "sync_jobs", scope: "organisation-\(number)")
      let rules = TargetID(project: "prod", collector: "sync_rules", scope: "organisation-\(number)")
      #expect(Collector.syncJobs.shardKey(jobs) == Collector.syncRules.shardKey(rules))
    }
  }

  @Test(arguments: [
    "{}", "[]", "null", #""x""#, #"{"message":"ok"}"#, #"{"storage_used":null,"namespace_quota":"many"}"#,
    #"{"registries":[],"total":0}"#,
  ])
  func statisticsThatSayNothingAreAnotherAnswer(_ body: String) async throws {
    var faults = Faults()
    faults.add(.answer(status: 200, body: Array(body.utf8)), to: .listInstanceStatistics)
    let cloud = try CloudSimulator(world: SmallCloud.world(registries: 1, artifacts: 1), faults: faults)
    defer { cloud.stop() }
    let (page, result) = try await collectOnce(
      SmallCloud.yaml(cloud, defaults: "interval: 1h", collectors: "{statistics: {}}"))
    #expect(result.statuses.first { $0.target.collector == "statistics" }?.lastError?.reason == .malformed)
    #expect(page.starting("huaweicloud_swr_instance_quota").isEmpty)
  }

  private static let named = "{\(SmallCloud.outcomes.values.sorted().joined(separator: ", "))}"

  private static let operations: Set<Operation> = [
    .listInstanceReplicationPolicies, .listInstanceRepositories, .listInstanceNamespaces, .listInstanceStatistics,
    .listInstanceLtCredentials, .listInstanceRetentionPolicies,
  ]

  @Test func whatAnInstanceDoesNotHaveIsUnsupportedAndNoFailure() async throws {
    var world = SmallCloud.world(registries: 1, artifacts: 1)
    world.projects[0].instances[0].unpublished = Self.operations
    let cloud = try CloudSimulator(world: world)
    defer { cloud.stop() }
    let (page, result) = try await collectOnce(
      SmallCloud.yaml(cloud, defaults: "interval: 1h", collectors: Self.named))
    #expect(result.hasSucceeded, "\(result.statuses.compactMap(\.lastError))")
    let unsupported = result.statuses.filter(\.isUnsupported).map(\.target.collector)
    #expect(
      Set(unsupported) == [
        "replications", "repositories", "namespaces", "statistics", "long_term_credentials", "retentions",
      ])
    for collector in unsupported {
      #expect(
        page.value(
          "huaweicloud_exporter_target_unsupported{project=\"prod\",collector=\"\(collector)\",target=\"\(SmallCloud.instance)\"}"
        ) == 1)
    }
    #expect(page.value(#"huaweicloud_swr_quota_used{project="prod",resource="namespace"}"#) == 1)
  }

  @Test(arguments: [true, false]) func whatNobodyNamedMayBeForbidden(_ isNamed: Bool) async throws {
    var world = SmallCloud.world(registries: 1, artifacts: 1)
    world.projects[0].forbidden = Self.operations.union([.showSyncJob, .listRepositoriesByMarker, .listQuotas])
    let cloud = try CloudSimulator(world: world)
    defer { cloud.stop() }
    let named = SmallCloud.yaml(cloud, defaults: "interval: 1h", collectors: Self.named)
    let unnamed = """
      projects:
        - {name: prod, region: cn-north-4, project_id: \(SmallCloud.projectID), requests_per_second: 100000,
           credentials: {token: t}, \(endpoints(cloud.url))}
      """
    let (page, result) = try await collectOnce(isNamed ? named : unnamed)
    #expect(result.hasSucceeded == !isNamed, "\(result.statuses.compactMap(\.lastError))")
    for status in result.statuses where OutcomeCollectorsTests.keys.contains(status.target.collector) {
      #expect(status.lastError?.reason == .forbidden, "\(status.target)")
      #expect(status.isExcused == !isNamed)
      #expect(status.failures == [.forbidden: 1])
    }
    let permissions = result.statuses.compactMap(\.lastError?.message).joined(separator: "\n")
    for permission in [
      "swr:instance:listReplicationPolicies", "swr:repository:listNamespaces", "swr:instance:getStatistics",
      "swr::listQuotas", "swr:instance:listLTCredentials", "swr:repository:listRetentionPolicies", "swr:repo:listRepos",
    ] {
      #expect(permissions.contains(permission), "\(permissions)")
    }
    // What the account may see is there.
    #expect(isNamed || page.value("huaweicloud_swr_registries{\(instance)}") == 1)
  }
}

extension String {
  /// With the two characters of a filter as they are meant.
  fileprivate var removingPercentEncodingOfPage: String { replacing("%3A", with: ":").replacing("%7C", with: "|") }
}
