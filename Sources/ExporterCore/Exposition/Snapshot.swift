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
    for block in blocks {
      let version = block[format]
      renderer.append(version.text?.bytes ?? version.deflated.inflated())
    }
    for family in families { renderer.append(family, in: format) }
    renderer.append(format.ending)
    return renderer.bytes
  }

  /// The page and what follows it as one gzip member.
  func gzipBody(_ format: ExpositionFormat, followedBy last: PageBlock.Version) -> HTTPServerBody {
    .blocks(Gzip.member(of: blocks.map { $0[format].deflated } + [last.deflated]))
  }

  /// The page and what follows it as it is; inflated on the way out where text is not kept.
  func identityBody(_ format: ExpositionFormat, followedBy last: PageBlock.Version) -> HTTPServerBody {
    let versions = blocks.map { $0[format] } + [last]
    let texts = versions.compactMap(\.text)
    if texts.count == versions.count { return .blocks(texts) }
    return .inflating(versions.map(\.bodyBlock), length: versions.reduce(0) { $0 + $1.deflated.textLength })
  }
}
