/// A moment in Unix time, to the nanosecond.
package struct Timestamp: Sendable, Hashable, Comparable {
  package var seconds: Int64
  /// 0 ..< 1,000,000,000, forward from `seconds`.
  package var nanoseconds: Int32

  package init(seconds: Int64, nanoseconds: Int32 = 0) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  package init(unixTime: Double) {
    let whole = unixTime.rounded(.down)
    self.init(seconds: Int64(whole), nanoseconds: Int32((unixTime - whole) * 1e9))
  }

  /// Seconds since 1970, with their fraction.
  package var unixTime: Double { Double(seconds) + Double(nanoseconds) / 1e9 }

  @inlinable
  package static func < (left: Self, right: Self) -> Bool {
    (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
  }

  package static func + (left: Self, right: Duration) -> Self {
    let (seconds, attoseconds) = right.components
    let nanoseconds = Int64(left.nanoseconds) + attoseconds / 1_000_000_000
    let carry = nanoseconds >= 0 ? nanoseconds / 1_000_000_000 : -1
    return Self(seconds: left.seconds + seconds + carry, nanoseconds: Int32(nanoseconds - carry * 1_000_000_000))
  }

  package static func - (left: Self, right: Self) -> Duration {
    .seconds(left.seconds - right.seconds) + .nanoseconds(Int64(left.nanoseconds) - Int64(right.nanoseconds))
  }
}
