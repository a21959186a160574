import HTTPTransport
import HuaweiCloud

extension Operation {
  package static let showSyncJob = Operation("ShowSyncJob")
}

extension Route {
  /// SWR basic: what became of each image that a sync rule sent to another region.
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

/// One tag on its way to another region; what is nil is left out of the answer.
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
  /// The jobs, newest first.
  fileprivate func jobListing(at now: Timestamp) -> [SimulatedSyncJob] {
    jobs.runs(now).sorted { $1.recency < $0.recency }
  }
}
