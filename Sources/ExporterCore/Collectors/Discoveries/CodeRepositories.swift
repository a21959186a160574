import HuaweiCloud

extension Collector {
  /// The user's repositories of CodeArts Repo; only a request for its mirror tells whether one is a mirror.
  static let codeRepositories = Collector.discovery(
    "codearts_repositories", "Repositories of CodeArts Repo.",
    rows: .listing(
      CodeRepository.self, in: nil,
      .get(
        .codeArtsRepo, "ListCurrentUserRepositories", "/v4/user/repositories",
        permission: "codeartsrepo:repository:getRepository"),
      pages: .offset(total: .none), query: ["order_by": "created_at", "sort": "asc"],
      costs: .pages(of: .codeRepositories)),
    labels: ["repository_id": { $0.id }],
    yields: Yield(.codeRepositories) { $0 })
}

extension Fact where Element == CodeRepository {
  package static var codeRepositories: Fact { Fact("code_repositories") }
}

/// A repository of CodeArts Repo.
package struct CodeRepository: ListedObject {
  package let id: String
  package let name: String?

  package var identity: String { id }

  package init(_ json: JSON) throws(JSONFault) {
    id = try json.required("id", \.identifier)
    name = json["name"].string
  }
}
