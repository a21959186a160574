/// Compressed bodies, made by hand.
enum GzipSample {
  static let text = String(repeating: "{\"name\": \"café\"}\n", count: 3)
  static let bytes: [UInt8] = [
    0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xAB, 0x56, 0xCA, 0x4B, 0xCC, 0x4D,
    0x55, 0xB2, 0x52, 0x50, 0x4A, 0x4E, 0x4C, 0x3B, 0xBC, 0x52, 0xA9, 0x96, 0xAB, 0x9A, 0x08, 0x11,
    0x00, 0x7B, 0x15, 0x0E, 0x06, 0x36, 0x00, 0x00, 0x00,
  ]

  private static let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]

  /// Spaces, 258 in 13 bits, and no end.
  static func bomb(runs: Int) -> [UInt8] {
    var bits = BitWriter()
    // A block of fixed codes (RFC 1951, 3.2.6) that is not the last: first one space, then "258 again, from one back".
    bits.append([0, 1, 0])
    bits.append([0, 1, 0, 1, 0, 0, 0, 0])
    for _ in 0..<runs { bits.append([1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0]) }
    return header + bits.bytes
  }

  private struct BitWriter {
    var bytes: [UInt8] = []
    var free = 0

    mutating func append(_ bits: [UInt8]) {
      for bit in bits {
        if free == 0 {
          bytes.append(0)
          free = 8
        }
        bytes[bytes.count - 1] |= bit << (8 - free)
        free -= 1
      }
    }
  }
}
