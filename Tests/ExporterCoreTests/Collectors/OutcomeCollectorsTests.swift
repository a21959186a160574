import CloudSimulator
import HuaweiCloud
import System
import TestSupport
import Testing

@testable import ExporterCore

/// What the collectors of outcomes and inventory say of generated worlds: each value is true, and there is no other.
@Suite struct OutcomeCollectorsTests {
  static let keys = [
    "replications", "sync_jobs", "repositories", "basic_repositories", "namespaces", "statistics", "quotas",
    "long_term_credentials", "retentions",
  ]

  private static func yaml(_ cloud: CloudSimulator) -> String {
    """
    projects:
      - {name: prod, region: cn-north-4, project_id: \(SmallCloud.projectID), requests_per_second: 100000,
         credentials: {token: t}, \(endpoints(cloud.url)),
         collectors: {sync_rules: {}, \(keys.map { "\($0): {}" }.joined(separator: ", "))}}
    """
  }

  struct Case: Sendable {
    let seed: UInt64
    let isHostile: Bool
    let order: ExecutionOrder
  }

  private static let orders: [ExecutionOrder] = [.shuffled(seed: 3), .oldestFirst, .newestFirst]
  static let cases = orders.flatMap {
    [Case(seed: 11, isHostile: false, order: $0), Case(seed: 12, isHostile: true, order: $0)]
  }

  @Test(arguments: cases) func everyValueIsTrueAndThereIsNoOther(_ given: Case) async throws {
    var world = World.generated(
      instances: 2, repositories: 60, artifacts: 300, imageRepositories: 90, replicationPolicies: 40, syncJobs: 20,
      retentionPolicies: 50, credentials: 130, seed: given.seed, isHostile: given.isHostile)
    for index in world.projects[0].instances.indices {
      world.projects[0].instances[index].executionOrder = given.order
    }
    // The world stands still.
    let cloud = try CloudSimulator(world: world, time: ManualTime().source)
    defer { cloud.stop() }
    let (page, result) = try await collectOnce(Self.yaml(cloud))
    let expected = ExpectedSeries(of: world, at: cloud.worldTime)
    expected.expect(on: page, of: Self.keys)
    for name in ExpectedSeries.names(of: Self.keys) {
      #expect(expected.names.contains(name), "the world has nothing of \(name)")
    }

    for instance in world.projects[0].instances {
      func status(_ collector: String) -> TargetStatus? {
        result.statuses.first { $0.target.collector == collector && $0.target.scope == instance.id }
      }
      // Executions that may not be listed fail alone.
      let replications = world.replicationTruth(instanceID: instance.id, at: cloud.worldTime)
      let forbidden = replications.values.count { $0.refusal == 403 }
      #expect(forbidden > 0 && status("replications")?.failedObjects == forbidden)
      #expect(status("replications")?.lastError?.reason == .forbidden)
      #expect(status("replications")?.objects == replications.count)
      let retentions = world.retentionTruth(instanceID: instance.id, at: cloud.worldTime)
      let unusable = instance.retentionPolicies.count { $0.namespaceName == nil }
      #expect(unusable > 0)
      #expect(status("retentions")?.failedObjects == retentions.values.count { $0.refusal == 403 } + unusable)
      #expect(status("retentions")?.objects == instance.retentionPolicies.count)
      #expect(status("repositories")?.objects == instance.repositories.count)
      #expect(status("long_term_credentials")?.objects == instance.credentials.count)
      #expect(status("statistics")?.objects == 1)
    }
    #expect(result.statuses.first { $0.target.collector == "quotas" }?.objects == world.projects[0].quotas.count)
    for collector in Set(Self.keys).subtracting(["replications", "retentions"]) {
      let statuses = result.statuses.filter { $0.target.collector == collector }
      #expect(!statuses.isEmpty && statuses.allSatisfy { $0.lastSucceeded == true && $0.failedObjects == 0 })
    }
    #expect(!page.lines.joined().contains("SIMULATED-PROFILE-SECRET"))
    #expect(!page.lines.joined().contains("some tasks failed"))
  }

  @Test func onlyItsOwnCredentialsAreShownWhereAllAreForbidden() async throws {
    var world = World.generated(credentials: 130)
    world.projects[0].seesAllCredentials = false
    let cloud = try CloudSimulator(world: world, time: ManualTime().source)
    defer { cloud.stop() }
    let (page, result) = try await collectOnce(Self.yaml(cloud))
    #expect(result.hasSucceeded)
    ExpectedSeries(of: world, at: cloud.worldTime).expect(on: page, of: ["long_term_credentials"])
    #expect(page.starting("huaweicloud_swr_credentials{").allSatisfy { $0.hasSuffix(#",scope="own"} 44"#) })
    #expect(cloud.requests(of: .listInstanceLtCredentials).count == 2)
  }

  @Test func theOlderListingOfRepositoriesSaysTheSame() async throws {
    var world = World.generated(imageRepositories: 230, isHostile: true)
    world.projects[0].listsRepositoriesByMarker = false
    let cloud = try CloudSimulator(world: world, time: ManualTime().source)
    defer { cloud.stop() }
    let (page, result) = try await collectOnce(Self.yaml(cloud))
    #expect(result.hasSucceeded, "\(result.statuses.compactMap(\.lastError))")
    ExpectedSeries(of: world, at: cloud.worldTime).expect(on: page, of: ["basic_repositories"])
    #expect(cloud.requests(of: .listRepositoriesByOffset).count == 3)
    // What `sync_rules` watches comes from the same listing.
    #expect(page.starting("huaweicloud_swr_sync_rules{").count == 230)
    #expect(!result.statuses.contains { $0.target.scope == "swr_repositories" })
  }

  /// Two collectors that count the same artifacts come to the same number.
  @Test func repositoriesAndArtifactsAgree() async throws {
    let world = World.generated(instances: 2, repositories: 70, artifacts: 900)
    let cloud = try CloudSimulator(world: world, time: ManualTime().source)
    defer { cloud.stop() }
    let (page, _) = try await collectOnce(
      """
      projects:
        - {name: prod, region: cn-north-4, requests_per_second: 100000, credentials: {token: t}, \(endpoints(cloud.url)),
           collectors: {artifacts: {}, repositories: {}}}
      """)
    /// What the lines of a metric come to, by instance and repository.
    func sums(_ name: String) -> [String: Double] {
      page.starting(name + "{").reduce(into: [:]) { sums, line in
        guard let end = line.firstRange(of: "\",", after: "repository_id=\""),
          let value = line.split(separator: " ").last.flatMap({ Double($0) })
        else { return }
        sums[String(line[..<end]).replacing(name, with: ""), default: 0] += value
      }
    }
    #expect(sums("huaweicloud_swr_artifacts").count == 140)
    #expect(sums("huaweicloud_swr_artifacts") == sums("huaweicloud_swr_repository_artifacts"))
    #expect(sums("huaweicloud_swr_artifacts_tags") == sums("huaweicloud_swr_repository_tags"))
  }

  @Test func aFilterSelectsWhatIsShownAndNotWhatOthersFind() async throws {
    let world = World.generated(imageRepositories: 30)
    let cloud = try CloudSimulator(world: world, time: ManualTime().source)
    defer { cloud.stop() }
    let (page, result) = try await collectOnce(
      """
      projects:
        - {name: prod, region: cn-north-4, requests_per_second: 100000, credentials: {token: t}, \(endpoints(cloud.url)),
           collectors: {sync_rules: {}, basic_repositories: {repositories: {include: ['organisation-0/.*']}}}}
      """)
    #expect(page.value(#"huaweicloud_swr_basic_repositories{project="prod"}"#) == 10)
    #expect(page.starting("huaweicloud_swr_basic_repository_images{").count == 10)
    #expect(page.starting("huaweicloud_swr_sync_rules{").count == 30)
    #expect(result.statuses.first { $0.target.collector == "basic_repositories" }?.objects == 10)
  }

  /// The first refresh of everything, which no later five minutes exceed: no target is refreshed twice in them.
  @Test(arguments: [true, false]) func theNineCostLessThan120CallsInFiveMinutes(_ seesAllCredentials: Bool) async throws
  {
    func instance(_ id: String, policies: Int, retentions: Int, repositories: Int) -> SimulatedInstance {
      SimulatedInstance(
        id: id, name: id, namespaces: [SimulatedNamespace(id: 1, name: "library")],
        repositories: (0..<repositories).map { SimulatedRepository(id: .number(Int64($0)), name: "repository-\($0)") },
        replicationPolicies: (0..<policies).map { number in
          SimulatedReplicationPolicy(
            id: .number(Int64(number)), name: "policy-\(number)",
            executions: SimulatedHistory([
              SimulatedReplicationExecution(id: 1, status: "Succeed", createdAt: .absent, updatedAt: .absent)
            ]))
        },
        retentionPolicies: (0..<retentions).map {
          SimulatedRetentionPolicy(id: .number(Int64($0)), name: "keep-\($0)")
        },
        credentials: (0..<20).map {
          SimulatedCredential(id: .number(Int64($0)), name: "credential-\($0)", expiresAt: .absent)
        })
    }
    var project = SimulatedProject(
      id: SmallCloud.projectID, name: "cn-north-4",
      instances: [
        instance("a", policies: 20, retentions: 2, repositories: 500),
        instance("b", policies: 4, retentions: 1, repositories: 800),
      ],
      organisations: [
        SimulatedOrganisation(
          id: 1, name: "group",
          repositories: (0..<200).map {
            SimulatedImageRepository(name: "r\($0)", rules: $0 < 60 ? [SimulatedSyncRule(id: Int64($0))] : [])
          })
      ])
    project.quotas = [SimulatedQuota(key: "namespace", limit: 5, used: 2)]
    project.seesAllCredentials = seesAllCredentials
    let cloud = try CloudSimulator(world: World(projects: [project]))
    defer { cloud.stop() }
    let (_, result) = try await collectOnce(Self.yaml(cloud))
    #expect(result.hasSucceeded, "\(result.statuses.compactMap(\.lastError))")
    var calls = Dictionary(grouping: cloud.requests) { $0.operation }.mapValues(\.count)
    // These have collectors and discoveries of their own.
    for operation in [Operation.listImageAutoSyncRepos, .listInstances] { calls[operation] = nil }
    let expected: [Operation?: Int] = [
      .listInstanceReplicationPolicies: 2, .listInstanceReplicationPolicyExecutions: 24, .showSyncJob: 60,
      // A full page may be followed by another.
      .listInstanceRepositories: 6 + 9, .listRepositoriesByMarker: 1, .listInstanceNamespaces: 2,
      .listInstanceStatistics: 2, .listQuotas: 1, .listInstanceLtCredentials: seesAllCredentials ? 2 : 4,
      .listInstanceRetentionPolicies: 2, .listInstanceRetentionPolicyExecutions: 3,
    ]
    #expect(calls == expected)
    #expect(calls.values.reduce(0, +) < 120)
    for collector in Catalog.standard.collectors where Self.keys.contains(collector.key) {
      var schedule = RefreshSchedule(interval: collector.interval, start: .zero)
      _ = schedule.advance(past: .zero, random: 0)
      #expect(schedule.due >= .seconds(300), "\(collector.key) is refreshed twice in five minutes")
    }
  }
}

extension String {
  /// Where the first `text` behind the first `start` is.
  fileprivate func firstRange(of text: String, after start: String) -> String.Index? {
    guard let begin = firstRange(of: start)?.upperBound else { return nil }
    return self[begin...].firstRange(of: text)?.lowerBound
  }
}

/// The lines that a world must have, from its truth.
private struct ExpectedSeries {
  private var values: [String: Double] = [:]
  private(set) var names: Set<String> = []

  static func names(of collectors: [String]) -> [String] {
    Catalog.standard.collectors.filter { collectors.contains($0.key) }.flatMap(\.metrics).map(\.name)
  }

  init(of world: World, at now: Timestamp) {
    for project in world.projects {
      let common = LabelSet(["project": "prod"])
      for instance in project.instances {
        let common = common.adding("instance_id", instance.id)
        add(world.replicationTruth(instanceID: instance.id, at: now), common)
        add(world.retentionTruth(instanceID: instance.id, at: now), common)
        add(world.repositoryTruth(instanceID: instance.id, at: now), common)
        add(world.namespaceTruth(instanceID: instance.id, at: now), common)
        add(world.credentialTruth(instanceID: instance.id, at: now), common)
        if let truth = world.statisticsTruth(instanceID: instance.id, at: now) {
          add("instance_storage_used", common, truth.storageUsed)
          add("instance_quota_limit", common, by: "resource", truth.limits)
          add("instance_quota_used", common, by: "resource", truth.used)
        }
      }
      for organisation in project.organisations {
        for repository in organisation.repositories where !repository.rules.isEmpty {
          let labels = common.adding("swr_namespace", organisation.name).adding("repository", repository.name)
          add(
            world.syncJobTruth(
              projectID: project.id, namespace: organisation.name, repository: repository.name, at: now), labels)
        }
      }
      add(world.imageRepositoryTruth(projectID: project.id, at: now), common)
      for (key, truth) in world.quotaTruth(projectID: project.id, at: now) {
        add("quota_limit", common.adding("resource", key), truth.limit)
        add("quota_used", common.adding("resource", key), truth.used)
      }
    }
  }

  private mutating func add(_ name: String, _ labels: LabelSet, _ value: (some MetricValue)?) {
    guard let number = value?.number else { return }
    let name = "huaweicloud_swr_" + name
    names.insert(name)
    values["\(name){\(String(decoding: labels.bytes, as: UTF8.self))}"] = number
  }

  private mutating func add<Value: MetricValue>(
    _ name: String, _ labels: LabelSet, by label: String, _ values: [String: Value]
  ) {
    for (key, value) in values { add(name, labels.adding(label, key), value) }
  }

  /// 1 for the state it is in, 0 for the others.
  private mutating func add(_ name: String, _ labels: LabelSet, state: String, of states: [String]) {
    for candidate in states + ["unknown"] { add(name, labels.adding("status", candidate), candidate == state) }
  }

  private static let executionStates = ["InProgress", "Succeed", "Failed", "Stopped"]

  private mutating func add(_ policies: [String: ReplicationTruth], _ common: LabelSet) {
    // One whose executions are not found is gone.
    let policies = policies.filter { $0.value.refusal != 404 }
    add("replication_policies", common, policies.count)
    for (id, truth) in policies {
      let labels = common.adding("policy_id", id).adding("policy", truth.name)
      add("replication_policy_enabled", labels, truth.isEnabled)
      add(
        "replication_policy_info",
        labels.adding("registry_id", truth.registryID).adding("direction", truth.direction)
          .adding("trigger", truth.trigger).adding("remote_namespace", truth.remoteNamespace), 1)
      add("replication_policy_schedule_interval_seconds", labels, truth.scheduleInterval)
      guard let executions = truth.executions else { continue }
      add(
        "replication_last_execution_status", labels, state: executions.lastStatus, of: Self.executionStates)
      add("replication_last_execution_tasks", labels, by: "result", executions.lastTasks)
      add("replication_last_execution_created_timestamp_seconds", labels, executions.lastCreated)
      add("replication_last_execution_updated_timestamp_seconds", labels, executions.lastUpdated)
      add("replication_last_success_timestamp_seconds", labels, executions.lastSuccess)
      add("replication_consecutive_failures", labels, executions.consecutiveFailures)
      add("replication_executions", labels, by: "status", executions.executions)
    }
  }

  private mutating func add(_ policies: [String: RetentionTruth], _ common: LabelSet) {
    let policies = policies.filter { $0.value.refusal != 404 }
    add("retention_policies", common, policies.count)
    for (id, truth) in policies {
      let labels = common.adding("swr_namespace", truth.namespace).adding("policy_id", id)
        .adding("policy", truth.name)
      add("retention_policy_enabled", labels, truth.isEnabled)
      add("retention_policy_schedule_interval_seconds", labels, truth.scheduleInterval)
      if let status = truth.lastStatus {
        add("retention_last_execution_status", labels, state: status, of: Self.executionStates)
      }
      add("retention_last_execution_timestamp_seconds", labels, truth.lastStart)
      add("retention_last_success_timestamp_seconds", labels, truth.lastSuccess)
    }
  }

  private mutating func add(_ targets: [SyncTarget: SyncJobTruth], _ repository: LabelSet) {
    for (target, truth) in targets {
      let labels = repository.adding("remote_region", target.region).adding("remote_namespace", target.namespace)
      add("sync_last_job_status", labels, state: truth.lastStatus, of: SimulatedSyncJob.statuses)
      add("sync_last_job_created_timestamp_seconds", labels, truth.lastCreated)
      add("sync_last_success_timestamp_seconds", labels, truth.lastSuccess)
      add("sync_failing_tags", labels, truth.failingTags)
      add("sync_jobs", labels, by: "status", truth.jobs)
      add("sync_oldest_waiting_timestamp_seconds", labels, truth.oldestWaiting)
    }
  }

  private mutating func add(_ repositories: [String: RepositoryTruth], _ common: LabelSet) {
    add("repositories", common, repositories.count)
    for (id, truth) in repositories {
      let labels = common.adding("repository_id", id).adding("swr_namespace", truth.namespace)
        .adding("repository", truth.name)
      add("repository_pulls_total", labels, truth.pulls)
      add("repository_artifacts", labels, truth.artifacts)
      add("repository_tags", labels, truth.tags)
      add("repository_created_timestamp_seconds", labels, truth.created)
      add("repository_updated_timestamp_seconds", labels, truth.updated)
    }
  }

  private mutating func add(_ repositories: [ImageRepositoryTruth], _ common: LabelSet) {
    add("basic_repositories", common, repositories.count)
    for truth in repositories {
      let labels = common.adding("swr_namespace", truth.namespace).adding("repository", truth.name)
      add("basic_repository_size_bytes", labels, truth.size)
      add("basic_repository_images", labels, truth.images)
      add("basic_repository_downloads_total", labels, truth.downloads)
      add("basic_repository_public", labels, truth.isPublic)
      add("basic_repository_created_timestamp_seconds", labels, truth.created)
      add("basic_repository_updated_timestamp_seconds", labels, truth.updated)
    }
  }

  private mutating func add(_ namespaces: [String: NamespaceTruth], _ common: LabelSet) {
    add("namespaces", common, namespaces.count)
    for (id, truth) in namespaces {
      let labels = common.adding("namespace_id", id).adding("swr_namespace", truth.name)
      add("namespace_public", labels, truth.isPublic)
      add("namespace_auto_scan_enabled", labels, truth.scansAutomatically)
      add("namespace_vulnerability_block_enabled", labels, truth.blocksVulnerable)
      add("namespace_repositories", labels, truth.repositories)
      add("namespace_created_timestamp_seconds", labels, truth.created)
    }
  }

  private mutating func add(
    _ truth: (scope: String, credentials: [String: CredentialTruth]), _ common: LabelSet
  ) {
    add("credentials", common.adding("scope", truth.scope), truth.credentials.count)
    for (id, credential) in truth.credentials {
      let labels = common.adding("credential_id", id).adding("credential", credential.name)
      add("credential_enabled", labels, credential.isEnabled)
      add("credential_created_timestamp_seconds", labels, credential.created)
      add("credential_expiry_timestamp_seconds", labels, credential.expiry)
    }
  }

  /// Each line of these collectors has its value, and there is no other.
  func expect(on page: ExposedPage, of collectors: [String], _ location: SourceLocation = #_sourceLocation) {
    let names = Set(Self.names(of: collectors))
    func isAsked(_ series: some StringProtocol) -> Bool { names.contains(String(series.prefix { $0 != "{" })) }
    let lines = page.data.filter { isAsked($0) }
    let shown = Set(lines.compactMap { line in line.lastIndex(of: " ").map { String(line[..<$0]) } })
    let expected = values.filter { isAsked($0.key) }
    #expect(shown.count == lines.count, "a series stands twice", sourceLocation: location)
    let surplus = shown.subtracting(expected.keys)
    #expect(surplus.isEmpty, "\(surplus.count) too many, such as \(surplus.min() ?? "")", sourceLocation: location)
    let wrong = expected.filter { page.value($0.key) != $0.value }.sorted { $0.key < $1.key }
    #expect(
      wrong.isEmpty,
      "\(wrong.count) are wrong, such as \(wrong.prefix(3).map { "\($0.key) \(page.value($0.key) ?? .nan), not \($0.value)" })",
      sourceLocation: location)
  }
}
