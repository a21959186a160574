import HTTPTransport

/// Something that goes wrong with one answer.
package enum Fault: Sendable {
  /// An error of the service, in any shape; nil takes the operation's own.
  case status(Int, shape: ErrorShape? = nil, code: String = "SIMULATED.0001", message: String = "simulated failure")
  /// 429 of the gateway. `statedLimit` is the `limit:N,time:M unit` of its message.
  case throttled(retryAfter: RetryAfter? = nil, statedLimit: String? = nil)
  /// The right answer, later.
  case delay(Duration)
  /// Not even a status line, until the simulator stops.
  case neverAnswers
  /// The right answer, slowly.
  case drips(bytesPerSecond: Int)
  /// The right headers and length, but the connection ends after so many bytes of the body; nil: in its middle.
  case cut(afterBytes: Int? = nil)
  /// The connection ends before the first byte of the body.
  case reset
  /// The right answer's first half, as if it were all.
  case truncatedJSON
  /// This many bytes that are no JSON.
  case nonsense(bytes: Int)
  /// The right answer under another content type.
  case contentType(String)
  /// So many spaces before the right answer, compressed.
  case gzipBomb(bytes: Int)
  /// So many spaces before the right answer, as they are.
  case spaces(bytes: Int)
  /// Arrays in arrays.
  case nesting(depth: Int)
  case redirect(to: String)
  case paging(PagingFault)
  case tampering(Tampering)
  /// Exactly this.
  case answer(status: Int, headers: [HTTPHeader] = [HTTPHeader("Content-Type", "application/json")], body: [UInt8])
}

/// The two forms of `Retry-After`.
package enum RetryAfter: Sendable, Equatable {
  case seconds(Int)
  /// A date so many seconds ahead.
  case date(secondsAhead: Int)
  /// Any text.
  case text(String)
}
