import HTTPTransport

/// A piece of a page in page order, immutable, as snapshots share it; kept compressed only.
struct PageBlock: Sendable {
  let text: DeflatedBlock
  /// The same object as `text` where no header in it differs.
  let openMetrics: DeflatedBlock

  subscript(format: ExpositionFormat) -> DeflatedBlock {
    switch format {
    case .text: text
    case .openMetrics: openMetrics
    }
  }
}
