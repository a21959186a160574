import CZlib

/// The gzip file format (RFC 1952), put together from blocks that were compressed separately.
package enum Gzip {
  /// The header, without name or time and for an unknown system, so that the same text gives the same bytes.
  private static let header = ByteBlock([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])

  /// Returns one ordinary member: header, the blocks in order, a final empty block, and the trailer of the whole.
  package static func member(of blocks: [DeflatedBlock]) -> [ByteBlock] {
    var checksum: UInt = 0
    var length: UInt32 = 0
    var parts = [header]
    parts.reserveCapacity(blocks.count + 2)
    for block in blocks where block.textLength > 0 {
      checksum = crc32_combine(checksum, UInt(block.checksum), block.textLength)
      // The format keeps the length modulo 2^32.
      length &+= UInt32(truncatingIfNeeded: block.textLength)
      parts.append(block.compressed)
    }
    // A last, empty block with fixed codes ends the deflate data.
    var trailer: [UInt8] = [3, 0]
    for value in [UInt32(truncatingIfNeeded: checksum), length] {
      for shift in stride(from: UInt32(0), to: 32, by: 8) { trailer.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }
    parts.append(ByteBlock(trailer))
    return parts
  }

  /// Returns the CRC-32 as gzip defines it.
  static func checksum(of bytes: [UInt8]) -> UInt32 {
    unsafe bytes.withUnsafeBufferPointer { unsafe UInt32(truncatingIfNeeded: crc32_z(0, $0.baseAddress, $0.count)) }
  }
}
