import HTTPTransport

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

  package init() {}
}

/// A page of the artifact listing: the artifacts, and the bytes that their texts point into.
package struct ArtifactPage: Sendable {
  package private(set) var bytes: [UInt8] = []
  package private(set) var artifacts: [Artifact] = []
  package private(set) var nextMarker: Int64?

  package init() {}

  /// Gives up the bytes: many listings wait for their next page at the same time.
  mutating func forget() { bytes = [] }

  /// A text of one of the page's artifacts, cut to `longestText` bytes.
  package func text(_ text: JSONText) -> String { text.string(in: bytes, limit: Self.longestText) }

  /// Whether `text`, where it is one, reads `other`, and else whether that is empty; without making a string of it.
  package func isText(_ text: JSONText?, _ other: String) -> Bool {
    guard let text else { return other.isEmpty }
    if text.hasEscapes || text.isLonger(than: Self.longestText) {
      return self.text(text).utf8.elementsEqual(other.utf8)
    }
    let other = other.utf8.span
    guard text.range.count == other.count else { return false }
    let mine = bytes.span.extracting(text.range)
    for index in other.indices where mine[index] != other[index] { return false }
    return true
  }

  /// Names that differ only beyond it are the same to whoever sees them, so nobody needs more.
  static let longestText = 1024
}

extension CloudClient {
  /// All artifacts of an instance, page by page; what `fold` throws ends the listing.
  ///
  /// `GET /v2/{project_id}/instances/{instance_id}/artifacts`, which instances up to version 25.6.0 don't have.
  package func artifacts(
    ofInstance instanceID: String, fold: (ArtifactPage) throws(CloudError) -> Void
  ) async throws(CloudError) {
    // A page is read in less time than it takes to wake a thread of the pool for it.
    try await withTaskExecutorPreference(session.transport.executor) { () async throws(CloudError) in
      try await readArtifacts(ofInstance: instanceID, fold: fold)
    }
  }

  private func readArtifacts(
    ofInstance instanceID: String, fold: (ArtifactPage) throws(CloudError) -> Void
  ) async throws(CloudError) {
    let projectID = try await projectID()
    var pages = MarkerPages(startingAt: 1)
    var page = ArtifactPage()
    while true {
      let request = APIRequest(
        .swr, "ListInstanceAllArtifacts", path: ["v2", projectID, "instances", instanceID, "artifacts"],
        query: [("marker", "\(pages.marker)"), ("limit", "100")], permission: "swr:instance:listAllArtifacts")
      do throws(CloudError) {
        try await decoded(request) { bytes throws(JSONError) in try page.read(bytes) }
      } catch  where error.saysNotPublished {
        var unsupported = error
        unsupported.reason = .unsupported
        unsupported.message += "; the instance must be newer than version 25.6.0"
        throw unsupported
      }
      // Decided first: of a page that breaks the listing, nothing is folded.
      let hasMore = try request.checked { () throws(ListingFault) in
        try pages.advance(count: page.artifacts.count, nextMarker: page.nextMarker)
      }
      try fold(page)
      page.forget()
      guard hasMore, pages.count < limits.maximumPages else { return }
    }
  }
}

extension ArtifactPage {
  private enum Field: String, CaseIterable, Sendable {
    case artifacts
    case nextMarker = "next_marker"
  }

  private enum ArtifactField: String, CaseIterable, Sendable {
    case id, type, digest, size, tags
    case repositoryID = "repository_id"
    case repositoryName = "repository_name"
    case namespaceID = "namespace_id"
    case pushedAt = "push_time"
    case pulledAt = "pull_time"
  }

  private static let fields = JSONFields<Field>()
  private static let artifactFields = JSONFields<ArtifactField>()

  /// Replaces the page by what `bytes` hold, in the memory that the last one took.
  mutating func read(_ bytes: [UInt8]) throws(JSONError) {
    var artifacts = self.artifacts
    // Two owners would copy what is about to be overwritten.
    self.artifacts = []
    nextMarker = try JSONReader.read(bytes) { reader throws(JSONFault) in
      try Self.readPage(&reader, &artifacts)
    }
    self.artifacts = artifacts
    self.bytes = bytes
  }

  private static func readPage(
    _ reader: inout JSONReader, _ artifacts: inout [Artifact]
  ) throws(JSONFault) -> Int64? {
    artifacts.removeAll(keepingCapacity: true)
    var nextMarker: Int64?
    var hasList = false
    var hasOthers = false
    _ = reader.peek()
    let start = reader.position
    guard try reader.beginObject() else { throw JSONFault(.notAnObject, at: start) }
    while try reader.nextKey() {
      switch reader.field(of: fields) {
      case .artifacts:
        hasList = true
        artifacts.removeAll(keepingCapacity: true)
        guard try reader.beginArray() else { continue }
        let artifactFields = Self.artifactFields
        while try reader.nextElement() { try readArtifact(&reader, artifactFields, &artifacts) }
      case .nextMarker: nextMarker = try reader.marker()
      case nil:
        hasOthers = true
        try reader.skip()
      }
    }
    guard hasList || !hasOthers else { throw JSONFault(.missing("artifacts"), at: start) }
    return nextMarker
  }

  private static func readArtifact(
    _ reader: inout JSONReader, _ artifactFields: JSONFields<ArtifactField>, _ artifacts: inout [Artifact]
  ) throws(JSONFault) {
    guard try reader.beginObject() else { return }
    var artifact = Artifact()
    while try reader.nextKey() {
      switch reader.field(of: artifactFields) {
      case .id: artifact.id = try reader.integer()
      case .type: artifact.type = try reader.text()
      case .digest: artifact.digest = try reader.text()
      case .size: artifact.size = try reader.count()
      case .tags: artifact.tags = try countTags(&reader)
      case .repositoryID: artifact.repositoryID = try reader.integer()
      case .repositoryName: artifact.repositoryName = try reader.text()
      case .namespaceID: artifact.namespaceID = try reader.integer()
      case .pushedAt: artifact.pushedAt = try reader.timestamp()
      case .pulledAt:
        let pulled = try reader.parsedTimestamp()
        artifact.isNeverPulled = pulled == .zero
        artifact.pulledAt = if case .moment(let moment) = pulled { moment } else { nil }
      case nil: try reader.skip()
      }
    }
    artifacts.append(artifact)
  }

  private static func countTags(_ reader: inout JSONReader) throws(JSONFault) -> Int {
    var tags = 0
    guard try reader.beginArrayIfAny() else { return tags }
    while try reader.nextElement() {
      if reader.peek() != UInt8(ascii: "n") { tags += 1 }
      try reader.skip()
    }
    return tags
  }
}
