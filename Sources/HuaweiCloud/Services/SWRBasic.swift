/// An automatic sync rule of one repository.
package struct SyncRule: Sendable, Equatable {
  package var id: Int64
  package var remoteRegionID: String?
  package var remoteNamespace: String?
  package var isAutomatic: Bool?
  package var overrides: Bool?
  package var createdAt: Timestamp?
  package var updatedAt: Timestamp?
}

/// A repository of SWR basic; a nested name is `a/b` here.
package struct ImageRepository: Sendable, Hashable {
  package var namespace: String
  package var name: String

  package init(namespace: String, name: String) {
    self.namespace = namespace
    self.name = name
  }
}

extension CloudClient {
  /// The sync rules of a repository.
  ///
  /// `GET /v2/manage/namespaces/{namespace}/repos/{repository}/sync_repo`, which has no pages and gives 100 rules at most.
  package func syncRules(of repository: ImageRepository) async throws(CloudError) -> [SyncRule] {
    let request = APIRequest(
      .swr, "ListImageAutoSyncReposDetails",
      path: ["v2", "manage", "namespaces", repository.namespace, "repos", repository.nameInPath, "sync_repo"],
      permission: "swr:repo:listAutoSyncRepoJobs")
    return try await decoded(request, SyncRule.list)
  }

  /// All repositories that the user sees: `GET /v3/manage/repos`, or `GET /v2/manage/repos` where that is not published.
  package func imageRepositories() async throws(CloudError) -> [ImageRepository] {
    do throws(CloudError) {
      return try await imageRepositoriesByMarker()
    } catch {
      guard error.status == 404 else { throw error }
    }
    return try await imageRepositoriesByOffset()
  }

  private func imageRepositoriesByMarker() async throws(CloudError) -> [ImageRepository] {
    var pages = MarkerPages(startingAt: 0)
    var repositories: [ImageRepository] = []
    while true {
      var request = APIRequest(
        .swr, "ListRepoDetails", path: ["v3", "manage", "repos"], query: [("limit", "1000")],
        permission: "swr:repo:listRepos")
      if pages.marker > 0 { request.query.append(("marker", "\(pages.marker)")) }
      let page = try await decoded(request, ImageRepository.pageByMarker)
      repositories += page.elements
      let hasMore = try request.checked { () throws(ListingFault) in
        try pages.advance(count: page.elements.count, nextMarker: page.nextMarker)
      }
      guard hasMore else { return repositories }
    }
  }

  private func imageRepositoriesByOffset() async throws(CloudError) -> [ImageRepository] {
    try await listing(
      request: { offset in
        APIRequest(
          .swr, "ListReposDetails", path: ["v2", "manage", "repos"],
          query: [("offset", "\(offset)"), ("limit", "100")], permission: "swr:repo:listRepos")
      },
      firstID: { "\($0.namespace)/\($0.name)" },
      decode: ImageRepository.pageByOffset)
  }
}

extension SyncRule {
  private enum Field: String, CaseIterable, Sendable {
    case id, override, remoteNamespace, remoteRegionId, syncAuto, createdAt, updatedAt
  }

  private static let fields = JSONFields<Field>()

  static func list(_ bytes: [UInt8]) throws(JSONError) -> [SyncRule] {
    try ListingPage(bytes) { reader throws(JSONFault) in try SyncRule(&reader) }.elements
  }

  init?(_ reader: inout JSONReader) throws(JSONFault) {
    guard let start = try reader.beginElement() else { return nil }
    var id: Int64?
    while try reader.nextKey() {
      switch reader.field(of: Self.fields) {
      case .id: id = try reader.integer()
      case .override: overrides = try reader.boolean()
      case .remoteNamespace: remoteNamespace = try reader.string()
      case .remoteRegionId: remoteRegionID = try reader.string()
      case .syncAuto: isAutomatic = try reader.boolean()
      case .createdAt: createdAt = try reader.timestamp()
      case .updatedAt: updatedAt = try reader.timestamp()
      case nil: try reader.skip()
      }
    }
    self.id = try start.require(id, "id")
  }
}

extension ImageRepository {
  /// A nested name as the path has it: a real `/` would be another API.
  var nameInPath: String { String(decoding: name.utf8.map { $0 == 0x2F ? 0x24 : $0 }, as: UTF8.self) }

  private enum Field: String, CaseIterable, Sendable {
    case name, namespace
    case namespaceName = "namespace_name"
    case total = "total_range"
  }

  private static let fields = JSONFields<Field>()

  /// A page of `/v3/manage/repos`.
  static func pageByMarker(_ bytes: [UInt8]) throws(JSONError) -> ListingPage<ImageRepository> {
    try ListingPage(bytes, ListingNames(list: "repos", marker: "nextMarker")) { reader throws(JSONFault) in
      var total: Int64?
      return try ImageRepository(&reader, total: &total)
    }
  }

  /// A page of `/v2/manage/repos`, where each entry says how many there are.
  static func pageByOffset(_ bytes: [UInt8]) throws(JSONError) -> ListingPage<ImageRepository> {
    var total: Int64?
    var page = try ListingPage(bytes) { reader throws(JSONFault) in try ImageRepository(&reader, total: &total) }
    page.total = total
    return page
  }

  private init?(_ reader: inout JSONReader, total: inout Int64?) throws(JSONFault) {
    guard let start = try reader.beginElement() else { return nil }
    var name: String?
    var namespace: String?
    while try reader.nextKey() {
      switch reader.field(of: Self.fields) {
      case .name: name = try reader.identifier()
      case .namespace, .namespaceName: namespace = try reader.identifier() ?? namespace
      case .total: total = try reader.count() ?? total
      case nil: try reader.skip()
      }
    }
    self.namespace = try start.require(namespace, "namespace")
    let nested = try start.require(name, "name")
    self.name = String(decoding: nested.utf8.map { $0 == 0x24 ? 0x2F : $0 }, as: UTF8.self)
  }
}
