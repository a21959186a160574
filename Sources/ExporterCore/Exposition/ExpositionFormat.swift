/// The two formats in which a page of metrics is written.
package enum ExpositionFormat: Sendable, Hashable, CaseIterable {
  /// Prometheus' text format, version 0.0.4.
  case text
  /// OpenMetrics, version 1.0.0.
  case openMetrics

  package var contentType: String {
    switch self {
    case .text: "text/plain; version=0.0.4; charset=utf-8"
    case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
    }
  }

  /// The bytes that follow the last family.
  package var ending: [UInt8] {
    switch self {
    case .text: []
    case .openMetrics: Array("# EOF\n".utf8)
    }
  }
}
