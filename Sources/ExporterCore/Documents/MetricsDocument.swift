/// The catalogue of metrics as Markdown: what `metrics` prints and `docs/metrics.md` holds.
package struct MetricsDocument: Sendable {
  /// One section of the document: a collector, or the exporter itself.
  private struct Group: Sendable {
    let title: String
    /// A sentence under the title.
    let summary: String
    let descriptors: [MetricDescriptor]
  }

  private let groups: [Group]

  /// Creates the document: the collectors in their order, then discovery and the exporter's own metrics.
  package init(_ catalog: Catalog) {
    groups =
      catalog.collectors.map { Group(title: $0.key, summary: $0.summary, descriptors: $0.metrics) } + [
        Group(
          title: Collector.discoveries,
          summary: "What is looked up where the configuration leaves it out: SWR Enterprise instances.",
          descriptors: catalog.discoveries.flatMap(\.metrics)),
        Group(
          title: "The exporter itself",
          summary: "How collecting goes, for each target and for the process.",
          descriptors: SelfMetrics.descriptors),
      ]
  }

  package var markdown: String {
    let head = """
      # Metrics

      Printed by `huaweicloud-artifact-exporter metrics`.
      An `info` is a gauge of value 1 in the text format; OpenMetrics names its family without `_info`.
      A histogram has the samples `_bucket`, with the label `le`, `_sum` and `_count`.


      """
    return head + groups.map(section).joined(separator: "\n") + queries
  }

  /// Queries that answer common questions, most of them with several metrics.
  private static let joins: [(question: String, expression: String)] = [
    (
      "Bytes by organisation of the shared edition:",
      "sum by (project, swr_namespace) (huaweicloud_swr_basic_repository_size_bytes)"
    ),
    (
      "Bytes by namespace of an SWR Enterprise instance (layers that artifacts share count in each):",
      """
      sum by (project, instance_id, swr_namespace) (
          huaweicloud_swr_artifacts_size_bytes
        * on (project, instance_id, repository_id) group_left (swr_namespace)
          huaweicloud_swr_repository_info
      )
      """
    ),
    (
      "The biggest repositories of the shared edition that were never downloaded from:",
      """
      topk(10,
          huaweicloud_swr_basic_repository_size_bytes
        and on (project, swr_namespace, repository)
          huaweicloud_swr_basic_repository_downloads_total == 0
      )
      """
    ),
    (
      "The biggest repositories of SWR Enterprise instances with artifacts that were never pulled:",
      "topk(10, huaweicloud_swr_artifacts_size_bytes and huaweicloud_swr_artifacts_never_pulled > 0)"
    ),
    (
      "Each replication policy with the health of its registry, 1 or 0:",
      """
        huaweicloud_swr_replication_policy_info
      * on (project, instance_id, registry_id) group_left (registry)
        huaweicloud_swr_registry_healthy
      """
    ),
    (
      "Failed replications in a row, with the registry that the policy is about:",
      """
        huaweicloud_swr_replication_consecutive_failures
      * on (project, instance_id, policy_id) group_left (registry_id, direction)
        huaweicloud_swr_replication_policy_info
      """
    ),
  ]

  private var queries: String {
    let asked = Self.joins.map { "\($0.question)\n\n```promql\n\($0.expression)\n```\n" }
    return """

      ## Queries

      What several metrics say together; labels that name the same thing have the same name everywhere.

      \(asked.joined(separator: "\n"))
      """
  }

  private func section(_ group: Group) -> String {
    let rows = group.descriptors.map { descriptor in
      let labels = descriptor.labels.map { "`\($0)`" }.joined(separator: ", ")
      return "| `\(descriptor.name)` | \(descriptor.kind.rawValue) | \(labels) | \(descriptor.help.tableCell) |\n"
    }
    return """
      ## \(group.title)

      \(group.summary)

      | name | type | labels | meaning |
      |---|---|---|---|
      \(rows.joined())
      """
  }
}

extension String {
  /// The text on one line, escaped so that it does not end the cell of a table.
  fileprivate var tableCell: String {
    split(separator: "\n").joined(separator: " ").split(separator: "|", omittingEmptySubsequences: false)
      .joined(separator: "\\|")
  }
}
