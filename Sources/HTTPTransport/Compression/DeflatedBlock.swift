/// A piece of text as a raw deflate stream (RFC 1951) that ends with a full flush, so that pieces can stand one after another.
package struct DeflatedBlock: Sendable {
  package let compressed: ByteBlock
  /// Of the text, in bytes.
  package let textLength: Int
  /// CRC-32 of the text.
  package let checksum: UInt32

  /// Compresses `text` alone; `level` as in zlib, 1 to 9.
  package init(_ text: [UInt8], level: Int = 3) {
    let deflater = Deflater.borrow(level: level)
    compressed = ByteBlock(deflater.deflate(text))
    Deflater.giveBack(deflater)
    textLength = text.count
    checksum = Gzip.checksum(of: text)
  }

  /// The text again.
  package func inflated() -> [UInt8] {
    let inflater = Inflater.borrow()
    defer { Inflater.giveBack(inflater) }
    inflater.start(self)
    var text: [UInt8] = []
    text.reserveCapacity(textLength)
    var piece = [UInt8](repeating: 0, count: min(max(textLength, 1), 64 << 10))
    while text.count < textLength {
      let count = unsafe piece.withUnsafeMutableBytes { unsafe inflater.read(into: $0) }
      precondition(count > 0, "a deflated block holds less text than it says")
      text += piece[..<count]
    }
    return text
  }
}
