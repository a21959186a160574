/// The catalogue of metrics as Markdown: what `metrics` prints and `docs/metrics.md` holds.
package struct MetricsDocument: Sendable {
  /// One section of the document: a collector, or the exporter itself.
  package struct Group: Sendable {
    package var title: String
    /// A sentence under the title.
    package var summary: String
    package var descriptors: [MetricDescriptor]

    package init(title: String, summary: String, descriptors: [MetricDescriptor]) {
      self.title = title
      self.summary = summary
      self.descriptors = descriptors
    }
  }

  private let groups: [Group]

  /// The collectors in their order; the exporter's own metrics follow.
  package init(collectors: [Group]) {
    groups =
      collectors + [
        Group(
          title: "The exporter itself",
          summary: "How collecting goes, for each target and for the process.",
          descriptors: SelfMetrics.descriptors)
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
