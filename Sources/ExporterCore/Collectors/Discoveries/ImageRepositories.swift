import HuaweiCloud

extension Collector {
  /// Repositories of SWR basic, which other collectors ask about one by one.
  static let imageRepositories = Collector.discovery(
    "swr_repositories", "Repositories of SWR basic.",
    rows: .of(ImageRepository.self) { setup in
      let byMarker = setup.asks(
        Listing(
          ImageRepository.self, in: "repos",
          .get(.swr, "ListRepoDetails", "/v3/manage/repos", permission: "swr:repo:listRepos"),
          pages: .marker(in: "nextMarker", limit: 1000)))
      let byOffset = setup.asks(
        Listing(
          ImageRepository.self, in: nil,
          .get(.swr, "ListReposDetails", "/v2/manage/repos", permission: "swr:repo:listRepos"),
          pages: .offset(total: .objectField("total_range"))))
      return { run, emit throws(CloudError) in
        let found: [ImageRepository]
        do throws(CloudError) { found = try await run.all(byMarker) } catch {
          // The older listing, where the newer one is not published.
          guard error.status == 404 else { throw error }
          found = try await run.all(byOffset)
        }
        for repository in found { try emit(repository) }
      }
    },
    labels: ["swr_namespace": { $0.namespace }, "repository": { $0.name }],
    yields: Yield(.imageRepositories) { $0 })
}

extension Fact where Element == ImageRepository {
  package static var imageRepositories: Fact { Fact("image_repositories") }
}

/// A repository of SWR basic; a nested name is `a/b` here.
package struct ImageRepository: ListedObject, Hashable {
  package let namespace: String
  package let name: String

  package var identity: String { "\(namespace)/\(name)" }

  package init(namespace: String, name: String) {
    self.namespace = namespace
    self.name = name
  }

  package init(_ json: JSON) throws(JSONFault) {
    // The newer listing has another name for it.
    if let newer = json["namespace_name"].identifier {
      namespace = newer
    } else {
      namespace = try json.required("namespace", \.identifier)
    }
    name = try json.required("name", \.identifier).replacing("$", with: "/")
  }

  /// A nested name as a path has it: a real `/` would be another API.
  static func nameInPath(_ name: String) -> String { name.replacing("/", with: "$") }
}
