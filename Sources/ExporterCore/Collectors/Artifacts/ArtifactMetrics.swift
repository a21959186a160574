import HuaweiCloud

enum ArtifactMetrics {
  private static let identity = ["project", "instance_id", "repository_id", "repository", "artifact_type"]

  static let count = MetricDescriptor(
    "huaweicloud_swr_artifacts", labels: identity, help: "Artifacts in the repository.")
  static let size = MetricDescriptor(
    "huaweicloud_swr_artifacts_size_bytes", labels: identity,
    help: "Sum of the artifacts' sizes; layers that artifacts share count in each, so this is not the storage used.")
  static let largest = MetricDescriptor(
    "huaweicloud_swr_artifacts_largest_size_bytes", labels: identity, help: "Size of the largest artifact.")
  static let tags = MetricDescriptor(
    "huaweicloud_swr_artifacts_tags", labels: identity, help: "Tags of the artifacts.")
  static let untagged = MetricDescriptor(
    "huaweicloud_swr_artifacts_untagged", labels: identity, help: "Artifacts with no tag.")
  static let untaggedSize = MetricDescriptor(
    "huaweicloud_swr_artifacts_untagged_size_bytes", labels: identity,
    help: "Sum of the sizes of the artifacts with no tag.")
  static let neverPulled = MetricDescriptor(
    "huaweicloud_swr_artifacts_never_pulled", labels: identity, help: "Artifacts that were never pulled.")
  static let idle = MetricDescriptor(
    "huaweicloud_swr_artifacts_idle", labels: identity + ["idle_for"],
    help: "Artifacts not pulled (or, if never pulled, not pushed) for at least this long.")
  static let idleSize = MetricDescriptor(
    "huaweicloud_swr_artifacts_idle_size_bytes", labels: identity + ["idle_for"],
    help: "Sum of the sizes of the artifacts that are idle for at least this long: what a clean-up would free at most.")
  static let lastPush = MetricDescriptor(
    "huaweicloud_swr_artifacts_last_push_timestamp_seconds", labels: identity,
    help: "When an artifact was last pushed, in Unix time.")
  static let lastPull = MetricDescriptor(
    "huaweicloud_swr_artifacts_last_pull_timestamp_seconds", labels: identity,
    help: "When an artifact was last pulled, in Unix time; absent when none ever was.")
  static let info = MetricDescriptor(
    "huaweicloud_swr_repository_info", .info,
    labels: ["project", "instance_id", "repository_id", "repository", "namespace_id", "swr_namespace"],
    help: "The namespace of the repository.")

  static let all = [
    count, size, largest, tags, untagged, untaggedSize, neverPulled, idle, idleSize, lastPush, lastPull, info,
  ]

  /// Lines that one repository and type contributes at most.
  static func seriesPerRepository(periods: Int) -> Int { all.count - 2 + 2 * periods }

  static func describe(
    _ fold: ArtifactFold, namespaces: [Int64: String], idleFor periods: [IdlePeriod], of target: TargetID
  ) -> [Family] {
    let table = ArtifactTable(fold, namespaces: namespaces, idleFor: periods, of: target)
    return [
      table.family(count) { Double($0.artifacts) },
      table.family(size) { $0.bytes.total },
      table.family(largest) { $0.largest.map(Double.init) },
      table.family(tags) { Double($0.tags) },
      table.family(untagged) { Double($0.untagged) },
      table.family(untaggedSize) { $0.untaggedBytes },
      table.family(neverPulled) { Double($0.neverPulled) },
      table.familyByPeriod(idle) { Double($0.artifacts) },
      table.familyByPeriod(idleSize) { $0.bytes },
      table.family(lastPush) { $0.lastPush?.unixTime },
      table.family(lastPull) { $0.lastPull?.unixTime },
      table.repositories(info),
    ]
  }
}
