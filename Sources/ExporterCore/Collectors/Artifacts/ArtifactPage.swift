import HuaweiCloud
import System

/// One artifact, whose texts are still in the bytes of the page.
struct Artifact: Sendable {
  /// How the listing of artifacts is divided into pages.
  static let pages = Paging.marker(in: "next_marker", limit: 100, first: 1)

  var id: Int64?
  var repositoryID: Int64?
  var repositoryName: JSONText?
  var namespaceID: Int64?
  var type: JSONText?
  var mediaType: JSONText?
  var digest: JSONText?
  /// The size in bytes.
  var size: Int64?
  var tags = 0
  var pushedAt: Timestamp?
  /// When the artifact was last pulled; nil if absent, or if it is the zero time, with which `isNeverPulled` is true.
  var pulledAt: Timestamp?
  var isNeverPulled = false
  /// Whether all texts by which the artifact is shown are UTF-8.
  var isUsable = true

  init() {}
}

/// A page of the artifact listing: the artifacts, and the bytes that their texts point into.
struct ArtifactPage: Sendable {
  private(set) var bytes: [UInt8] = []
  private(set) var artifacts: [Artifact] = []
  private(set) var facts = PageFacts()

  init() {}

  /// Drops the bytes, since many listings wait for their next page at the same time.
  mutating func forget() { bytes = [] }

  /// Returns a text of one of the page's artifacts, cut to `longestText` bytes.
  func text(_ text: JSONText) -> String { text.string(in: bytes, limit: Self.longestText) }

  /// Returns whether `text`, or an empty text if it is nil, equals `other`; this rarely needs to make a string.
  func isText(_ text: JSONText?, _ other: String) -> Bool {
    guard let text else { return other.isEmpty }
    if text.hasEscapes || text.isLonger(than: Self.longestText) {
      return self.text(text).utf8.elementsEqual(other.utf8)
    }
    return bytes.span.extracting(text.range).isEqual(to: other.utf8.span)
  }

  /// The most bytes of a text that are used: names that differ only beyond them look the same to everyone.
  static let longestText = 1024
}

extension ArtifactPage {
  private enum Field: String, CaseIterable {
    case artifacts
    case nextMarker = "next_marker"
  }

  private enum ArtifactField: String, CaseIterable {
    case id, type, digest, size, tags
    case repositoryID = "repository_id"
    case repositoryName = "repository_name"
    case namespaceID = "namespace_id"
    case pushedAt = "push_time"
    case pulledAt = "pull_time"
    case mediaType = "manifest_media_type"

    static let numbered = allCases

    var use: ReadField.Use {
      switch self {
      case .id, .size, .repositoryID, .namespaceID: .number
      case .digest, .repositoryName, .mediaType: .text
      case .type: .state
      case .tags: .list
      case .pushedAt, .pulledAt: .time
      }
    }
  }

  /// The fields that are read from an answer.
  static let readFields =
    [ReadField(Field.artifacts.rawValue, .list), ReadField(Field.nextMarker.rawValue, .marker)]
    + ArtifactField.allCases.map { ReadField("artifacts[].\($0.rawValue)", $0.use) }

  /// The most artifacts that are accepted on a page: ten times what is asked for.
  private static let longestPage = 1000

  private static let fields = JSONFields(Field.self)
  private static let artifactFields = JSONFields(ArtifactField.self)

  /// Replaces the page with the one in `bytes`, in the memory of the previous one.
  mutating func read(_ bytes: [UInt8]) throws(JSONError) {
    var artifacts = self.artifacts
    // A second owner of the array would make it copy what is about to be overwritten.
    self.artifacts = []
    let nextMarker = try JSONReader.read(bytes) { reader throws(JSONFault) in
      try Self.readPage(&reader, &artifacts)
    }
    self.artifacts = artifacts
    self.bytes = bytes
    facts = PageFacts(count: artifacts.count, nextMarker: nextMarker)
  }

  private static func readPage(
    _ reader: inout JSONReader, _ artifacts: inout [Artifact]
  ) throws(JSONFault) -> Int64? {
    artifacts.removeAll(keepingCapacity: true)
    var nextMarker: Int64?
    var hasList = false
    _ = reader.peek()
    let start = reader.position
    guard try reader.beginObject() else { throw JSONFault(.notAnObject, at: start) }
    while let field = try reader.nextField(of: fields) {
      switch Field.allCases[at: field] {
      case .artifacts:
        hasList = true
        artifacts.removeAll(keepingCapacity: true)
        guard try reader.beginArray() else { continue }
        let artifactFields = Self.artifactFields
        while try reader.nextElement() {
          guard artifacts.count < longestPage else { throw JSONFault(.tooManyElements, at: reader.position) }
          try readArtifact(&reader, artifactFields, &artifacts)
        }
      case .nextMarker: nextMarker = try reader.marker()
      case nil: try reader.skipUnlessError()
      }
    }
    guard hasList else { throw JSONFault(.missing("artifacts"), at: start) }
    return nextMarker
  }

  private static func readArtifact(
    _ reader: inout JSONReader, _ artifactFields: JSONFields, _ artifacts: inout [Artifact]
  ) throws(JSONFault) {
    guard try reader.beginObject() else { return }
    var artifact = Artifact()
    while let field = try reader.nextField(of: artifactFields) {
      switch ArtifactField.numbered[at: field] {
      case .id: artifact.id = try reader.integer()
      case .type: artifact.type = try shown(&reader, &artifact)
      case .digest: artifact.digest = try reader.text()
      case .size: artifact.size = try reader.count()
      case .tags: artifact.tags = try countTags(&reader)
      case .repositoryID: artifact.repositoryID = try reader.integer()
      case .mediaType: artifact.mediaType = try shown(&reader, &artifact)
      // The name is absent in some: assumption `artifacts-name-their-repository`.
      case .repositoryName: artifact.repositoryName = try shown(&reader, &artifact)
      case .namespaceID: artifact.namespaceID = try reader.integer()
      case .pushedAt: artifact.pushedAt = try reader.timestamp()
      case .pulledAt:
        // Assumption `never-pulled`.
        let pulled = try reader.parsedTimestamp()
        artifact.isNeverPulled = pulled == .zero
        artifact.pulledAt = if case .moment(let moment) = pulled { moment } else { nil }
      case nil: try reader.skip()
      }
    }
    artifacts.append(artifact)
  }

  /// Reads a text that becomes a label; one that is not UTF-8 makes the artifact unusable.
  private static func shown(
    _ reader: inout JSONReader, _ artifact: inout Artifact
  ) throws(JSONFault) -> JSONText? {
    let text = try reader.text()
    if let text, !text.isValid(in: reader.bytes) { artifact.isUsable = false }
    return text
  }

  private static func countTags(_ reader: inout JSONReader) throws(JSONFault) -> Int {
    var tags = 0
    guard try reader.beginArrayIfAny() else { return tags }
    while try reader.nextElement() {
      guard tags < JSONReader.longestInnerList else { throw JSONFault(.tooManyElements, at: reader.position) }
      if reader.peek() != UInt8(ascii: "n") { tags += 1 }
      try reader.skip()
    }
    return tags
  }
}
