import HuaweiCloud

extension Collector {
  /// Which repositories sync to which region, automatically or not?
  static let syncRules = Collector(
    name: "sync_rules",
    summary: "Automatic sync rules of SWR repositories.",
    operation: "ListImageAutoSyncReposDetails",
    defaultInterval: .seconds(1800),
    scope: .organisation,
    options: [.repositories],
    metrics: SyncRuleMetrics.all,
    method: .objects(
      ask: { refresh, object throws(CloudError) in
        let repository = ImageRepository(namespace: refresh.target.scope, name: object.key)
        do throws(CloudError) {
          let rules = try await refresh.client.syncRules(of: repository)
          return .found(SyncRuleMetrics.describe(rules, of: repository, project: refresh.target.project))
        } catch {
          // A repository that discovery found may be deleted meanwhile; one that the configuration names must exist.
          // The gateway's own 404 is about the whole API, not about this repository.
          if error.reason == .notFound, !error.saysNotPublished, !object.isConfigured { return .gone }
          throw error
        }
      },
      summarise: { _, _ in [] }))
}

enum SyncRuleMetrics {
  private static let identity = [
    "project", "swr_namespace", "repository", "rule_id", "remote_region", "remote_namespace",
  ]

  static let count = MetricDescriptor(
    "huaweicloud_swr_sync_rules", labels: ["project", "swr_namespace", "repository"],
    help: "Automatic sync rules of the repository, 0 for a watched repository without any.")
  static let automatic = MetricDescriptor(
    "huaweicloud_swr_sync_rule_auto_enabled", labels: identity,
    help: "Whether the rule syncs images by itself when they are pushed.")
  static let overrides = MetricDescriptor(
    "huaweicloud_swr_sync_rule_override_enabled", labels: identity,
    help: "Whether the rule overwrites images of the same name in the target.")
  static let created = MetricDescriptor(
    "huaweicloud_swr_sync_rule_created_timestamp_seconds", labels: identity,
    help: "When the sync rule was created, in Unix time.")
  static let updated = MetricDescriptor(
    "huaweicloud_swr_sync_rule_updated_timestamp_seconds", labels: identity,
    help: "When the sync rule was last changed, in Unix time.")

  static let all = [count, automatic, overrides, created, updated]

  static func describe(_ rules: [SyncRule], of repository: ImageRepository, project: String) -> [Family] {
    let scope = LabelSet([
      "project": project, "swr_namespace": repository.namespace, "repository": repository.name,
    ])
    let unique = rules.uniqued { identity(of: $0, in: scope) }
    let count = Family(Self.count, [Sample(scope, Double(unique.count))])
    var automatic = Family(Self.automatic)
    var overrides = Family(Self.overrides)
    var created = Family(Self.created)
    var updated = Family(Self.updated)
    for rule in unique {
      let labels = identity(of: rule, in: scope)
      automatic.add(labels, rule.isAutomatic)
      overrides.add(labels, rule.overrides)
      created.add(labels, rule.createdAt)
      updated.add(labels, rule.updatedAt)
    }
    return [count, automatic, overrides, created, updated]
  }

  private static func identity(of rule: SyncRule, in repository: LabelSet) -> LabelSet {
    repository.adding("rule_id", String(rule.id))
      .adding("remote_region", rule.remoteRegionID ?? "")
      .adding("remote_namespace", rule.remoteNamespace ?? "")
  }
}
