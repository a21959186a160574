import HuaweiCloud

/// One artifact of an instance; what is nil is left out of the answer.
package struct SimulatedArtifact: Sendable {
  package var id: Int64?
  package var repositoryID: Int64?
  package var repositoryName: String?
  package var namespaceID: Int64?
  package var type: String?
  package var mediaType: String?
  package var manifestMediaType: String?
  package var digest: String?
  /// Bytes.
  package var size: Int64?
  package var pushedAt: SimulatedTime
  package var pulledAt: SimulatedTime
  package var tags: SimulatedTags
  /// Raw JSON by field, as in `SimulatedInstance`.
  package var replacements: [String: String] = [:]

  package init(
    id: Int64?, repositoryID: Int64?, repositoryName: String?, namespaceID: Int64?, type: String? = "IMAGE",
    digest: String?, size: Int64?, pushedAt: SimulatedTime, pulledAt: SimulatedTime = .never,
    tags: SimulatedTags = .absent
  ) {
    self.id = id
    self.repositoryID = repositoryID
    self.repositoryName = repositoryName
    self.namespaceID = namespaceID
    self.type = type
    self.mediaType = "application/vnd.docker.container.image.v1+json"
    self.manifestMediaType = "application/vnd.docker.distribution.manifest.v2+json"
    self.digest = digest
    self.size = size
    self.pushedAt = pushedAt
    self.pulledAt = pulledAt
    self.tags = tags
  }
}

/// The tags of an artifact in the three ways in which there can be none.
package enum SimulatedTags: Sendable, Hashable {
  case absent
  case null
  /// Their names; times and ids are those of the artifact.
  case names([String])

  package var count: Int { if case .names(let names) = self { names.count } else { 0 } }
}

/// The artifacts of an instance in the order of their listing: a list, or made one by one when a page needs them.
///
/// New ones come at the end, so that markers of earlier pages stay right.
package struct ArtifactShelf: Sendable {
  /// How many there are at a time.
  package var count: @Sendable (Timestamp) -> Int
  /// The one at an index, as it is at a time; pure.
  package var artifact: @Sendable (Int, Timestamp) -> SimulatedArtifact

  package init(_ artifacts: [SimulatedArtifact]) {
    count = { _ in artifacts.count }
    artifact = { index, _ in artifacts[index] }
  }

  package init(
    count: @escaping @Sendable (Timestamp) -> Int,
    artifact: @escaping @Sendable (Int, Timestamp) -> SimulatedArtifact
  ) {
    self.count = count
    self.artifact = artifact
  }
}
