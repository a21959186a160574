import HuaweiCloud

extension Collector {
  /// Repositories of SWR basic, which other collectors ask about one by one.
  static let imageRepositories = Collector.discovery(
    "swr_repositories", "Repositories of SWR basic.",
    rows: .of(ImageRepository.self) { setup in
      let listings = setup.asksForImageRepositories(ImageRepository.self)
      return { run, emit throws(CloudError) in
        try await run.eachImageRepository(listings, emit)
      }
    },
    labels: ["swr_namespace": { $0.namespace }, "repository": { $0.name }],
    yields: Yield(.imageRepositories) { $0 })
}

/// The two ways in which SWR lists its repositories.
struct ImageRepositoryListings<Object>: Sendable {
  fileprivate let byMarker: AskedListing<Object>
  fileprivate let byOffset: AskedListing<Object>
}

extension Setup {
  mutating func asksForImageRepositories<Object: ListedObject>(_ object: Object.Type) -> ImageRepositoryListings<Object>
  {
    let byMarker = asks(
      Listing(
        object, in: "repos", .get(.swr, "ListRepoDetails", "/v3/manage/repos", permission: "swr:repo:listRepos"),
        pages: .marker(in: "nextMarker", limit: 1000)), costs: .pages(of: .basicRepositories))
    let byOffset = asks(
      Listing(
        object, in: nil, .get(.swr, "ListReposDetails", "/v2/manage/repos", permission: "swr:repo:listRepos"),
        pages: .offset(total: .objectField("total_range"))), costs: .none)
    return ImageRepositoryListings(byMarker: byMarker, byOffset: byOffset)
  }
}

extension Run {
  /// Reads all repositories that the user sees, from the older listing if the newer one is not published.
  func eachImageRepository<Object: ListedObject>(
    _ listings: ImageRepositoryListings<Object>, _ take: (Object) throws(CloudError) -> Void
  ) async throws(CloudError) {
    var count = 0
    do throws(CloudError) {
      return try await each(listings.byMarker) { repository throws(CloudError) in
        count += 1
        try take(repository)
      }
    } catch {
      // Assumption `newer-listing`.
      guard error.status == 404, count == 0 else { throw error }
    }
    try await each(listings.byOffset, take)
  }
}

extension Fact where Element == ImageRepository {
  package static var imageRepositories: Fact { Fact("image_repositories") }
  /// The repositories in which a sync rule was found within the last day.
  package static var repositoriesWithRules: Fact { Fact("repositories_with_rules") }
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
    // The newer listing has another name for this field.
    let newer = json["namespace_name"].identifier
    let older = json["namespace"].identifier
    if let namespace = newer ?? older {
      self.namespace = namespace
    } else {
      namespace = try json.required("namespace", \.identifier)
    }
    name = try json.required("name", \.identifier).replacing("$", with: "/")
  }

  /// Returns a nested name as a path has it, in which a real `/` would lead to another API.
  static func nameInPath(_ name: String) -> String { name.replacing("/", with: "$") }
}
