import HTTPTransport

/// A complete page at one moment: immutable, and sharing with its neighbours in time whatever did not change.
package struct Snapshot: Sendable {
  let blocks: [PageBlock]

  /// Nothing collected yet.
  package static let empty = Snapshot(blocks: [])

  /// The whole page as text.
  ///
  /// `families` stand at its end; they must not be on the page already.
  package func text(_ format: ExpositionFormat = .text, followedBy families: [Family] = []) -> [UInt8] {
    var renderer = Renderer()
    renderer.reserve(blocks.reduce(0) { $0 + $1[format].textLength })
    for block in blocks { renderer.append(block[format].inflated()) }
    for family in families { renderer.append(family, in: format) }
    renderer.append(format.ending)
    return renderer.bytes
  }

  /// The page and what follows it as one gzip member.
  func gzipBody(_ format: ExpositionFormat, followedBy last: DeflatedBlock) -> HTTPServerBody {
    .blocks(Gzip.member(of: blocks.map { $0[format] } + [last]))
  }

  /// The page and what follows it as it is, inflated on the way out.
  func identityBody(_ format: ExpositionFormat, followedBy last: DeflatedBlock) -> HTTPServerBody {
    let all = blocks.map { $0[format] } + [last]
    return .inflating(all, length: all.reduce(0) { $0 + $1.textLength })
  }
}

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
