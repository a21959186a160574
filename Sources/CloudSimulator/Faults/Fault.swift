import HTTPTransport

/// Something that goes wrong with one answer.
package enum Fault: Sendable {
  /// An error of the service, in any shape; nil takes the service's own.
  case status(Int, shape: ErrorShape? = nil, code: String = "SIMULATED.0001", message: String = "simulated failure")
  /// The gateway's 429; `statedLimit` is the `limit:N,time:M unit` of its message.
  case throttled(retryAfter: RetryAfter? = nil, statedLimit: String? = nil)
  /// The right answer after a delay.
  case delay(Duration)
  /// No answer, not even a status line, until the simulator stops.
  case neverAnswers
  /// The right answer, slowly.
  case drips(bytesPerSecond: Int)
  /// The right headers and length, but the connection ends after this many bytes of the body; nil is its middle.
  case cut(afterBytes: Int? = nil)
  /// The connection ends before the first byte of the body.
  case reset
  /// The first half of the right answer, as if it were the whole.
  case truncatedJSON
  /// This many bytes that are no JSON.
  case nonsense(bytes: Int)
  /// The right answer with another content type.
  case contentType(String)
  /// This many spaces, in whole MiB and at least one, before the right answer, compressed.
  case gzipBomb(bytes: Int)
  /// This many spaces before the right answer, not compressed.
  case spaces(bytes: Int)
  /// Arrays in arrays, to this depth.
  case nesting(depth: Int)
  case redirect(to: String)
  case paging(PagingFault)
  case tampering(Tampering)
  /// Exactly this answer.
  case answer(status: Int, headers: [HTTPHeader] = [HTTPHeader("Content-Type", "application/json")], body: [UInt8])
}

/// The value of `Retry-After`, in one of its two forms or as any text.
package enum RetryAfter: Sendable, Equatable {
  case seconds(Int)
  /// A date this many seconds ahead.
  case date(secondsAhead: Int)
  /// Any text.
  case text(String)
}

/// A way in which a listing is wrong about its pages.
package enum PagingFault: Sendable, Equatable {
  /// The next marker is the one that was asked for.
  case repeatsMarker
  /// From the second page on, the next marker is smaller than the one that was asked for.
  case markerGoesBack
  /// There is always a next marker, and always a page for it.
  case endlessMarkers
  /// The next marker is a string.
  case markerIsText
  /// `total` (or `total_range`) is off by this much, in either direction.
  case totalOff(by: Int)
  /// Every page from the second on begins with the last object of the one before.
  case repeatsObjects
  /// Pages from the second on are empty, whatever was announced.
  case emptyPages

  /// Returns the next marker that a page shows, from the marker that was asked for and the right next one.
  func marker(asked: Int, next: Int?) -> Int? {
    switch self {
    case .repeatsMarker: next == nil ? nil : asked
    case .markerGoesBack: next == nil ? nil : asked > 1 ? max(0, asked - 100) : next
    case .endlessMarkers: next ?? asked + 100
    case .markerIsText, .totalOff, .repeatsObjects, .emptyPages: next
    }
  }

  func total(_ total: Int) -> Int {
    if case .totalOff(let difference) = self { max(0, total + difference) } else { total }
  }

  /// Returns the indices that a page shows that begins at `first`.
  ///
  /// With `endlessMarkers`, the listing itself determines what pages beyond its end show.
  func indices(_ page: [Int], from first: Int) -> [Int] {
    switch self {
    case .repeatsObjects: first > 0 && !page.isEmpty ? [first - 1] + page : page
    case .emptyPages: first > 0 ? [] : page
    case .repeatsMarker, .markerGoesBack, .endlessMarkers, .markerIsText, .totalOff: page
    }
  }
}
