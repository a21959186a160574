/// A metric family as it is documented: written once, next to the function that fills it.
package struct MetricDescriptor: Sendable, Hashable {
  package enum Kind: String, Sendable {
    case gauge
    case counter
    case histogram
    /// Text 0.0.4 knows it as a gauge of value 1; OpenMetrics as `info` under the name without `_info`.
    case info
  }

  /// The sample's name in both formats, `_total` and `_info` included; a histogram's without suffix.
  package let name: String
  package let kind: Kind
  /// One line without quotation marks.
  package let help: String
  /// In the order in which they stand in a line.
  package let labels: [String]

  package init(_ name: String, _ kind: Kind = .gauge, labels: [String] = [], help: String) {
    self.name = name
    self.kind = kind
    self.help = help
    self.labels = labels
  }
}
