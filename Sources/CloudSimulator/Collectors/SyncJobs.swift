import HTTPTransport
import System

extension Operation {
  package static let showSyncJob = Operation("ShowSyncJob")
}

extension Route {
  /// SWR basic: the jobs by which sync rules send images to other regions.
  static let syncJobs = [
    Route(
      .showSyncJob, path: "/v2/manage/namespaces/{namespace}/repos/{repository}/sync_job", service: .swrBasic,
      answer: showSyncJob)
  ]

  private static func showSyncJob(_ request: RouteRequest) throws(PageError) -> Reply {
    let filter = request.filter
    guard let limit = filter["limit"].flatMap({ Int($0) }), (1...1000).contains(limit),
      let offset = filter["offset"].flatMap({ Int($0) }), offset >= 0
    else { throw PageError(message: "the filter must have limit and offset") }
    guard ["asc", "desc", nil].contains(filter["order"]) else { throw PageError(message: "invalid order") }
    return request.forImageRepository { _, repository in
      if let status = repository.jobsRefusal {
        let code = status == 403 ? request.route.service.forbidden : "SVCSTG.SWR.\(status)0011"
        return request.failure(status, code, "The jobs can't be listed")
      }
      var jobs = repository.jobListing(at: request.now)
      if filter["order"] == "asc" { jobs.reverse() }
      let indices = request.indices(from: offset, limit: limit, of: jobs.count)
      let total = request.paging?.total(jobs.count) ?? jobs.count
      var json = request.writer()
      json.array { json in
        for index in indices { json.job(jobs[index], of: repository, request) }
      }
      return .json(json, headers: [HTTPHeader("Content-Range", "\(offset)-\(indices.count)/\(total)")])
    }
  }
}

extension JSONWriter {
  fileprivate mutating func job(
    _ job: SimulatedSyncJob, of repository: SimulatedImageRepository, _ request: RouteRequest
  ) {
    object(replacing: job.replacements) {
      $0.id("id", job.id)
      $0.time("createdAt", job.createdAt, job.times.text)
      $0.time("updatedAt", job.updatedAt, job.times.text)
      $0.string("namespace", request.parameters["namespace"])
      $0.string("repoName", repository.name)
      $0.string("tag", job.tag)
      $0.string("remoteRegionId", job.remoteRegionID)
      $0.string("remoteNamespace", job.remoteNamespace)
      $0.flag("override", job.overrides)
      $0.string("status", job.status)
      $0.string("syncOperatorId", "05949a2ca800d5d21f3cc01d2ee6a6ef")
      $0.string("syncOperatorName", "builder")
      $0.string("domainID", request.project?.domainID)
      $0.string("domainName", "simulated")
    }
  }
}

/// A job that sends one tag to another region; properties that are nil are left out of the answer.
package struct SimulatedSyncJob: Sendable {
  package static let statuses = ["waiting", "running", "success", "failed", "timeout", "cancel", "existed"]

  package var id: SimulatedID?
  package var tag: String
  package var remoteRegionID: String
  package var remoteNamespace: String
  package var overrides = true
  package var status: String?
  package var createdAt: SimulatedTime
  package var updatedAt: SimulatedTime
  /// How its times are written.
  package var times: TimePattern
  /// Raw JSON by field, as in `SimulatedInstance`.
  package var replacements: [String: String] = [:]

  package init(
    id: SimulatedID?, tag: String = "latest", remoteRegionID: String = "cn-north-1",
    remoteNamespace: String = "backup", status: String?, createdAt: SimulatedTime, updatedAt: SimulatedTime,
    times: TimePattern = .shortest
  ) {
    self.id = id
    self.tag = tag
    self.remoteRegionID = remoteRegionID
    self.remoteNamespace = remoteNamespace
    self.status = status
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.times = times
  }

  fileprivate var recency: Recency { Recency(time: times.shown(createdAt), id: id ?? "") }
}

extension SimulatedImageRepository {
  /// Returns the jobs, newest first.
  fileprivate func jobListing(at now: Timestamp) -> [SimulatedSyncJob] {
    jobs.runs(now).sorted { $1.recency < $0.recency }
  }
}

extension GeneratedProject {
  /// Returns the jobs of the repository with this number, to the targets of its rules and to one whose rule is gone.
  ///
  /// Some repositories have no jobs, and every eighth has more than the newest hundred.
  func syncJobs(_ repository: Int, rules: [SimulatedSyncRule]) -> SimulatedHistory<SimulatedSyncJob> {
    guard syncJobs > 0, !rules.isEmpty || repository % 10 == 9 else { return SimulatedHistory() }
    let own = SeededHash(seed: hash.bits(22, repository))
    let jobs = repository % 8 == 7 ? syncJobs + 110 : own.number(below: 2 * syncJobs + 1, 1)
    let targets = rules.map { ($0.remoteRegionID, $0.remoteNamespace) } + [("cn-southwest-2", "retired")]
    return SimulatedHistory { _ in
      (0..<jobs).map { number in
        let target = targets[own.number(below: targets.count, 8, number)]
        let (created, updated) = times(ofRun: number, of: jobs, own)
        let id = Int64(repository * 10_000 + number)
        let status: String? =
          switch own.number(below: 16, 9, number) {
          case 0..<7: SimulatedSyncJob.statuses[own.number(below: 7, 10, number)]
          case 7: ["Success", "", nil, "paused"][round: number]
          case 8: "failed"
          default: "success"
          }
        return SimulatedSyncJob(
          id: number % 6 == 5 ? .text(String(id)) : .number(id), tag: name("v", own.number(below: 12, 11, number)),
          remoteRegionID: target.0, remoteNamespace: target.1, status: status, createdAt: created, updatedAt: updated,
          times: TimePattern.allCases[own.number(below: TimePattern.allCases.count, 6, number)])
      }
    }
  }
}

extension DemoProject {
  /// Returns a job every 15 seconds, to the target of each rule in turn.
  ///
  /// Of eight jobs, one waits long and fails, and its tag is tried again a minute later.
  func syncJobs(_ repository: Int, rules: [SimulatedSyncRule]) -> SimulatedHistory<SimulatedSyncJob> {
    guard !rules.isEmpty else { return SimulatedHistory() }
    let pace = SteadyPace(start: beginning + .seconds(-repository), interval: .seconds(15), kept: 60)
    return SimulatedHistory { now in
      pace.runs(at: now).map { number, created, age in
        let place = ((number % 8) + 8) % 8
        let isSlow = place == 1
        let (waiting, running) = isSlow ? (40, 45) : (3, 6)
        let steps = [(waiting, "waiting"), (running, "running")]
        let step = steps.first { age < .seconds($0.0) }
        let changed = age < .seconds(waiting) ? 0 : age < .seconds(running) ? waiting : running
        // The fourth job after the slow one has the tag of that one.
        let tag = place == 5 ? number - 4 : number
        let rule = rules[round: tag]
        return SimulatedSyncJob(
          id: .number(Int64(repository * 1_000_000 + 100_000 + number)), tag: "build-\(100_000 + tag)",
          remoteRegionID: rule.remoteRegionID, remoteNamespace: rule.remoteNamespace,
          status: step?.1 ?? (isSlow ? "failed" : place == 6 ? "existed" : "success"), createdAt: .at(created),
          updatedAt: .at(created + .seconds(changed)))
      }
    }
  }
}

/// The region and the namespace that a rule sends images to.
package struct SyncTarget: Sendable, Hashable {
  package var region: String
  package var namespace: String

  package init(region: String, namespace: String) {
    self.region = region
    self.namespace = namespace
  }
}

/// The truth about a repository's jobs to one target, among the newest hundred of all its jobs.
package struct SyncJobTruth: Sendable, Hashable {
  package var lastStatus: String
  package var lastCreated: Timestamp?
  /// The time at which the newest job with the status `success` or `existed` was updated.
  package var lastSuccess: Timestamp?
  /// The number of tags whose newest job has the status `failed`, `timeout` or `cancel`.
  package var failingTags: Int
  /// The number of jobs by status, including 0.
  package var jobs: [String: Int]
  /// The time at which the oldest waiting job was created.
  package var oldestWaiting: Timestamp?
}

extension World {
  /// Returns the truth about the jobs of a repository of SWR basic at a time, by target; empty if they are refused.
  package func syncJobTruth(
    projectID: String, namespace: String, repository: String, at now: Timestamp
  ) -> [SyncTarget: SyncJobTruth] {
    let organisation = project(projectID)?.organisations.first { $0.name == namespace }
    guard let repository = organisation?.repositories.first(where: { $0.name == repository }),
      repository.jobsRefusal == nil
    else { return [:] }
    var seen: Set<String> = []
    let newest = repository.jobListing(at: now).prefix(100).filter { job in
      job.id.map { seen.insert($0.label).inserted } ?? false
    }
    return Dictionary(grouping: newest) { SyncTarget(region: $0.remoteRegionID, namespace: $0.remoteNamespace) }
      .compactMapValues(SyncJobTruth.init)
  }
}

extension SyncJobTruth {
  fileprivate init?(_ newestFirst: [SimulatedSyncJob]) {
    guard let last = newestFirst.first else { return nil }
    let success = newestFirst.first { ["success", "existed"].contains($0.status) }
    let newestByTag = Dictionary(newestFirst.map { ($0.tag, $0) }) { first, _ in first }
    lastStatus = knownStatus(last.status, SimulatedSyncJob.statuses)
    lastCreated = last.times.shown(last.createdAt)
    lastSuccess = success.flatMap { $0.times.shown($0.updatedAt) }
    failingTags = newestByTag.values.count { ["failed", "timeout", "cancel"].contains($0.status) }
    jobs = countedStatuses(newestFirst.map(\.status), known: SimulatedSyncJob.statuses)
    oldestWaiting = newestFirst.filter { $0.status == "waiting" }.compactMap { $0.times.shown($0.createdAt) }.min()
  }
}
