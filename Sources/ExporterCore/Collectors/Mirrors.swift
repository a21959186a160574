import HuaweiCloud
import System

extension Collector {
  /// Whether code mirrors fail, and since when.
  package static let mirrors = Collector(
    "mirrors", "Remote mirrors of CodeArts Repo repositories.", every: .seconds(600), objects: .codeRepositories,
    ask: .of(Mirror.self) { setup in
      let mirror = setup.asks(
        .get(
          .codeArtsRepo, "ShowRemoteMirror", "/v4/repositories/{repository_id}/remote-mirror",
          permission: "codeartsrepo:repository:getRepository"),
        reads: JSON.fields { json throws(JSONFault) in
          _ = try Mirror(json, of: WatchedObject(key: "", name: "", isConfigured: false))
        },
        costs: .each(.mirrors, othersAtDiscovery: .codeRepositories))
      return { run, repository throws(CloudError) in
        do throws(CloudError) {
          let found = try await run.read(mirror, filling: ["repository_id": repository.key]) { json throws(JSONFault) in
            try Mirror(json, of: repository)
          }
          return found.map { .found($0) } ?? .nothing(isSure: false)
        } catch {
          // Assumption `no-mirror-is-404`.
          guard error.reason == .notFound else { throw error }
          return .nothing(isSure: true)
        }
      }
    },
    labels: ["repository_id": { $0.repository.key }],
    metrics: [
      .remark(of: { $0.repository.name.isEmpty ? $0.repository.key : $0.repository.name }) { $0.remark },
      .count("huaweicloud_codearts_mirrors", "Watched repositories that have a mirror."),
      .gauge("huaweicloud_codearts_mirror_failures", "Failures of the mirror, as the cloud counts them.") {
        $0.failures
      },
      .states(
        "huaweicloud_codearts_mirror_status",
        "Status of the mirror's last update: 1 for the state it is in, 0 for the others.",
        ["none", "scheduled", "started", "finished", "failed", "canceled", "to_retry"]
      ) { $0.status },
      .gauge(
        "huaweicloud_codearts_mirror_enabled", "Whether scheduled mirroring is on, as the cloud sends it."
      ) { $0.isEnabled },
      .gauge(
        "huaweicloud_codearts_mirror_private", "Whether the mirrored repository is private, as the cloud sends it."
      ) { $0.isPrivate },
      .gauge(
        "huaweicloud_codearts_mirror_last_update_timestamp_seconds",
        "When the mirror was last modified, successful or not, in Unix time."
      ) { $0.lastUpdateAt },
      .gauge(
        "huaweicloud_codearts_mirror_last_successful_update_timestamp_seconds",
        "When the mirror was last updated with success, in Unix time."
      ) { $0.lastSuccessfulUpdateAt },
      .infos(
        "huaweicloud_codearts_mirror_last_error_info", "The code of the mirror's last error, while there is one.",
        "error_code"
      ) { $0.errorCode.map { [$0] } ?? [] },
      .info(
        "huaweicloud_codearts_mirror_info", "What the mirror mirrors.",
        ["mirror_id": { $0.id }, "url": { publicURL($0.url ?? "") }, "repository": { $0.repository.name }]),
    ])
}

/// The remote mirror of a repository.
struct Mirror: Sendable {
  let repository: WatchedObject
  let id: String?
  let status: String?
  let lastUpdateAt: Timestamp?
  let lastSuccessfulUpdateAt: Timestamp?
  /// The URL as sent, which may hold a user and a password.
  let url: String?
  let failures: Int64?
  let isEnabled: Bool?
  let isPrivate: Bool?
  /// The code of the last error: nil without an error, `unknown` if the error has no usable code.
  let errorCode: String?
  let remark: String?

  /// Reads a mirror; nil if there is none: `null`, or an object without any of the fields that describe one.
  ///
  /// Throws if such fields are there and can't be read, which does not mean that there is no mirror.
  init?(_ json: JSON, of repository: WatchedObject) throws(JSONFault) {
    guard let json = try json.object() else { return nil }
    if ["id", "url", "update_status"].allSatisfy({ json[$0].isAbsent }) { return nil }
    self.repository = repository
    id = json["id"].identifier
    status = json["update_status"].state
    lastUpdateAt = json["last_update_at"].timestamp
    lastSuccessfulUpdateAt = json["last_successful_update_at"].timestamp
    url = json["url"].uncutString
    failures = json["number_of_failures"].count
    // Assumption `mirror-schedule`.
    isEnabled = json["mirroring_enabled"].boolean
    isPrivate = json["is_private"].boolean
    let error = json["last_error"]
    errorCode = Self.errorCode(error)
    // The error's text is in `msg`; an error that is not JSON is the text itself.
    remark = error.embedded.map { $0["msg"].remark } ?? error.remark
    if id == nil, url == nil, status == nil { throw JSONFault(.missing("id"), at: 0) }
  }

  /// Returns the code of an error, which is JSON in a string, sometimes plain text; an object is accepted as well.
  private static func errorCode(_ error: JSON) -> String? {
    guard !error.isAbsent, error.string != "" else { return nil }
    guard let code = error.embedded?["code"].string, 1...64 ~= code.utf8.count,
      code.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || ".-_".contains($0)) })
    else { return "unknown" }
    return code
  }
}
