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
  /// `GET /v2/manage/namespaces/{namespace}/repos/{repository}/sync_repo`
  package func syncRules(of repository: ImageRepository) async throws(CloudError) -> [SyncRule] { [] }

  /// All repositories that the user sees: `GET /v3/manage/repos`, or `GET /v2/manage/repos` where that is not published.
  package func imageRepositories() async throws(CloudError) -> [ImageRepository] { [] }
}
