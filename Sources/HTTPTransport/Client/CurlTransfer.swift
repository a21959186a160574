import CCurl

/// One request with all that must outlive its transfer.
///
/// Unchecked: the constants may be read by any thread; the rest belongs to the curl thread as soon as the transfer is
/// posted, and is not touched before that.
final class CurlTransfer: @unchecked Sendable {
  struct Answer: Sendable {
    var head: ResponseHead
    var body: [UInt8]
  }

  typealias Outcome = Result<Answer, HTTPClientError>

  /// The maximum memory that is reserved for an announced body: a larger one grows as it arrives, so that a false
  /// length costs little.
  private static let largestReservation = 1 << 20

  let request: HTTPRequest
  let options: HTTPClientOptions
  let origin: String
  /// When the transfer must have ended, including its wait; nil for no limit.
  let lastMoment: ContinuousClock.Instant?

  var isCancelled = false
  var handle: CurlHandle?
  private var continuation: CheckedContinuation<Outcome, Never>?
  private var head = ResponseHead()
  private var body: [UInt8] = []
  /// Why a callback broke off the transfer.
  private var objection: HTTPClientError?

  init(_ request: HTTPRequest, options: HTTPClientOptions, origin: String) {
    self.request = request
    self.options = options
    self.origin = origin
    lastMoment = options.totalTimeout.map { .now + $0 }
  }

  /// How long the transfer may take if it starts now.
  var timeout: Duration {
    guard let lastMoment else { return options.requestTimeout }
    return min(options.requestTimeout, lastMoment - .now)
  }

  /// Whether `begin` was called and `end` was not yet.
  var isUnderWay: Bool { continuation != nil }

  func begin(_ continuation: CheckedContinuation<Outcome, Never>) {
    self.continuation = continuation
  }

  /// Resumes the waiting task; only the first call has an effect.
  func end(_ outcome: Outcome) {
    continuation?.resume(returning: outcome)
    continuation = nil
  }

  /// Returns the outcome of a transfer that libcurl has ended with `code`.
  func outcome(_ code: CURLcode) -> Outcome {
    if let objection { return .failure(objection) }
    guard code == CURLE_OK else { return .failure(HTTPClientError(code, handle?.words(for: code) ?? "")) }
    guard head.isComplete else { return .failure(HTTPClientError(.connection, "the answer has no complete head")) }
    defer { body = [] }
    return .success(Answer(head: head, body: body))
  }

  /// Appends one line of the head; returns false to break off the transfer.
  func receiveHeader(_ line: some Collection<UInt8>) -> Bool {
    let wasComplete = head.isComplete
    head.append(line)
    guard head.bytesSeen <= options.maximumHeaderBytes else {
      objection = HTTPClientError(.headersTooLarge, "the headers exceed \(options.maximumHeaderBytes) bytes")
      return false
    }
    // The speed is watched only from here on: while a server prepares its answer nothing comes, and only the time
    // limits apply.
    if head.isComplete, !wasComplete { handle?.watchSpeed(options) }
    return true
  }

  /// Appends decompressed bytes of the body; returns false to break off the transfer.
  func receiveBody(_ bytes: some Collection<UInt8>) -> Bool {
    let count = bytes.count
    guard count <= options.maximumResponseBytes - body.count else {
      objection = HTTPClientError(.bodyTooLarge, "the body exceeds \(options.maximumResponseBytes) bytes")
      return false
    }
    if body.isEmpty, let announced = handle?.announcedLength {
      body.reserveCapacity(min(announced, options.maximumResponseBytes, Self.largestReservation))
    }
    body.append(contentsOf: bytes)
    return true
  }
}
