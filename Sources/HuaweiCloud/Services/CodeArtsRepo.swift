/// The remote mirror of a repository.
package struct RemoteMirror: Sendable, Equatable {
  package var id: Int64?
  package var updateStatus: String?
  package var lastUpdateAt: Timestamp?
  package var lastSuccessfulUpdateAt: Timestamp?
  /// As sent: may hold a user and a password.
  package var url: String?
  package var failures: Int64?
  package var isEnabled: Bool?
  package var isPrivate: Bool?
  /// The `code` of `last_error` where there is an error: nil without one, empty where the error has no usable code.
  package var lastErrorCode: String?
}

/// A repository of CodeArts Repo.
package struct CodeRepository: Sendable, Hashable {
  package var id: Int64
  package var name: String?
}

extension CloudClient {
  /// The mirror of a repository, or nil where it has none (404).
  ///
  /// `GET /v4/repositories/{repository_id}/remote-mirror`
  package func remoteMirror(ofRepository repositoryID: Int64) async throws(CloudError) -> RemoteMirror? { nil }

  /// All repositories of the user. `GET /v4/user/repositories`
  package func userRepositories() async throws(CloudError) -> [CodeRepository] { [] }
}
