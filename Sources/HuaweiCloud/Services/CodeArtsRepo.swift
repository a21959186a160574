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
  package func remoteMirror(ofRepository repositoryID: Int64) async throws(CloudError) -> RemoteMirror? {
    let request = APIRequest(
      .codeArtsRepo, "ShowRemoteMirror", path: ["v4", "repositories", "\(repositoryID)", "remote-mirror"],
      permission: "codeartsrepo:repository:getRepository")
    do throws(CloudError) {
      return try await decoded(request, RemoteMirror.answer)
    } catch {
      // The gateway's own 404 is about the whole API, not about this repository.
      guard error.status == 404, !error.saysNotPublished else { throw error }
      return nil
    }
  }

  /// All repositories of the user. `GET /v4/user/repositories`, which gives no total.
  package func userRepositories() async throws(CloudError) -> [CodeRepository] {
    try await listing(
      request: { offset in
        APIRequest(
          .codeArtsRepo, "ListCurrentUserRepositories", path: ["v4", "user", "repositories"],
          query: [("offset", "\(offset)"), ("limit", "100"), ("order_by", "created_at"), ("sort", "asc")],
          permission: "codeartsrepo:repository:getRepository")
      },
      firstID: { "\($0.id)" },
      decode: CodeRepository.page)
  }
}

extension RemoteMirror {
  private enum Field: String, CaseIterable, Sendable {
    case id, url
    case updateStatus = "update_status"
    case lastUpdateAt = "last_update_at"
    case lastSuccessfulUpdateAt = "last_successful_update_at"
    case failures = "number_of_failures"
    case isEnabled = "mirroring_enabled"
    case isPrivate = "is_private"
    case lastError = "last_error"
  }

  private enum ErrorField: String, CaseIterable, Sendable { case code }

  private static let fields = JSONFields<Field>()
  private static let errorFields = JSONFields<ErrorField>()
  private static let longestError = 64 << 10

  /// Nil where the answer describes no mirror: `null`, or an object whose describing fields are all absent.
  static func answer(_ bytes: [UInt8]) throws(JSONError) -> RemoteMirror? {
    let mirror = try JSONReader.read(bytes) { reader throws(JSONFault) in try RemoteMirror(&reader) }
    guard let mirror, mirror.id != nil || mirror.url != nil || mirror.updateStatus != nil else { return nil }
    return mirror
  }

  init?(_ reader: inout JSONReader) throws(JSONFault) {
    guard try reader.beginObject() else { return nil }
    while try reader.nextKey() {
      switch reader.field(of: Self.fields) {
      case .id: id = try reader.integer()
      case .url: url = try reader.uncutString()
      case .updateStatus: updateStatus = try reader.string()
      case .lastUpdateAt: lastUpdateAt = try reader.timestamp()
      case .lastSuccessfulUpdateAt: lastSuccessfulUpdateAt = try reader.timestamp()
      case .failures: failures = try reader.count()
      case .isEnabled: isEnabled = try reader.boolean()
      case .isPrivate: isPrivate = try reader.boolean()
      case .lastError: lastErrorCode = try Self.lastErrorCode(&reader)
      case nil: try reader.skip()
      }
    }
  }

  /// The error is JSON in a string, sometimes plain text; an object in its place serves as well.
  private static func lastErrorCode(_ reader: inout JSONReader) throws(JSONFault) -> String? {
    switch reader.peek() {
    case UInt8(ascii: "n"):
      try reader.skip()
      return nil
    case UInt8(ascii: "{"): return try errorCode(&reader)
    case UInt8(ascii: "\""):
      let text = try reader.takeString()
      guard !text.isEmpty else { return nil }
      guard !text.isLonger(than: longestError) else { return "" }
      let document = text.utf8(in: reader.bytes, limit: longestError)
      return (try? JSONReader.read(document) { inner throws(JSONFault) in try errorCode(&inner) }) ?? ""
    default:
      try reader.skip()
      return ""
    }
  }

  private static func errorCode(_ reader: inout JSONReader) throws(JSONFault) -> String {
    var code = ""
    guard try reader.beginObjectIfAny() else { return code }
    while try reader.nextKey() {
      if reader.field(of: errorFields) == .code {
        code = try reader.string().flatMap(CloudErrorBody.usableCode) ?? ""
      } else {
        try reader.skip()
      }
    }
    return code
  }
}

extension CodeRepository {
  private enum Field: String, CaseIterable, Sendable { case id, name }

  private static let fields = JSONFields<Field>()

  static func page(_ bytes: [UInt8]) throws(JSONError) -> ListingPage<CodeRepository> {
    try ListingPage(bytes) { reader throws(JSONFault) in try CodeRepository(&reader) }
  }

  init?(_ reader: inout JSONReader) throws(JSONFault) {
    guard let start = try reader.beginElement() else { return nil }
    var id: Int64?
    while try reader.nextKey() {
      switch reader.field(of: Self.fields) {
      case .id: id = try reader.integer()
      case .name: name = try reader.string()
      case nil: try reader.skip()
      }
    }
    self.id = try start.require(id, "id")
  }
}

extension CloudError {
  /// The gateway knows no such API here (`APIGW.0101`, `APIG.0101`): the region or the instance lacks it.
  package var saysNotPublished: Bool { code == "APIGW.0101" || code == "APIG.0101" }
}
