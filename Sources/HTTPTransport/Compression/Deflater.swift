import CZlib
import System

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

  /// `text` as raw deflate data that ends on a byte boundary and refers to nothing before it.
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
