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

  /// The collectors in their order; discovery and the exporter's own metrics follow.
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
    return head + groups.map(section).joined(separator: "\n")
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
  /// On one line, without ending the cell.
  fileprivate var tableCell: String {
    split(separator: "\n").joined(separator: " ").split(separator: "|", omittingEmptySubsequences: false)
      .joined(separator: "\\|")
  }
}
