import HuaweiCloud
import System

extension Collector {
  /// Which repositories sync to which region, and whether they do so automatically.
  package static let syncRules = Collector(
    "sync_rules", "Automatic sync rules of SWR repositories.", every: .seconds(1800),
    objects: .imageRepositories(foundBy: .imageRepositories),
    ask: .of(RepositoryRules.self) { setup in
      // The list has no pages and holds 100 rules at most (assumption `rules-in-one-answer`).
      let rules = setup.asks(
        Listing(
          SyncRule.self, in: nil,
          .get(
            .swr, "ListImageAutoSyncReposDetails", "/v2/manage/namespaces/{namespace}/repos/{repository}/sync_repo",
            permission: "swr:repo:listAutoSyncRepoJobs")), costs: .each(.basicRepositories))
      return { run, object throws(CloudError) in
        do throws(CloudError) {
          let repository = ["repository": ImageRepository.nameInPath(object.key)]
          let listed = try await run.all(rules, filling: repository)
          guard listed.count < 100, run.notes.unusable == 0 else {
            throw CloudError(
              .malformed, operation: rules.listing.endpoint.operation,
              message: listed.count < 100
                ? "\(run.notes.unusable) rules have no id"
                : "there are 100 rules or more, and the cloud lists no more than 100")
          }
          return .found(
            RepositoryRules(namespace: run.target.scope, repository: object.key, rules: listed))
        } catch {
          // A repository that discovery found may be deleted meanwhile; one that the configuration names must exist.
          if error.reason == .notFound, !object.isConfigured { return .gone }
          throw error
        }
      }
    },
    labels: ["repository": { $0.repository }],
    metrics: [
      .each(
        { $0.rules },
        [
          "rule_id": { $0.id }, "remote_region": { $0.remoteRegionID }, "remote_namespace": { $0.remoteNamespace },
        ],
        [
          .count(
            "huaweicloud_swr_sync_rules",
            "Automatic sync rules of the repository, 0 for a watched repository without any."),
          .gauge(
            "huaweicloud_swr_sync_rule_auto_enabled",
            "Whether the rule syncs images by itself when they are pushed; one that is switched off may vanish instead."
          ) { $0.isAutomatic },
          .gauge(
            "huaweicloud_swr_sync_rule_override_enabled",
            "Whether the rule overwrites images of the same name in the target."
          ) { $0.overrides },
          .gauge(
            "huaweicloud_swr_sync_rule_created_timestamp_seconds", "When the sync rule was created, in Unix time."
          ) { $0.createdAt },
          .gauge(
            "huaweicloud_swr_sync_rule_updated_timestamp_seconds", "When the sync rule was last changed, in Unix time."
          ) { $0.updatedAt },
        ])
    ],
    // The fact is kept for a day, so that a rule that vanishes while its jobs go on shows as a difference between the
    // two (assumption `switched-off-rules`).
    yields: Yield(.repositoriesWithRules, keptFor: .seconds(86_400)) { found in
      found.rules.isEmpty ? nil : ImageRepository(namespace: found.namespace, name: found.repository)
    })
}

/// The rules of one repository of SWR basic.
struct RepositoryRules: Sendable {
  let namespace: String
  let repository: String
  let rules: [SyncRule]
}

/// An automatic sync rule.
struct SyncRule: ListedObject {
  let id: String
  let remoteRegionID: String?
  let remoteNamespace: String?
  let isAutomatic: Bool?
  let overrides: Bool?
  let createdAt: Timestamp?
  let updatedAt: Timestamp?

  var identity: String { id }

  init(_ json: JSON) throws(JSONFault) {
    id = try json.required("id", \.identifier)
    remoteRegionID = json["remoteRegionId"].string
    remoteNamespace = json["remoteNamespace"].string
    isAutomatic = json["syncAuto"].boolean
    overrides = json["override"].boolean
    createdAt = json["createdAt"].timestamp
    updatedAt = json["updatedAt"].timestamp
  }
}
