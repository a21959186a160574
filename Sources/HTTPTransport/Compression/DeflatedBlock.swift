import CZlib
import System

/// A piece of text as a raw deflate stream (RFC 1951) that ends with a full flush, so that pieces can be put one after
/// another.
package struct DeflatedBlock: Sendable {
  package let compressed: ByteBlock
  /// The length of the text in bytes.
  package let textLength: Int
  /// The CRC-32 of the text.
  package let checksum: UInt32

  /// Compresses `text` by itself; `level` is zlib's, 1 to 9.
  package init(_ text: [UInt8], level: Int = 3) {
    let deflater = Deflater.borrow(level: level)
    compressed = ByteBlock(deflater.deflate(text))
    Deflater.giveBack(deflater)
    textLength = text.count
    checksum = Gzip.checksum(of: text)
  }

  /// Returns the text, decompressed.
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

/// A zlib stream that compresses one text after another.
///
/// Its 256 KiB of tables are worth keeping: a refresh compresses hundreds of blocks.
@safe
final class Deflater: @unchecked Sendable {
  // Safe: the stream lives at one address from init to deinit, and one thread at a time has borrowed it.
  private let stream: UnsafeMutablePointer<z_stream>
  private let level: Int

  /// Idle streams for the next borrower, two at most.
  private static let idle = Locked<[Deflater]>([])

  static func borrow(level: Int) -> Deflater {
    let kept = idle.withLock { idle -> Deflater? in
      guard let index = idle.lastIndex(where: { $0.level == level }) else { return nil }
      return idle.remove(at: index)
    }
    return kept ?? Deflater(level: level)
  }

  static func giveBack(_ deflater: Deflater) {
    idle.withLock { idle in
      if idle.count < 2 { idle.append(deflater) }
    }
  }

  private init(level: Int) {
    self.level = level
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    let result = unsafe zlib_raw_deflate_init(stream, Int32(level))
    precondition(result == Z_OK, "zlib refused compression level \(level): \(result)")
  }

  deinit {
    unsafe deflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// Returns `text` as raw deflate data that ends on a byte boundary and refers to nothing before it.
  func deflate(_ text: [UInt8]) -> [UInt8] {
    unsafe deflateReset(stream)
    var output: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 32 << 10)
    unsafe text.withUnsafeBufferPointer { input in
      var offset = 0
      // zlib counts a call's input in 32 bits.
      repeat {
        let count = min(input.count - offset, 1 << 30)
        let isLast = offset + count == input.count
        // Safe: zlib only reads its input, which outlives the calls.
        unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress.map { unsafe $0 + offset })
        unsafe stream.pointee.avail_in = UInt32(count)
        offset += count
        var room = 0
        repeat {
          let written = unsafe piece.withUnsafeMutableBufferPointer { space in
            unsafe stream.pointee.next_out = space.baseAddress
            unsafe stream.pointee.avail_out = UInt32(space.count)
            let result = unsafe CZlib.deflate(stream, isLast ? Z_FULL_FLUSH : Z_NO_FLUSH)
            precondition(result == Z_OK || result == Z_BUF_ERROR, "deflate failed: \(result)")
            room = unsafe Int(stream.pointee.avail_out)
            return space.count - room
          }
          output += piece[..<written]
        } while room == 0
      } while offset < input.count
    }
    return output
  }
}

/// A zlib stream that gives the text of one deflated block after another, piece by piece.
@safe
final class Inflater: @unchecked Sendable {
  // Safe: the stream lives at one address from init to deinit, and one thread at a time has borrowed it.
  private let stream: UnsafeMutablePointer<z_stream>
  /// Keeps alive what the stream reads from.
  private var source: ByteBlock?

  /// Idle streams for the next borrower, four at most.
  private static let idle = Locked<[Inflater]>([])

  static func borrow() -> Inflater {
    idle.withLock { $0.popLast() } ?? Inflater()
  }

  static func giveBack(_ inflater: Inflater) {
    inflater.source = nil
    idle.withLock { idle in
      if idle.count < 4 { idle.append(inflater) }
    }
  }

  private init() {
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    let result = unsafe zlib_raw_inflate_init(stream)
    precondition(result == Z_OK, "zlib has no memory to inflate: \(result)")
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// Starts to read the text of `block`.
  func start(_ block: DeflatedBlock) {
    unsafe inflateReset(stream)
    source = block.compressed
    unsafe stream.pointee.next_in = block.compressed.base
    unsafe stream.pointee.avail_in = UInt32(block.compressed.count)
  }

  /// Fills `space` as far as the block goes and returns the number of bytes: 0 at the end, or if the data is not
  /// deflate data.
  func read(into space: UnsafeMutableRawBufferPointer) -> Int {
    unsafe stream.pointee.next_out = space.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe stream.pointee.avail_out = UInt32(space.count)
    let result = unsafe inflate(stream, Z_NO_FLUSH)
    guard result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR else { return 0 }
    return unsafe space.count - Int(stream.pointee.avail_out)
  }
}
