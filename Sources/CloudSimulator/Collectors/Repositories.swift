import HuaweiCloud

extension Operation {
  package static let listInstanceRepositories = Operation("ListInstanceRepositories")
}

extension Route {
  /// SWR Enterprise: the repositories of an instance.
  static let repositories = [
    Route(
      .listInstanceRepositories, path: "/v2/{project_id}/instances/{instance_id}/repositories",
      service: .swrEnterprise, answer: listInstanceRepositories)
  ]

  private static func listInstanceRepositories(_ request: RouteRequest) throws(PageError) -> Reply {
    guard let instance = request.instance else { return request.missingInstance }
    let page = try OffsetPage(request)
    var repositories = instance.repositories
    if let id = request.value("namespace_id") { repositories = repositories.filter { $0.namespaceID?.label == id } }
    repositories = try request.ordered(
      repositories,
      by: [
        "created_at": { $0.createdAt.sortKey < $1.createdAt.sortKey },
        "updated_at": { $0.updatedAt.sortKey < $1.updatedAt.sortKey },
      ])
    var json = request.writer()
    json.object {
      $0.array("repositories") { json in
        for repository in page.elements(of: repositories) { json.repository(repository, request) }
      }
      $0.integer("total", page.total(of: repositories))
    }
    return .json(json)
  }
}

extension JSONWriter {
  fileprivate mutating func repository(_ repository: SimulatedRepository, _ request: RouteRequest) {
    object(replacing: repository.replacements) {
      $0.id("id", repository.id)
      $0.string("name", repository.name)
      $0.string("namespace_name", repository.namespaceName)
      $0.id("namespace_id", repository.namespaceID)
      $0.integer("tag_count", request.value(of: repository.tags))
      $0.integer("pull_count", request.value(of: repository.pulls))
      $0.integer("artifact_count", request.value(of: repository.artifacts))
      $0.string("description", "")
      $0.time("created_at", repository.createdAt, repository.times.text)
      $0.time("updated_at", repository.updatedAt, repository.times.text)
    }
  }
}

/// A repository of an SWR Enterprise instance; what is nil is left out of the answer.
package struct SimulatedRepository: Sendable {
  package var id: SimulatedID?
  package var name: String?
  package var namespaceName: String?
  package var namespaceID: SimulatedID?
  package var tags: SimulatedCount
  package var pulls: SimulatedCount
  package var artifacts: SimulatedCount
  package var createdAt: SimulatedTime = .at(Timestamp(seconds: 1_704_067_200))
  package var updatedAt: SimulatedTime = .at(Timestamp(seconds: 1_704_153_600))
  /// How its times are written.
  package var times: TimePattern = .milliseconds
  /// Raw JSON by field, as in `SimulatedInstance`.
  package var replacements: [String: String] = [:]

  package init(
    id: SimulatedID?, name: String?, namespaceName: String? = "library", namespaceID: SimulatedID? = 1,
    tags: SimulatedCount = 1, pulls: SimulatedCount = 0, artifacts: SimulatedCount = 1
  ) {
    self.id = id
    self.name = name
    self.namespaceName = namespaceName
    self.namespaceID = namespaceID
    self.tags = tags
    self.pulls = pulls
    self.artifacts = artifacts
  }
}
