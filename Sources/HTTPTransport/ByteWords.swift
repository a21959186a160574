/// Bytes looked at eight at a time: who reads whole documents spends most of the time here.
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

  /// The first byte that `marks` gives a high bit in its word; else where less than a word is left.
  @inlinable
  @inline(__always)
  package func firstWord(from start: Int, marks: (UInt64) -> UInt64) -> Int {
    precondition(start >= 0, "bytes before the bytes")
    let end = count &- 8
    return unsafe withUnsafeBytes { bytes in
      var position = start
      while position <= end {
        // Safe: eight bytes are left from here.
        let word = unsafe bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)
        let found = marks(UInt64(littleEndian: word))
        if found != 0 { return position &+ found.trailingZeroBitCount / 8 }
        position &+= 8
      }
      return position
    }
  }

  /// Whether the same `length` bytes, at least eight, stand at both places, of which `first` is not after `second`.
  @inlinable
  @inline(__always)
  package func isRepeated(_ first: Int, _ second: Int, length: Int) -> Bool {
    precondition(
      length >= 8 && first >= 0 && first <= second && second <= count &- length, "bytes beyond the bytes")
    return unsafe withUnsafeBytes { bytes in
      // From the end, since the last word may overlap the one before it. Safe: every offset is below `length`.
      var offset = length &- 8
      while true {
        let words = unsafe (
          bytes.loadUnaligned(fromByteOffset: first &+ offset, as: UInt64.self),
          bytes.loadUnaligned(fromByteOffset: second &+ offset, as: UInt64.self)
        )
        if words.0 != words.1 { return false }
        if offset == 0 { return true }
        offset = max(0, offset &- 8)
      }
    }
  }
}
