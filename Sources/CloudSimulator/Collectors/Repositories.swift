import System

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

/// A repository of an SWR Enterprise instance; properties that are nil are left out of the answer.
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

extension ArtifactMaker {
  /// Returns the repositories that the artifacts are in; there are as many artifacts at a time as `count` says.
  func repositories(
    of count: @escaping @Sendable (Timestamp) -> Int, namespaces names: [String]
  ) -> [SimulatedRepository] {
    (0..<repositories).map { number in
      let place = repository(number)
      var made = SimulatedRepository(
        id: number % 31 == 30 ? .text(String(place.id)) : .number(place.id), name: place.name,
        namespaceName: names[number % namespaces], namespaceID: .number(place.namespaceID))
      made.artifacts = SimulatedCount { now in Int64(max(0, (count(now) - number + repositories - 1) / repositories)) }
      made.tags = SimulatedCount { now in
        let own = stride(from: number, to: count(now), by: repositories)
        return own.reduce(0) { $0 + Int64(tags($1).count) }
      }
      made.pulls =
        number % 29 == 28
        ? SimulatedCount(nil)
        : .growing(
          from: Int64(hash.number(below: 100_000, 20, number)), by: Int64(hash.number(below: 4, 21, number)),
          every: .seconds(5))
      made.createdAt = .at(beginning + .seconds(-(200 + number % 100) * 86_400))
      made.updatedAt = number % 19 == 18 ? .absent : .at(beginning + .seconds(-hash.number(below: 86_400, 22, number)))
      made.times = TimePattern.allCases[round: number]
      return made
    }
  }
}

extension DemoProject {
  /// The repositories of the instance that is too old to list its artifacts.
  var archivedRepositories: [SimulatedRepository] {
    ["releases", "releases/arm64", "legacy"].enumerated().map { index, name in
      var made = SimulatedRepository(
        id: .number(Int64(900 + index)), name: name, namespaceName: "archive", namespaceID: 80,
        tags: SimulatedCount(Int64(40 - 10 * index)),
        pulls: .growing(from: Int64(1200 * (index + 1)), every: .seconds(20 + 40 * index)),
        artifacts: SimulatedCount(Int64(60 - 10 * index)))
      (made.createdAt, made.updatedAt) = (ago(700 - index), ago(30 + index))
      return made
    }
  }
}

/// The truth about a repository of an instance.
package struct RepositoryTruth: Sendable, Hashable {
  package var name: String
  package var namespace: String
  package var pulls: Int64?
  package var artifacts: Int64?
  package var tags: Int64?
  package var created: Timestamp?
  package var updated: Timestamp?
}

extension World {
  /// Returns the truth about an instance's repositories at a time, by id; the first of several with one id counts.
  package func repositoryTruth(instanceID: String, at now: Timestamp) -> [String: RepositoryTruth] {
    let all = (instance(instanceID)?.repositories ?? []).compactMap { repository in
      repository.id.map { id in
        (
          id.label,
          RepositoryTruth(
            name: repository.name ?? "", namespace: repository.namespaceName ?? "",
            pulls: repository.pulls.value(at: now, since: beginning),
            artifacts: repository.artifacts.value(at: now, since: beginning),
            tags: repository.tags.value(at: now, since: beginning),
            created: repository.times.shown(repository.createdAt), updated: repository.times.shown(repository.updatedAt)
          )
        )
      }
    }
    return Dictionary(all) { first, _ in first }
  }
}
