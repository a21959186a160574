import HTTPTransport

/// A complete, immutable page at one moment, which shares unchanged blocks with the snapshots before and after it.
package struct Snapshot: Sendable {
  let blocks: [PageBlock]

  /// The page before anything has been collected.
  package static let empty = Snapshot(blocks: [])

  /// Returns the whole page as text.
  ///
  /// `families` follow at its end; they must not be on the page already.
  package func text(_ format: ExpositionFormat = .text, followedBy families: [Family] = []) -> [UInt8] {
    var renderer = Renderer()
    renderer.reserve(blocks.reduce(0) { $0 + $1[format].textLength })
    for block in blocks { renderer.append(block[format].inflated()) }
    for family in families { renderer.append(family, in: format) }
    renderer.append(format.ending)
    return renderer.bytes
  }

  /// Returns the page and `last` as one gzip member.
  func gzipBody(_ format: ExpositionFormat, followedBy last: DeflatedBlock) -> HTTPServerBody {
    .blocks(Gzip.member(of: blocks.map { $0[format] } + [last]))
  }

  /// Returns the page and `last` as plain text that is inflated while it is sent.
  func identityBody(_ format: ExpositionFormat, followedBy last: DeflatedBlock) -> HTTPServerBody {
    let all = blocks.map { $0[format] } + [last]
    return .inflating(all, length: all.reduce(0) { $0 + $1.textLength })
  }
}

/// The block of a segment in both formats, immutable and shared by snapshots.
struct PageBlock: Sendable {
  let text: DeflatedBlock
  /// The block for OpenMetrics, which is the same as `text` if no header in it differs.
  let openMetrics: DeflatedBlock

  subscript(format: ExpositionFormat) -> DeflatedBlock {
    switch format {
    case .text: text
    case .openMetrics: openMetrics
    }
  }
}
