import HuaweiCloud

extension Collector {
  /// Do code mirrors fail, and since when?
  static let mirrors = Collector(
    name: "mirrors",
    summary: "Remote mirrors of CodeArts Repo repositories.",
    operation: "ShowRemoteMirror",
    defaultInterval: .seconds(600),
    scope: .project,
    options: [.repositoryIDs],
    metrics: MirrorMetrics.all,
    method: .objects(
      ask: { refresh, object throws(CloudError) in
        guard let repositoryID = Int64(object.key),
          let mirror = try await refresh.client.remoteMirror(ofRepository: repositoryID)
        else { return .empty }
        return .found(MirrorMetrics.describe(mirror, of: object, project: refresh.target.project))
      },
      summarise: { target, found in
        [Family(MirrorMetrics.count, [Sample(LabelSet(["project": target.project]), Double(found))])]
      }))
}

enum MirrorMetrics {
  private static let identity = ["project", "repository_id"]
  private static let states = ["none", "scheduled", "started", "finished", "failed", "canceled", "to_retry"]

  static let count = MetricDescriptor(
    "huaweicloud_codearts_mirrors", labels: ["project"], help: "Watched repositories that have a mirror.")
  static let failures = MetricDescriptor(
    "huaweicloud_codearts_mirror_failures", labels: identity, help: "Failures of the mirror, as the cloud counts them.")
  static let status = MetricDescriptor(
    "huaweicloud_codearts_mirror_status", labels: identity + ["status"],
    help: "Status of the mirror's last update: 1 for the state it is in, 0 for the others.")
  static let enabled = MetricDescriptor(
    "huaweicloud_codearts_mirror_enabled", labels: identity,
    help: "Whether scheduled mirroring is on, as the cloud sends it.")
  static let isPrivate = MetricDescriptor(
    "huaweicloud_codearts_mirror_private", labels: identity,
    help: "Whether the mirrored repository is private, as the cloud sends it.")
  static let lastUpdate = MetricDescriptor(
    "huaweicloud_codearts_mirror_last_update_timestamp_seconds", labels: identity,
    help: "When the mirror was last modified, successful or not, in Unix time.")
  static let lastSuccess = MetricDescriptor(
    "huaweicloud_codearts_mirror_last_successful_update_timestamp_seconds", labels: identity,
    help: "When the mirror was last updated with success, in Unix time.")
  static let lastError = MetricDescriptor(
    "huaweicloud_codearts_mirror_last_error_info", .info, labels: identity + ["error_code"],
    help: "The code of the mirror's last error, while there is one.")
  static let info = MetricDescriptor(
    "huaweicloud_codearts_mirror_info", .info, labels: identity + ["mirror_id", "url", "repository"],
    help: "What the mirror mirrors.")

  static let all = [count, failures, status, enabled, isPrivate, lastUpdate, lastSuccess, lastError, info]

  static func describe(_ mirror: RemoteMirror, of repository: WatchedObject, project: String) -> [Family] {
    let labels = LabelSet(["project": project, "repository_id": repository.key])
    var failures = Family(Self.failures)
    var status = Family(Self.status)
    var enabled = Family(Self.enabled)
    var isPrivate = Family(Self.isPrivate)
    var lastUpdate = Family(Self.lastUpdate)
    var lastSuccess = Family(Self.lastSuccess)
    var lastError = Family(Self.lastError)
    var info = Family(Self.info)
    failures.add(labels, mirror.failures)
    status.add(labels, state: mirror.updateStatus, of: states)
    enabled.add(labels, mirror.isEnabled)
    isPrivate.add(labels, mirror.isPrivate)
    lastUpdate.add(labels, mirror.lastUpdateAt)
    lastSuccess.add(labels, mirror.lastSuccessfulUpdateAt)
    if let code = mirror.lastErrorCode {
      lastError.add(labels.adding("error_code", code.isEmpty ? "unknown" : code), 1.0)
    }
    info.add(
      labels.adding("mirror_id", mirror.id.map(String.init) ?? "")
        .adding("url", publicURL(mirror.url ?? ""))
        .adding("repository", repository.name),
      1.0)
    return [failures, status, enabled, isPrivate, lastUpdate, lastSuccess, lastError, info]
  }
}
