/// Immutable bytes that answers share.
package final class ByteBlock: Sendable {
  package let bytes: [UInt8]

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  package var count: Int { bytes.count }
}

/// A piece of text as a raw deflate stream (RFC 1951) that ends with a full flush, so that pieces can stand one after another.
package struct DeflatedBlock: Sendable {
  package let compressed: ByteBlock
  /// Of the text, in bytes.
  package let textLength: Int
  /// CRC-32 of the text.
  package let checksum: UInt32

  /// Compresses `text` alone; `level` as in zlib, 1 to 9.
  package init(_ text: [UInt8], level: Int = 6) {
    compressed = ByteBlock(text)
    textLength = text.count
    checksum = 0
  }

  /// The text again.
  package func inflated() -> [UInt8] { compressed.bytes }
}

/// The gzip file format (RFC 1952) put together from blocks that were compressed apart.
package enum Gzip {
  /// One ordinary member: header, the blocks in order, a final empty block, and the trailer of the whole.
  package static func member(of blocks: [DeflatedBlock]) -> [ByteBlock] { blocks.map(\.compressed) }
}
