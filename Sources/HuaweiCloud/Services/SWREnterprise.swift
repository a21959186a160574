/// A target registry of an SWR Enterprise instance, without its credential, which is never read.
package struct Registry: Sendable, Equatable {
  package var id: Int64
  package var name: String?
  package var type: String?
  package var url: String?
  package var insecure: Bool?
  package var status: String?
  package var createdAt: Timestamp?
  package var updatedAt: Timestamp?
  package var regionID: String?
  package var instanceID: String?
}

/// An SWR Enterprise instance.
package struct RegistryInstance: Sendable, Hashable {
  package var id: String
  package var name: String?
  package var version: String?
  package var spec: String?
  package var status: String?
  package var createdAt: Timestamp?
  package var expiresAt: Timestamp?
}

/// A namespace of an SWR Enterprise instance.
package struct RegistryNamespace: Sendable, Equatable {
  package var id: Int64
  package var name: String
}

/// One artifact, with its texts still in the page's bytes.
package struct Artifact: Sendable {
  package var id: Int64?
  package var repositoryID: Int64?
  package var repositoryName: JSONText?
  package var namespaceID: Int64?
  package var type: JSONText?
  package var digest: JSONText?
  /// Bytes.
  package var size: Int64?
  package var tags = 0
  package var pushedAt: Timestamp?
  /// Nil where absent; `isNeverPulled` where it is the zero time.
  package var pulledAt: Timestamp?
  package var isNeverPulled = false
}

/// A page of the artifact listing: the artifacts, and the bytes that their texts point into.
package struct ArtifactPage: Sendable {
  package var bytes: [UInt8]
  package var artifacts: [Artifact]
  package var nextMarker: Int64?

  package func text(_ text: JSONText) -> String { "" }
}

/// Where a string stands in a JSON document, without its quotes.
package struct JSONText: Sendable {
  package var range: Range<Int>
  package var hasEscapes: Bool
}

extension CloudClient {
  /// All target registries of an instance, in the order of creation.
  ///
  /// `GET /v2/{project_id}/instances/{instance_id}/registries`
  package func registries(ofInstance instanceID: String) async throws(CloudError) -> [Registry] { [] }

  /// All artifacts of an instance, page by page; what `fold` throws ends the listing.
  ///
  /// `GET /v2/{project_id}/instances/{instance_id}/artifacts`
  package func artifacts(
    ofInstance instanceID: String, fold: (ArtifactPage) throws(CloudError) -> Void
  ) async throws(CloudError) {}

  /// All instances of the project. `GET /v2/{project_id}/instances`
  package func registryInstances() async throws(CloudError) -> [RegistryInstance] { [] }

  /// All namespaces of an instance. `GET /v2/{project_id}/instances/{instance_id}/namespaces`
  package func registryNamespaces(ofInstance instanceID: String) async throws(CloudError) -> [RegistryNamespace] { [] }
}
