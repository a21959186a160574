import System

extension Timestamp {
  /// A moment in one of the forms that the cloud writes; nil for anything else, and for anything before 1970.
  ///
  /// `2021-02-05T09:31:00.298426Z` with no or 1 to 9 digits of fraction and `Z` or an offset, Go's
  /// `2024-11-25 06:32:34.923248 +0000 UTC` with its zone's name and monotonic clock, and without any zone
  /// `2020-07-22 10:45:56`, which is China's time (assumption `times-have-zones`).
  package init?(parsing text: String) {
    let bytes = Array(text.utf8)
    guard case .moment(let moment) = ParsedTimestamp(bytes.span, 0..<bytes.count) else { return nil }
    self = moment
  }
}

/// What a text says about a moment.
package enum ParsedTimestamp: Equatable {
  case moment(Timestamp)
  /// Go's zero time, `0001-01-01T00:00:00Z`: it never happened.
  case zero
  /// Before 1970, or no time at all.
  case absent

  init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    var cursor = TimestampCursor(position: range.lowerBound, end: range.upperBound)
    guard let moment = cursor.moment(bytes) else {
      self = .absent
      return
    }
    let yearOne: Int64 = -62_135_596_800
    self = moment.seconds >= 0 ? .moment(moment) : moment == Timestamp(seconds: yearOne) ? .zero : .absent
  }
}
