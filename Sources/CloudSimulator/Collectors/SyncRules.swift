import System

extension Operation {
  package static let listImageAutoSyncRepos = Operation("ListImageAutoSyncReposDetails")
}

extension Route {
  static let syncRules = [
    Route(
      .listImageAutoSyncRepos, path: "/v2/manage/namespaces/{namespace}/repos/{repository}/sync_repo",
      service: .swrBasic, answer: listImageAutoSyncRepos)
  ]

  private static func listImageAutoSyncRepos(_ request: RouteRequest) -> Reply {
    request.forImageRepository { organisation, repository in
      var json = request.writer()
      json.array { json in
        for rule in repository.rules {
          json.object(replacing: rule.replacements) {
            $0.time("createdAt", rule.createdAt, CloudDate.rfc3339Nano)
            $0.string("domainID", request.project?.domainID)
            $0.string("domainName", "simulated")
            $0.integer("id", rule.id)
            $0.string("namespace", organisation.name)
            $0.flag("override", rule.overrides)
            $0.string("remoteNamespace", rule.remoteNamespace)
            $0.string("remoteRegionId", rule.remoteRegionID)
            $0.string("repoName", repository.name)
            $0.flag("syncAuto", rule.isAutomatic)
            $0.time("updatedAt", rule.updatedAt, CloudDate.rfc3339Nano)
          }
        }
      }
      return .json(json)
    }
  }
}

/// An automatic sync rule of a repository.
package struct SimulatedSyncRule: Sendable {
  package var id: Int64
  package var remoteRegionID: String
  package var remoteNamespace: String
  package var isAutomatic: Bool
  package var overrides: Bool
  package var createdAt: SimulatedTime
  package var updatedAt: SimulatedTime
  /// Raw JSON by field, as in `SimulatedInstance`.
  package var replacements: [String: String] = [:]

  package init(
    id: Int64, remoteRegionID: String = "cn-north-1", remoteNamespace: String = "backup", isAutomatic: Bool = true,
    overrides: Bool = true,
    createdAt: SimulatedTime = .at(Timestamp(seconds: 1_587_089_463, nanoseconds: 531_830_000)),
    updatedAt: SimulatedTime = .at(Timestamp(seconds: 1_587_089_463, nanoseconds: 531_831_000))
  ) {
    self.id = id
    self.remoteRegionID = remoteRegionID
    self.remoteNamespace = remoteNamespace
    self.isAutomatic = isAutomatic
    self.overrides = overrides
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }
}

extension GeneratedProject {
  /// Returns up to two rules for the repository with this number.
  func syncRules(_ repository: Int) -> [SimulatedSyncRule] {
    (0..<hash.number(below: 3, 3, repository)).map { syncRule(repository * 2 + $0) }
  }

  private func syncRule(_ index: Int) -> SimulatedSyncRule {
    var rule = SimulatedSyncRule(
      id: Int64(45 + index), remoteRegionID: ["cn-north-1", "cn-south-1", "ap-southeast-1"][index % 3],
      remoteNamespace: name("backup", index % 9),
      isAutomatic: hash.number(below: 4, 4, index) > 0, overrides: hash.number(below: 2, 5, index) == 0)
    rule.createdAt = index % 17 == 16 ? .null : .at(time(index, 6))
    rule.updatedAt = index % 13 == 12 ? .absent : .at(time(index, 7))
    return rule
  }
}

extension DemoProject {
  /// Returns the rules of a repository of an organisation, both by number.
  func syncRules(_ organisation: Int, _ name: String, _ repository: Int) -> [SimulatedSyncRule] {
    (0..<[1, 0, 2, 1, 0][repository]).map { rule in
      SimulatedSyncRule(
        id: Int64(45 + organisation * 100 + repository * 10 + rule),
        remoteRegionID: rule == 0 ? "cn-north-1" : "cn-south-1", remoteNamespace: name + "-mirror",
        isAutomatic: repository != 3, overrides: rule == 0, createdAt: ago(100 + repository),
        updatedAt: ago(repository))
    }
  }
}
