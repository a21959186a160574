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
    _ repositories: [ArtifactFold.Repository], namespaces: [Int64: String], idleFor periods: [IdlePeriod],
    of target: TargetID
  ) -> [Family] {
    let scope = LabelSet(["project": target.project, "instance_id": target.scope])
    var families = all.map { Family($0) }
    for repository in repositories {
      let name = scope.adding("repository_id", repository.id.map(String.init) ?? "")
        .adding("repository", repository.name)
      for (type, totals) in repository.types.sorted(by: { $0.name < $1.name }) {
        add(totals, name.adding("artifact_type", type), periods, to: &families)
      }
      families[11].add(
        name.adding("namespace_id", repository.namespaceID.map(String.init) ?? "")
          .adding("swr_namespace", repository.namespaceID.flatMap { namespaces[$0] } ?? ""),
        1.0)
    }
    return families
  }

  private static func add(
    _ totals: RepositoryTotals, _ labels: LabelSet, _ periods: [IdlePeriod], to families: inout [Family]
  ) {
    families[0].add(labels, Double(totals.artifacts))
    families[1].add(labels, totals.bytes.total)
    families[2].add(labels, totals.largest)
    families[3].add(labels, Double(totals.tags))
    families[4].add(labels, Double(totals.untagged))
    families[5].add(labels, totals.untaggedBytes)
    families[6].add(labels, Double(totals.neverPulled))
    for (period, idle) in zip(periods, totals.idle) {
      let labels = labels.adding("idle_for", period.label)
      families[7].add(labels, Double(idle.artifacts))
      families[8].add(labels, idle.bytes)
    }
    families[9].add(labels, totals.lastPush)
    families[10].add(labels, totals.lastPull)
  }
}
