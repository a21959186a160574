import HuaweiCloud
import System

/// One artifact, with its texts still in the page's bytes.
struct Artifact: Sendable {
  /// How the cloud lists them.
  static let pages = Paging.marker(in: "next_marker", limit: 100, first: 1)

  var id: Int64?
  var repositoryID: Int64?
  var repositoryName: JSONText?
  var namespaceID: Int64?
  var type: JSONText?
  var mediaType: JSONText?
  var digest: JSONText?
  /// Bytes.
  var size: Int64?
  var tags = 0
  var pushedAt: Timestamp?
  /// Nil where absent; `isNeverPulled` where it is the zero time.
  var pulledAt: Timestamp?
  var isNeverPulled = false
  /// False where a text that it is shown by is none.
  var isUsable = true

  init() {}
}

/// A page of the artifact listing: the artifacts, and the bytes that their texts point into.
struct ArtifactPage: Sendable {
  private(set) var bytes: [UInt8] = []
  private(set) var artifacts: [Artifact] = []
  private(set) var facts = PageFacts()

  init() {}

  /// Gives up the bytes: many listings wait for their next page at the same time.
  mutating func forget() { bytes = [] }

  /// A text of one of the page's artifacts, cut to `longestText` bytes.
  func text(_ text: JSONText) -> String { text.string(in: bytes, limit: Self.longestText) }

  /// Whether `text`, where it is one, reads `other`, and else whether that is empty; without making a string of it.
  func isText(_ text: JSONText?, _ other: String) -> Bool {
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

  /// What is read of an answer.
  static let readFields =
    [ReadField(Field.artifacts.rawValue, .list), ReadField(Field.nextMarker.rawValue, .marker)]
    + ArtifactField.allCases.map { ReadField("artifacts[].\($0.rawValue)", $0.use) }

  /// Ten times what is asked for; more are not believed.
  private static let longestPage = 1000

  private static let fields = JSONFields(Field.self)
  private static let artifactFields = JSONFields(ArtifactField.self)

  /// Replaces the page by what `bytes` hold, in the memory that the last one took.
  mutating func read(_ bytes: [UInt8]) throws(JSONError) {
    var artifacts = self.artifacts
    // Two owners would copy what is about to be overwritten.
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
    while try reader.nextKey() {
      switch Field.allCases[at: reader.field(of: fields)] {
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
    while try reader.nextKey() {
      switch ArtifactField.numbered[at: reader.field(of: artifactFields)] {
      case .id: artifact.id = try reader.integer()
      case .type: artifact.type = try shown(&reader, &artifact)
      case .digest: artifact.digest = try reader.text()
      case .size: artifact.size = try reader.count()
      case .tags: artifact.tags = try countTags(&reader)
      case .repositoryID: artifact.repositoryID = try reader.integer()
      case .mediaType: artifact.mediaType = try shown(&reader, &artifact)
      // Absent in some: assumption `artifacts-name-their-repository`.
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

  /// A text that becomes a label; one that is no UTF-8 makes the artifact one that can't be shown.
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
