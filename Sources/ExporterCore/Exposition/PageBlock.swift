import HTTPTransport

/// A piece of a page in page order, immutable, as snapshots share it.
struct PageBlock: Sendable {
  /// The piece in one format.
  struct Version: Sendable {
    /// Nil for a large chunk, which is kept compressed only.
    let text: ByteBlock?
    let deflated: DeflatedBlock

    init(text: [UInt8]) {
      self.text = ByteBlock(text)
      deflated = DeflatedBlock(text)
    }

    init(alone deflated: DeflatedBlock) {
      text = nil
      self.deflated = deflated
    }

    var bodyBlock: BodyBlock { text.map { .plain($0) } ?? .deflated(deflated) }
  }

  let text: Version
  /// The same object as `text` where no header in it differs.
  let openMetrics: Version

  subscript(format: ExpositionFormat) -> Version {
    switch format {
    case .text: text
    case .openMetrics: openMetrics
    }
  }
}
