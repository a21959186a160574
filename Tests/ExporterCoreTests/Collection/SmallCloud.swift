import CloudSimulator
import HuaweiCloud
import System
import TestSupport

/// A project with something for each collector, every listing longer than a page where it has pages.
enum SmallCloud {
  static let projectID = "0b7a3c5d9e1f42688ab1c2d3e4f50617"
  static let instance = "instance-a"
  static let mirrored: [Int64] = [101, 102, 103]

  static func world(registries: Int = 130, artifacts: Int = 250) -> World {
    World(projects: [project(registries: registries, artifacts: artifacts)])
  }

  static func project(
    id: String = projectID, name: String = "cn-north-4", instance: String = instance, registries: Int = 130,
    artifacts: Int = 250
  ) -> SimulatedProject {
    var project = SimulatedProject(
      id: id, name: name,
      instances: [
        SimulatedInstance(
          id: instance, name: "a", registries: (1...registries).map { registry(Int64($0)) },
          namespaces: [SimulatedNamespace(id: 1, name: "library")],
          artifacts: ArtifactListing((0..<artifacts).map(artifact)), repositories: (1...130).map(repository),
          replicationPolicies: [replication(1, runs: 3), replication(2, runs: 150), replication(3, runs: 0)],
          retentionPolicies: [retention(11, runs: 4), retention(12, runs: 0)], credentials: (1...130).map(credential))
      ],
      organisations: [
        SimulatedOrganisation(
          id: 1, name: "group",
          repositories: ["one", "two", "three"].enumerated().map { index, name in
            SimulatedImageRepository(
              name: name, rules: [SimulatedSyncRule(id: Int64(index + 1))], jobs: SimulatedHistory(jobs))
          })
      ],
      codeRepositories: mirrored.map { SimulatedCodeRepository(id: $0, name: "code-\($0)", mirror: mirror($0)) },
      imageCaches: (0..<3).map { .fixed(cache($0)) })
    project.quotas = [SimulatedQuota(key: "namespace", limit: 5, used: 1)]
    return project
  }

  static func repository(_ id: Int) -> SimulatedRepository {
    SimulatedRepository(id: .number(Int64(id)), name: "repository-\(id)", pulls: SimulatedCount(Int64(id)))
  }

  /// A policy whose last run failed.
  static func replication(_ id: Int64, runs: Int) -> SimulatedReplicationPolicy {
    SimulatedReplicationPolicy(
      id: .number(id), name: "replication-\(id)",
      executions: SimulatedHistory(
        (0..<runs).map { run in
          SimulatedReplicationExecution(
            id: .number(id * 1000 + Int64(run)), status: run == runs - 1 ? "Failed" : "Succeed", createdAt: time(run),
            updatedAt: time(run))
        }))
  }

  /// A policy whose last run succeeded.
  static func retention(_ id: Int64, runs: Int) -> SimulatedRetentionPolicy {
    SimulatedRetentionPolicy(
      id: .number(id), name: "retention-\(id)",
      executions: SimulatedHistory(
        (0..<runs).map { run in
          SimulatedRetentionExecution(
            id: .number(id * 1000 + Int64(run)), status: "Succeed", startedAt: time(run), endedAt: time(run))
        }))
  }

  static func credential(_ id: Int) -> SimulatedCredential {
    SimulatedCredential(id: .number(Int64(id)), name: "credential-\(id)", expiresAt: time(id), isOwn: id % 2 == 0)
  }

  static let jobs: [SimulatedSyncJob] = [
    SimulatedSyncJob(id: 1, tag: "v1", status: "success", createdAt: time(1), updatedAt: time(2)),
    SimulatedSyncJob(id: 2, tag: "v2", status: "failed", createdAt: time(3), updatedAt: time(4)),
  ]

  private static func time(_ hour: Int) -> SimulatedTime { .at(Timestamp(seconds: 1_700_000_000 + Int64(hour) * 3600)) }

  static func registry(_ id: Int64) -> SimulatedRegistry {
    var registry = SimulatedRegistry(
      id: id, name: "registry-\(id)", status: .always(id % 3 == 0 ? "unhealthy" : "healthy"))
    registry.createdAt = .at(Timestamp(seconds: 1_600_000_000 + id))
    return registry
  }

  static func artifact(_ index: Int) -> SimulatedArtifact {
    SimulatedArtifact(
      id: Int64(index + 1), repositoryID: Int64(index % 5), repositoryName: "repository-\(index % 5)", namespaceID: 1,
      digest: "sha256:\(index)", size: Int64(1000 + index), pushedAt: .at(Timestamp(seconds: 1_700_000_000)),
      tags: .names(["v\(index)"]))
  }

  static func mirror(_ id: Int64, failures: Int64 = 0) -> SimulatedMirror {
    SimulatedMirror(
      id: id * 10,
      course: .fixed(
        MirrorState(
          status: "finished", failures: failures, lastUpdate: .at(Timestamp(seconds: 1_700_000_000)),
          lastSuccess: .at(Timestamp(seconds: 1_700_000_000)))))
  }

  static func cache(_ index: Int) -> SimulatedImageCache {
    SimulatedImageCache(
      id: "cache-\(index)", name: "cache-\(index)", createdAt: .at(Timestamp(seconds: 1_700_000_000)),
      images: ["registry.example.com/image:\(index)"])
  }

  /// One project of this cloud; `more` are further lines of it, `collectors` all of them with nothing to discover.
  static func yaml(
    _ cloud: CloudSimulator, defaults: String, more: String = "", collectors: String? = nil,
    credentials: String = "{token: t}", name: String = "prod"
  ) -> String {
    """
    defaults: {\(defaults)}
    projects:
      - {name: \(name), region: cn-north-4, project_id: \(projectID), requests_per_second: 100000,
         credentials: \(credentials), \(endpoints(cloud.url)), \(more)
         collectors: \(collectors ?? listed)}
    """
  }

  static let listed = "{\(others), artifacts: {instances: [\(instance)]}}"

  /// Another collector, from `outcomes`, beside those that read nothing of what it reads.
  static func listed(with outcome: String) -> String { "{\(others), \(outcome)}" }

  private static let others = """
    registries: {instances: [\(instance)]}, sync_rules: {repositories: [group/one, group/two, group/three]},
     mirrors: {repository_ids: [101, 102, 103]}, image_caches: {}
    """

  /// The other collectors with nothing to discover, by their keys.
  static let outcomes = [
    "replications": "replications: {instances: [\(instance)]}",
    "sync_jobs": "sync_jobs: {repositories: [group/one, group/two, group/three]}",
    "repositories": "repositories: {instances: [\(instance)]}", "basic_repositories": "basic_repositories: {}",
    "namespaces": "namespaces: {instances: [\(instance)]}", "statistics": "statistics: {instances: [\(instance)]}",
    "quotas": "quotas: {}", "long_term_credentials": "long_term_credentials: {instances: [\(instance)]}",
    "retentions": "retentions: {instances: [\(instance)]}",
  ]
}
