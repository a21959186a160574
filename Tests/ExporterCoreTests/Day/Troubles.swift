import CloudSimulator
import ExporterCore
import HuaweiCloud
import System

/// Its name means another thing where Foundation is imported.
typealias SimulatedOperation = Operation

/// Something that goes wrong in the course of a day, and the alerts that it is to raise.
struct Trouble {
  /// An alert with its labels, from when on its trouble is there, and how long the exporter may take to see it.
  struct Alert: Encodable {
    let alert: String
    let labels: [String: String]
    let minute: Int
    let sees: Int
  }

  let minute: Int
  let alerts: [Alert]
  let happen: (Day) async throws -> Void

  /// `sees` is the interval of the collector.
  init(
    _ minute: Int, _ alert: String, _ labels: [String: String], sees: Int, since: Int? = nil, and more: [Alert] = [],
    _ happen: @escaping (Day) async throws -> Void
  ) {
    self.minute = minute
    alerts = [Alert(alert: "HuaweiCloud" + alert, labels: labels, minute: since ?? minute, sees: sees)] + more
    self.happen = happen
  }

  /// What mends something, and raises nothing.
  init(_ minute: Int, mends happen: @escaping (Day) async throws -> Void) {
    self.minute = minute
    alerts = []
    self.happen = happen
  }
}

extension Trouble.Alert {
  static func also(_ alert: String, _ labels: [String: String], _ minute: Int, sees: Int) -> Trouble.Alert {
    Trouble.Alert(alert: "HuaweiCloud" + alert, labels: labels, minute: minute, sees: sees)
  }
}

extension Trouble {
  /// A change of the cloud: 0 is the project prod, 1 staging, 3 research, 4 lab.
  private static func world(_ change: @escaping (inout World) -> Void) -> (Day) async throws -> Void {
    { day in day.cloud.changeWorld(change) }
  }

  /// Each kind of trouble once, in the order of the minutes.
  static func all(_ world: World) -> [Trouble] {
    let beginning = world.beginning
    @Sendable func at(_ minute: Int, _ days: Int = 0) -> Timestamp { beginning + .seconds(minute * 60 + days * 86_400) }
    let images = world.projects[0].instances[0].id
    let archive = world.projects[0].instances[1].id
    let edge = world.projects[0].instances[2].id
    let stagingImages = world.projects[1].instances[0].id
    let credentials = world.projects[0].instances[0].credentials
    func credential(_ index: Int) -> [String: String] {
      [
        "project": "prod", "instance_id": images, "credential_id": credentials[index].id?.label ?? "",
        "credential": credentials[index].name ?? "",
      ]
    }
    func policy(_ id: Int, _ name: String) -> [String: String] {
      ["project": "prod", "instance_id": images, "policy_id": "\(id)", "policy": name]
    }
    func keeping(_ id: Int, _ name: String, _ namespace: String) -> [String: String] {
      policy(id, name).merging(["swr_namespace": namespace]) { $1 }
    }
    func mirror(_ name: String) -> [String: String] {
      let id = world.projects[0].codeRepositories.first { $0.name == name }?.id ?? 0
      return ["project": "prod", "repository_id": "\(id)"]
    }
    func target(_ project: String, _ collector: String, _ scope: String = "") -> [String: String] {
      ["project": project, "collector": collector, "target": scope]
    }
    func cache(_ number: Int) -> [String: String] {
      ["project": "prod", "image_cache_id": "cache-\(number)", "image_cache": "cache-\(number)"]
    }
    let cacheName = { (number: Int) in ["project": "prod", "image_cache": "cache-\(number)"] }
    func code(_ name: String, _ change: @escaping (inout SimulatedCodeRepository) -> Void) -> (Day)
      async throws -> Void
    {
      Self.world { world in
        for index in world.projects[0].codeRepositories.indices
        where world.projects[0].codeRepositories[index].name == name {
          change(&world.projects[0].codeRepositories[index])
        }
      }
    }
    func cacheState(_ number: Int, _ status: String) -> (Day) async throws -> Void {
      Self.world { $0.projects[0].imageCaches[number] = .fixed(.steady(number, beginning, status: status)) }
    }
    let api = [
      "project": "prod", "swr_namespace": "platform", "repository": "api", "remote_region": "cn-north-1",
      "remote_namespace": "platform-mirror",
    ]
    let payments = [
      "project": "prod", "swr_namespace": "payments", "repository": "api", "remote_region": "cn-north-1",
      "remote_namespace": "payments-mirror",
    ]
    let rule = { (namespace: String, repository: String, region: String, id: Int64) in
      [
        "project": "prod", "swr_namespace": namespace, "repository": repository, "rule_id": "\(id)",
        "remote_region": region, "remote_namespace": namespace + "-mirror",
      ]
    }
    let platformRule = world.projects[0].organisations[0].repositories[2].rules[0]
    let paymentsRule = world.projects[0].organisations[1].repositories[2].rules[1]
    let caches = world.projects[1].imageCaches

    return [
      // From the start on.
      Trouble(
        0, "TargetNeverSucceeded", target("lab", "statistics", World.noInstance), sees: 0, { _ in }),
      Trouble(0, "TargetNeverRefreshed", target("lab", "retentions", "lab-1"), sees: 0) { day in
        day.plant("endless", .delay(.seconds(9000)), .listInstanceRetentionPolicies, in: 4, .next(1))
      },
      Trouble(240, mends: { $0.mend("endless") }),

      // Registries and instances.
      Trouble(
        30, "RegistryUnhealthy",
        ["project": "prod", "instance_id": images, "registry_id": "25", "registry": "onprem-harbor"], sees: 5,
        Self.world { $0.projects[0].instances[0].registries[1].status = .always("unhealthy") }),
      Trouble(
        50, "RegistryVanished",
        ["project": "prod", "instance_id": images, "registry_id": "28", "registry": "partner"], sees: 5,
        Self.world { $0.projects[0].instances[0].registries.removeLast() }),
      Trouble(
        70, "InstanceExpiring", ["project": "staging", "instance_id": stagingImages], sees: 5,
        Self.world { $0.projects[1].instances[0].expiresAt = .at(at(0, 14)) }),
      Trouble(
        90, "InstanceNotRunning", ["project": "prod", "instance_id": edge], sees: 5,
        Self.world { $0.projects[0].instances[2].status = .always("Unavailable") }),
      Trouble(
        110, "InstanceExpiryImminent", ["project": "prod", "instance_id": images], sees: 5,
        Self.world { $0.projects[0].instances[0].expiresAt = .at(at(0, 2)) }),
      Trouble(
        130, "InstanceVanished", ["project": "prod", "instance_id": archive], sees: 5,
        Self.world { world in world.projects[0].instances.removeAll { $0.id == archive } }),

      // Replication, sync jobs and clean-up.
      Trouble(
        150, "ReplicationFailing", policy(2, "to-onprem"), sees: 20,
        Self.world {
          $0.projects[0].instances[0].replicationPolicies[1] = .steady(
            2, "to-onprem", beginning, every: .seconds(600), failure: at(150))
        }),
      Trouble(
        170, "ReplicationLate", policy(3, "to-hongkong"), sees: 25, since: 170 + 40,
        Self.world {
          $0.projects[0].instances[0].replicationPolicies[2] = .steady(
            3, "to-hongkong", beginning, every: .seconds(1800), schedule: "0 */30 * * * *", end: at(170))
        }),
      Trouble(
        190, "ReplicationRunsLong", policy(4, "pull-from-partner"), sees: 20, since: 190 + 240,
        Self.world {
          $0.projects[0].instances[0].replicationPolicies[3].executions = SimulatedHistory { now in
            [
              SimulatedReplicationExecution(
                id: 9_999_999, status: "InProgress", createdAt: .at(at(190)), updatedAt: .at(now))
            ]
          }
        }),
      Trouble(
        210, "ReplicationDisabled", policy(1, "to-dr"), sees: 10,
        Self.world { $0.projects[0].instances[0].replicationPolicies[0].isEnabled = .always(false) }),
      Trouble(
        230, "ReplicationVanished",
        ["project": "staging", "instance_id": stagingImages, "policy_id": "2", "policy": "to-onprem"], sees: 10,
        Self.world { $0.projects[1].instances[0].replicationPolicies.remove(at: 1) }),
      Trouble(
        250, "SyncJobsFailing", api, sees: 20,
        Self.world { world in
          let rules = world.projects[0].organisations[0].repositories[0].rules
          world.projects[0].organisations[0].repositories[0].jobs = .steady(rules, beginning, failure: at(250))
        }),
      Trouble(
        270, "SyncJobsWaiting", payments, sees: 35, since: 270 + 60,
        Self.world { world in
          let rules = world.projects[0].organisations[1].repositories[0].rules
          world.projects[0].organisations[1].repositories[0].jobs = .steady(rules, beginning, halt: at(270))
        }),
      Trouble(
        290, "CleanupFailed", keeping(11, "keep-ten", "platform"), sees: 90,
        Self.world {
          $0.projects[0].instances[0].retentionPolicies[0] = .steady(
            11, "keep-ten", beginning, namespace: "platform", failure: at(290))
        }),
      Trouble(
        310, "CleanupLate", keeping(12, "keep-a-month", "payments"), sees: 75, since: 310 + 50,
        Self.world {
          $0.projects[0].instances[0].retentionPolicies[1] = .steady(
            12, "keep-a-month", beginning, namespace: "payments", end: at(310))
        }),
      Trouble(
        330, "CleanupDisabled", keeping(13, "try-out", "web"), sees: 60,
        Self.world { $0.projects[0].instances[0].retentionPolicies[2].isEnabled = .always(false) }),
      Trouble(
        350, "CleanupVanished",
        [
          "project": "staging", "instance_id": stagingImages, "policy_id": "12", "policy": "keep-a-month",
          "swr_namespace": "payments",
        ], sees: 60, Self.world { $0.projects[1].instances[0].retentionPolicies.remove(at: 1) }),

      // Limits, credentials and openness.
      Trouble(
        370, "QuotaNearlyFull", ["project": "staging", "resource": "repository"], sees: 60,
        Self.world { $0.projects[1].quotas[1].used = 95 }),
      Trouble(
        380, "QuotaNearlyFull", ["project": "prod", "instance_id": images, "resource": "trigger"], sees: 10,
        Self.world {
          $0.projects[0].instances[0].statistics = SimulatedStatistics([
            "notify_policy_quota": 20, "notify_policy_count": 19,
          ])
        }),
      Trouble(
        400, "LongTermCredentialExpiring", credential(1), sees: 60,
        Self.world { $0.projects[0].instances[0].credentials[1].expiresAt = .at(at(0, 10)) }),
      Trouble(
        420, "LongTermCredentialExpiryImminent", credential(2), sees: 60,
        Self.world { $0.projects[0].instances[0].credentials[2].expiresAt = .at(at(0, 2)) }),
      Trouble(
        440, "LongTermCredentialDisabled", credential(0), sees: 60,
        Self.world { $0.projects[0].instances[0].credentials[0].isEnabled = .always(false) }),
      Trouble(
        460, "NamespacePublic",
        ["project": "prod", "instance_id": images, "namespace_id": "81", "swr_namespace": "payments"], sees: 30,
        Self.world { $0.projects[0].instances[0].namespaces[1].isPublic = .always(true) }),
      Trouble(
        480, "RepositoryPublic", ["project": "prod", "swr_namespace": "platform", "repository": "worker"], sees: 30,
        Self.world { $0.projects[0].organisations[0].repositories[1].isPublic = .always(true) }),
      Trouble(
        500, "UntaggedBytesHigh", ["project": "prod", "instance_id": images], sees: 30,
        Self.world { $0.projects[0].instances[0].artifacts = SimulatedInstance.shelf(200, untaggedBelow: 70) }),
      Trouble(
        1445, "StorageGrowthAbnormal", ["project": "staging", "instance_id": stagingImages], sees: 30,
        Self.world { $0.projects[1].instances[0].artifacts = SimulatedInstance.shelf(80) }),

      // Code mirrors and sync rules.
      Trouble(
        520, "MirrorFailing", mirror("linux-config"), sees: 10,
        code("linux-config") {
          $0.mirror?.course = .fixed(
            MirrorState(status: "failed", failures: 3, lastUpdate: .at(at(520)), lastSuccess: .at(at(400))))
        }),
      Trouble(
        0, "MirrorLate", mirror("payments-api"), sees: 20, since: 540,
        code("payments-api") {
          $0.mirror?.course = .fixed(
            MirrorState(
              status: "finished", failures: 0, lastUpdate: .at(at(540 - 26 * 60)), lastSuccess: .at(at(540 - 26 * 60))))
        }),
      Trouble(
        0, "MirrorNeverUpdated", mirror("upstream-nginx"), sees: 10, since: 26 * 60,
        code("upstream-nginx") {
          $0.mirror?.course = .fixed(
            MirrorState(status: "scheduled", failures: 0, lastUpdate: .at(beginning), lastSuccess: .null))
        }),
      Trouble(
        0, "ReplicationNeverSucceeded", policy(5, "to-edge"), sees: 10, since: 24 * 60,
        Self.world {
          $0.projects[0].instances[0].replicationPolicies[4].executions = SimulatedHistory()
        }),
      Trouble(
        560, "MirrorDisabled", mirror("terraform-modules"), sees: 10,
        code("terraform-modules") { $0.mirror?.isEnabled = false }),
      Trouble(580, "MirrorVanished", mirror("handbook"), sees: 10, code("handbook") { $0.mirror = nil }),
      Trouble(
        600, "SyncRuleDisabled", rule("platform", "tools/build", platformRule.remoteRegionID, platformRule.id),
        sees: 30,
        Self.world { $0.projects[0].organisations[0].repositories[2].rules[0].isAutomatic = false }),
      Trouble(
        620, "SyncRuleVanished",
        [
          "project": "prod", "swr_namespace": "payments", "repository": "tools/build",
          "remote_region": paymentsRule.remoteRegionID, "remote_namespace": "payments-mirror",
        ], sees: 30,
        Self.world { $0.projects[0].organisations[1].repositories[2].rules.remove(at: 1) }),

      // Image caches.
      Trouble(640, "ImageCacheFailed", cache(0), sees: 5, cacheState(0, "Failed")),
      Trouble(660, "ImageCacheUnavailable", cache(1), sees: 5, cacheState(1, "Unavailable")),
      Trouble(680, "ImageCacheCreatingLong", cache(2), sees: 5, cacheState(2, "Creating")),
      Trouble(
        700, "ImageCacheExpiring", cache(3), sees: 5,
        Self.world { world in
          var cache = SimulatedImageCache.steady(3, beginning)
          cache.createdAt = .at(at(700, -29))
          world.projects[0].imageCaches[3] = .fixed(cache)
        }),
      Trouble(
        720, "ImageCacheVanished", cacheName(5), sees: 5, Self.world { $0.projects[0].imageCaches.removeLast() }),
      Trouble(
        985, "ImageCachesNearLimit", [:], sees: 5,
        Self.world { $0.projects[1].imageCaches = caches + (100..<134).map { .fixed(.steady($0, beginning)) } }),

      // The API and its credentials.
      Trouble(
        780, "DataStale", target("staging", "image_caches"), sees: 0, since: 780 + 15 + 5,
        and: [
          .also("TargetFailing", target("staging", "image_caches"), 780, sees: 16),
          .also("APIErrors", ["project": "staging", "api": "cce", "operation": "ListImageCaches"], 780 + 15, sees: 5),
        ]
      ) { $0.plant("down", .status(503), .listImageCaches, in: 1) },
      Trouble(900, mends: { $0.mend("down") }),
      Trouble(
        820, "Throttled", ["project": "prod", "api": "swr"], sees: 30
      ) { $0.plant("throttled", .throttled(), nil, path: "/v2/*", in: 0, .probability(0.3)) },
      Trouble(900, mends: { $0.mend("throttled") }),
      Trouble(
        920, "PermissionMissing", ["project": "staging", "collector": "namespaces"], sees: 30
      ) { $0.plant("forbidden", .status(403), .listInstanceNamespaces, in: 1) },
      Trouble(980, mends: { $0.mend("forbidden") }),
      // A token of four hours is renewed after 192 minutes, four fifths of it.
      Trouble(
        700, "CredentialsRenewalFailing", ["project": "research"], sees: 2, since: 768,
        and: [
          .also("CredentialsExpiring", ["project": "research"], 812, sees: 2),
          .also("CredentialsExpired", ["project": "research"], 816, sees: 2),
          .also(
            "APIErrors",
            ["project": "research", "api": "iam", "operation": "KeystoneCreateUserTokenByPassword"], 768, sees: 20),
          .also("TargetFailing", target("research", "registries", "research-images-1"), 816, sees: 4),
          .also("TargetFailing", target("research", "quotas"), 816, sees: 12),
          .also("TargetFailing", target("research", "discovery", "instances"), 816, sees: 12),
        ]
      ) { $0.plant("no tokens", .status(503), .createToken, in: nil) },
      Trouble(960, mends: { $0.mend("no tokens") }),
      Trouble(
        300, "RefreshesSkipped", target("lab", "namespaces", "lab-1"), sees: 75
      ) { $0.plant("slow", .delay(.seconds(500)), .listInstanceNamespaces, in: 4) },
      Trouble(480, mends: { $0.mend("slow") }),
      Trouble(
        1200, "CredentialsRejected", ["project": "lab"], sees: 5,
        and: [
          .also("TargetFailing", target("lab", "registries", "lab-1"), 1200, sees: 12),
          .also("TargetFailing", target("lab", "namespaces", "lab-1"), 1200, sees: 4),
          .also("TargetFailing", target("lab", "quotas"), 1200, sees: 12),
          .also("TargetFailing", target("lab", "discovery", "instances"), 1200, sees: 12),
        ]
      ) { $0.cloud.revokeKey("SIMULATEDACCESSKEY02") },

      // Discovery and configuration.
      Trouble(
        1020, "DiscoveryShrunk", target("prod", "discovery", "codearts_repositories"), sees: 5,
        Self.world { world in world.projects[0].codeRepositories.removeAll { $0.name.hasPrefix("plain-") } }),
      Trouble(
        1100, "DiscoveryEmpty", target("staging", "basic_repositories"), sees: 30,
        Self.world { $0.projects[1].organisations = [] }),
      Trouble(1040, "TargetGone", target("research", "quotas"), sees: 0) { day in
        try await day.reconfigure { configuration in
          for index in configuration.projects.indices where configuration.projects[index].name == "research" {
            configuration.projects[index].collectors.removeAll { $0.collector.key == "quotas" }
          }
        }
      },
      Trouble(1060, "SeriesLimitNear", target("lab", "quotas"), sees: 0) { day in
        try await day.reconfigure { configuration in
          for index in configuration.projects.indices where configuration.projects[index].name == "lab" {
            configuration.projects[index].collectors = try configuration.projects[index].collectors.map { configured in
              guard configured.collector.key == "quotas" else { return configured }
              var settings = configured.settings
              settings.maximumSeries = 2
              return try CollectorConfiguration(configured.collector, settings: settings)
            }
          }
        }
      },
      Trouble(1080, "ConfigReloadFailed", [:], sees: 0) { day in
        try await day.reload(.failure(ConfigurationError(source: "config.yaml", message: "is broken")))
      },
      Trouble(1098, mends: { try await $0.reconfigure { _ in } }),
    ].enumerated().sorted { ($0.element.minute, $0.offset) < ($1.element.minute, $1.offset) }.map(\.element)
  }
}
