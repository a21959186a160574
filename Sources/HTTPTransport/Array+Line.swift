import Glibc

extension [UInt8] {
  /// Appends a line: the name, the labels in two pieces with the closing brace, and an integer.
  ///
  /// `name` ends with the opening brace and the labels that all lines have; where there are no labels, with a space.
  /// Looking for room once per line and not for each piece nearly halves what a line takes (2.6 of 4.8 ms for 100,000).
  package mutating func appendLine(
    _ name: Span<UInt8>, _ labels: Span<UInt8>, _ more: Span<UInt8>, _ integer: Int64
  ) {
    let (room, start) = decimalDigits(of: integer)
    let digits = room.span.extracting(start...)
    append(addingCapacity: name.count + labels.count + more.count + digits.count + 3) { space in
      unsafe space.withUnsafeMutableBufferPointer { space, count in
        guard let start = space.baseAddress else { return }
        // Safe: what is written is at most as long as what there is room for.
        var end = unsafe start
        unsafe copy(name, to: &end)
        if !labels.isEmpty {
          unsafe copy(labels, to: &end)
          unsafe copy(more, to: &end)
          unsafe end[0] = UInt8(ascii: "}")
          unsafe end[1] = UInt8(ascii: " ")
          unsafe end += 2
        }
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

  package mutating func append(utf8 text: String) { append(copying: text.utf8.span) }
}

private func copy(_ piece: Span<UInt8>, to end: inout UnsafeMutablePointer<UInt8>) {
  unsafe piece.withUnsafeBufferPointer { source in
    if let start = source.baseAddress { unsafe memcpy(end, start, source.count) }
  }
  unsafe end += piece.count
}

/// The integer as text, from `start` on; its description takes more time than all the rest of a line.
private func decimalDigits(of integer: Int64) -> (room: InlineArray<20, UInt8>, start: Int) {
  // For 64 bits and a sign.
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
