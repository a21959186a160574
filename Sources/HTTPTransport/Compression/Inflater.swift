import CZlib
import System

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

  /// Begins with the text of `block`.
  func start(_ block: DeflatedBlock) {
    unsafe inflateReset(stream)
    source = block.compressed
    unsafe stream.pointee.next_in = block.compressed.base
    unsafe stream.pointee.avail_in = UInt32(block.compressed.count)
  }

  /// Fills `space` as far as the block goes; 0 at its end, or where the data is not deflate data.
  func read(into space: UnsafeMutableRawBufferPointer) -> Int {
    unsafe stream.pointee.next_out = space.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe stream.pointee.avail_out = UInt32(space.count)
    let result = unsafe inflate(stream, Z_NO_FLUSH)
    guard result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR else { return 0 }
    return unsafe space.count - Int(stream.pointee.avail_out)
  }
}
