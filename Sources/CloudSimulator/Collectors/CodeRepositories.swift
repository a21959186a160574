extension Operation {
  package static let listUserRepositories = Operation("ListCurrentUserRepositories")
}

extension SimulatedService {
  package static let codeArtsRepo = SimulatedService(errors: .flat, refusedPage: "CH.004400", forbidden: "CH.004403")
}

extension Route {
  static let codeRepositories = [
    Route(.listUserRepositories, path: "/v4/user/repositories", service: .codeArtsRepo, answer: listUserRepositories)
  ]

  private static func listUserRepositories(_ request: RouteRequest) throws(PageError) -> Reply {
    let page = try OffsetPage(request, defaultLimit: 20, needsMultiple: false)
    let repositories = request.project?.codeRepositories ?? []
    var json = request.writer()
    json.array { json in
      for repository in page.elements(of: repositories) {
        json.object {
          $0.integer("id", repository.id)
          $0.string("name", repository.name)
          $0.string("namespace", repository.group)
          $0.string("path", repository.name)
          $0.string("visibility", "private")
          $0.flag("archived", false)
          $0.integer("status", 0)
          $0.string("project_name", repository.group)
          $0.string("http_url_to_repo", "https://codehub.example.com/\(repository.group)/\(repository.id).git")
          $0.string("last_activity_at", "2025-06-01T10:00:00.000+08:00")
        }
      }
    }
    return .json(json)
  }
}

/// A repository of CodeArts Repo.
package struct SimulatedCodeRepository: Sendable {
  package var id: Int64
  package var name: String
  package var group: String
  /// The mirror; a repository without one is answered with 404.
  package var mirror: SimulatedMirror?
  /// Whether the caller is not a member of the repository, and gets 403 instead of its mirror.
  package var isForbidden: Bool

  package init(
    id: Int64, name: String, group: String = "platform", mirror: SimulatedMirror? = nil, isForbidden: Bool = false
  ) {
    self.id = id
    self.name = name
    self.group = group
    self.mirror = mirror
    self.isForbidden = isForbidden
  }
}

extension GeneratedProject {
  /// Returns repositories of which every eleventh is forbidden, whether or not it has a mirror.
  func codeRepositories(_ count: Int) -> [SimulatedCodeRepository] {
    (0..<count).map { index in
      SimulatedCodeRepository(
        id: Int64(2_000_000 + index), name: name("code", index), mirror: mirror(index), isForbidden: index % 11 == 10)
    }
  }
}

extension DemoProject {
  var codeRepositories: [SimulatedCodeRepository] {
    let names = ["linux-config", "payments-api", "terraform-modules", "handbook", "upstream-nginx", "docs"]
    return names.enumerated().map { index, name in
      // In `staging`, the last repository is another user's: the key may list it, but not read its mirror.
      SimulatedCodeRepository(
        id: Int64(2_111_985_337 + index + (isProduction ? 0 : 100)), name: name, mirror: mirror(name, index),
        isForbidden: !isProduction && name == "docs")
    }
  }
}
