import CByteScan

/// Bytes looked at many at a time: who reads whole documents spends most of the time here.
///
/// The checked accesses of a span put more instructions around such a load than the work itself takes.
extension Span<UInt8> {
  /// The eight bytes from `start` on, the first lowest.
  @inlinable
  @inline(__always)
  package func word(at start: Int) -> UInt64 {
    precondition(start >= 0 && start <= count &- 8, "a word beyond the bytes")
    // Safe: all eight bytes were found to be within the span.
    let word = unsafe withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: start, as: UInt64.self) }
    return UInt64(littleEndian: word)
  }

  /// The 32 bytes from `start` on, in the order in which they stand.
  @inlinable
  @inline(__always)
  package func block(at start: Int) -> SIMD4<UInt64> {
    precondition(start >= 0 && start <= count &- 32, "a block beyond the bytes")
    // Safe: all of them were found to be within the span.
    return unsafe withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: start, as: SIMD4<UInt64>.self) }
  }

  /// The next byte, from `start` on, that is not plain ASCII text: a quote, a backslash, a control character, a part of
  /// UTF-8, or the end.
  package func endOfPlainText(from start: Int) -> Int {
    precondition(start >= 0, "bytes before the bytes")
    // Safe: nothing is read at or beyond the count.
    return unsafe withUnsafeBytes { bytes in
      unsafe start < bytes.count ? end_of_plain_text(bytes.baseAddress, start, bytes.count) : start
    }
  }
}
