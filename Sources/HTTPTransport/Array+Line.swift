import Glibc

extension [UInt8] {
  /// Appends a name with all that stands before its labels, the labels in two pieces, the brace and the space after them
  /// where there are any, an integer in decimal digits and a line feed.
  ///
  /// A page is millions of such lines: looking for room once per line and copying pieces whole takes a fraction of the
  /// time that appending byte by byte does.
  package mutating func appendLine(
    _ name: Span<UInt8>, _ labels: Span<UInt8>, _ more: Span<UInt8>, _ integer: Int64
  ) {
    let length = name.count + labels.count + more.count
    append(addingCapacity: length + DecimalDigits.maximumCount + 3) { space in
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
        unsafe DecimalDigits.write(integer, to: &end)
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

private enum DecimalDigits {
  /// Of a 64-bit integer, with its sign.
  static let maximumCount = 20

  /// The digits of 0 to 99.
  private static let pairs: StaticString = """
    00010203040506070809101112131415161718192021222324\
    25262728293031323334353637383940414243444546474849\
    50515253545556575859606162636465666768697071727374\
    75767778798081828384858687888990919293949596979899
    """

  static func write(_ integer: Int64, to end: inout UnsafeMutablePointer<UInt8>) {
    if integer < 0 {
      unsafe end.pointee = UInt8(ascii: "-")
      unsafe end += 1
    }
    var rest = integer.magnitude
    unsafe end += count(rest)
    var place = unsafe end
    // Four at a time, since each division waits for the one before.
    while rest >= 10_000 {
      let four = Int(truncatingIfNeeded: rest % 10_000)
      rest /= 10_000
      unsafe place -= 4
      unsafe writePair(four / 100, at: place)
      unsafe writePair(four % 100, at: place + 2)
    }
    if rest >= 100 {
      unsafe place -= 2
      unsafe writePair(Int(truncatingIfNeeded: rest % 100), at: place)
      rest /= 100
    }
    if rest >= 10 {
      unsafe writePair(Int(truncatingIfNeeded: rest), at: place - 2)
    } else {
      unsafe place[-1] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest)
    }
  }

  private static func writePair(_ number: Int, at place: UnsafeMutablePointer<UInt8>) {
    unsafe memcpy(place, pairs.utf8Start + 2 * number, 2)
  }

  private static func count(_ number: UInt64) -> Int {
    // 1233 / 4096 is a little more than log10 of 2: right, or one too few.
    let bits = UInt64.bitWidth - (number | 1).leadingZeroBitCount
    let least = (bits * 1233) >> 12
    return number < powersOfTen[least] ? max(least, 1) : least + 1
  }

  private static let powersOfTen: InlineArray<20, UInt64> = [
    1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000,
    100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000,
    10_000_000_000_000_000, 100_000_000_000_000_000, 1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
  ]
}
