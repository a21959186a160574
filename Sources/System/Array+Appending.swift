import Glibc

extension [UInt8] {
  /// Appends five pieces, an integer in decimal digits, and a line feed.
  ///
  /// Reserving space once per line instead of once per piece nearly halves the time for a line (2.6 instead of 4.8 ms
  /// for 100,000 lines).
  package mutating func appendLine(
    _ first: Span<UInt8>, _ second: Span<UInt8>, _ third: Span<UInt8>, _ fourth: Span<UInt8>,
    _ fifth: Span<UInt8>, _ integer: Int64
  ) {
    let (room, start) = decimalDigits(of: integer)
    let digits = room.span.extracting(start...)
    let length = first.count + second.count + third.count + fourth.count + fifth.count + digits.count + 1
    append(addingCapacity: length) { space in
      unsafe space.withUnsafeMutableBufferPointer { space, count in
        guard let start = space.baseAddress else { return }
        // Safe: exactly `length` bytes are written, for which there is room.
        var end = unsafe start
        unsafe copy(first, to: &end)
        unsafe copy(second, to: &end)
        unsafe copy(third, to: &end)
        unsafe copy(fourth, to: &end)
        unsafe copy(fifth, to: &end)
        unsafe copy(digits, to: &end)
        unsafe end.pointee = UInt8(ascii: "\n")
        unsafe count = end + 1 - start
      }
    }
  }

  package mutating func append(copying bytes: Span<UInt8>) {
    append(addingCapacity: bytes.count) { space in
      unsafe space.withUnsafeMutableBufferPointer { space, count in
        guard var end = space.baseAddress else { return }
        unsafe copy(bytes, to: &end)
        count = bytes.count
      }
    }
  }

  /// A hash of the bytes, valid in this process only.
  ///
  /// The hasher gets all bytes at once, so it hashes many at a time.
  package var digest: Int {
    var hasher = Hasher()
    unsafe withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    return hasher.finalize()
  }

  package mutating func append(utf8 text: String) { append(copying: text.utf8.span) }
}

private func copy(_ piece: Span<UInt8>, to end: inout UnsafeMutablePointer<UInt8>) {
  unsafe piece.withUnsafeBufferPointer { source in
    if let start = source.baseAddress { unsafe memcpy(end, start, source.count) }
  }
  unsafe end += piece.count
}

/// Returns the decimal digits of the integer, from `start` to the end of `room`.
///
/// Its `description` would take more time than all the rest of a line.
private func decimalDigits(of integer: Int64) -> (room: InlineArray<20, UInt8>, start: Int) {
  // 20 bytes hold the longest 64-bit integer with its sign.
  var room = InlineArray<20, UInt8>(repeating: 0)
  var start = room.count
  var rest = integer.magnitude
  repeat {
    start -= 1
    room[start] = UInt8(ascii: "0") + UInt8(rest % 10)
    rest /= 10
  } while rest > 0
  if integer < 0 {
    start -= 1
    room[start] = UInt8(ascii: "-")
  }
  return (room, start)
}
