import HuaweiCloud
import System

extension Collector {
  /// Whether synced images arrive in the other region.
  package static let syncJobs = Collector(
    "sync_jobs", "Jobs by which SWR repositories sync to other regions.", every: .seconds(600),
    objects: .imageRepositories(
      foundBy: .repositoriesWithRules, standard: "where `sync_rules` finds rules", follows: "sync_rules"),
    ask: .of(RepositoryJobs.self) { setup in
      let jobs = setup.asks(
        Listing(
          SyncJob.self, in: nil,
          .get(
            .swr, "ShowSyncJob", "/v2/manage/namespaces/{namespace}/repos/{repository}/sync_job",
            permission: "swr:repo:getSyncRepoJobInfo"),
          // Assumption `jobs-newest-first`.
          query: ["filter": "limit::100|offset::0|order::desc"]), costs: .each(.syncedRepositories))
      return { run, object throws(CloudError) in
        do throws(CloudError) {
          let repository = ["repository": ImageRepository.nameInPath(object.key)]
          return .found(RepositoryJobs(repository: object.key, jobs: try await run.all(jobs, filling: repository)))
        } catch {
          // The cloud may answer so, too, if there is no job (assumption `no-jobs-is-empty`).
          guard error.reason == .notFound else { throw error }
          return .found(RepositoryJobs(repository: object.key, jobs: []))
        }
      }
    },
    labels: ["repository": { $0.repository }],
    metrics: [
      .each(
        { $0.targets }, ["remote_region": { $0.region }, "remote_namespace": { $0.namespace }],
        [
          .states(
            "huaweicloud_swr_sync_last_job_status",
            "Status of the newest sync job: 1 for the state it is in, 0 for the others.", SyncJob.states
          ) { $0.newest?.status },
          .gauge(
            "huaweicloud_swr_sync_last_job_created_timestamp_seconds",
            "When the newest sync job was created, in Unix time."
          ) { $0.newest?.createdAt },
          .gauge(
            "huaweicloud_swr_sync_last_success_timestamp_seconds",
            "When the newest sync job that was a success ended, in Unix time; the image was there already counts as one."
          ) { $0.lastSuccess },
          .gauge("huaweicloud_swr_sync_failing_tags", "Tags whose newest sync job failed, timed out or was canceled.") {
            $0.failingTags
          },
          .gauges("huaweicloud_swr_sync_jobs", "Sync jobs among the newest hundred, by status.", by: "status") {
            $0.byStatus
          },
          .gauge(
            "huaweicloud_swr_sync_oldest_waiting_timestamp_seconds",
            "When the oldest sync job that waits was created, in Unix time; absent where none waits."
          ) { $0.oldestWaiting },
        ])
    ])
}

/// A sync job, which brings one tag to one region.
struct SyncJob: ListedObject {
  static let states = ["waiting", "running", "success", "failed", "timeout", "cancel", "existed"]

  let id: String
  let status: String?
  let tag: String?
  let region: String?
  let namespace: String?
  let createdAt: Timestamp?
  let updatedAt: Timestamp?

  var identity: String { id }

  init(_ json: JSON) throws(JSONFault) {
    id = try json.required("id", \.identifier)
    status = json["status"].state
    tag = json["tag"].string
    region = json["remoteRegionId"].string
    namespace = json["remoteNamespace"].string
    createdAt = json["createdAt"].timestamp
    updatedAt = json["updatedAt"].timestamp
  }

  var recency: Recency { Recency(moment: createdAt, id: id) }
}

/// The newest jobs of one repository.
struct RepositoryJobs: Sendable {
  /// The jobs to one region and organisation, newest first.
  struct Target: Sendable {
    let region: String?
    let namespace: String?
    let jobs: [SyncJob]

    var newest: SyncJob? { jobs.first }

    var lastSuccess: Timestamp? { jobs.first { $0.status == "success" || $0.status == "existed" }?.updatedAt }

    var failingTags: Int {
      var seen: Set<String> = []
      return jobs.filter { seen.insert($0.tag ?? "").inserted }
        .count { ["failed", "timeout", "cancel"].contains($0.status) }
    }

    var byStatus: [(String, Int)] { jobs.map { $0.status ?? "" }.counts(of: SyncJob.states) }

    var oldestWaiting: Timestamp? { jobs.filter { $0.status == "waiting" }.compactMap(\.createdAt).min() }
  }

  let repository: String
  let targets: [Target]

  init(repository: String, jobs: [SyncJob]) {
    self.repository = repository
    let byTarget = Dictionary(grouping: jobs) { [$0.region ?? "", $0.namespace ?? ""] }
    targets = byTarget.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { key, jobs in
      Target(region: key[0], namespace: key[1], jobs: jobs.sorted { $0.recency > $1.recency })
    }
  }
}
