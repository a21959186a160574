import CCurl

/// One request and all that must outlive its transfer.
///
/// Unchecked: the constants may be read by anyone; the rest belongs to the curl thread from the moment the transfer is
/// posted, and before that nobody touches it.
final class CurlTransfer: @unchecked Sendable {
  struct Answer: Sendable {
    var head: ResponseHead
    var body: [UInt8]
  }

  typealias Outcome = Result<Answer, HTTPClientError>

  /// A larger announced body grows as it comes, so that a lie about its length costs little.
  private static let largestReservation = 1 << 20

  let request: HTTPRequest
  let options: HTTPClientOptions
  let origin: String
  /// When it must have ended, the wait for its turn included.
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

  /// From its start on.
  var timeout: Duration {
    guard let lastMoment else { return options.requestTimeout }
    return min(options.requestTimeout, lastMoment - .now)
  }

  /// From `begin` until `end`.
  var isUnderWay: Bool { continuation != nil }

  func begin(_ continuation: CheckedContinuation<Outcome, Never>) {
    self.continuation = continuation
  }

  /// Resumes the waiting task, the first time it is called.
  func end(_ outcome: Outcome) {
    continuation?.resume(returning: outcome)
    continuation = nil
  }

  /// What came of a transfer that libcurl has ended with `code`.
  func outcome(_ code: CURLcode) -> Outcome {
    if let objection { return .failure(objection) }
    guard code == CURLE_OK else { return .failure(HTTPClientError(code, handle?.words(for: code) ?? "")) }
    guard head.isComplete else { return .failure(HTTPClientError(.connection, "the answer has no complete head")) }
    defer { body = [] }
    return .success(Answer(head: head, body: body))
  }

  /// Takes one line of the head; false breaks off the transfer.
  func receiveHeader(_ line: some Collection<UInt8>) -> Bool {
    let wasComplete = head.isComplete
    head.append(line)
    guard head.bytesSeen <= options.maximumHeaderBytes else {
      objection = HTTPClientError(.tooLarge, "the headers exceed \(options.maximumHeaderBytes) bytes")
      return false
    }
    // Not before: while a server thinks, nothing comes, and that is bounded by the request's timeout alone.
    if head.isComplete, !wasComplete { handle?.watchSpeed(options) }
    return true
  }

  /// Takes decompressed bytes of the body; false breaks off the transfer.
  func receiveBody(_ bytes: some Collection<UInt8>) -> Bool {
    let count = bytes.count
    guard count <= options.maximumResponseBytes - body.count else {
      objection = HTTPClientError(.tooLarge, "the body exceeds \(options.maximumResponseBytes) bytes")
      return false
    }
    if body.isEmpty, let announced = handle?.announcedLength {
      body.reserveCapacity(min(announced, options.maximumResponseBytes, Self.largestReservation))
    }
    body.append(contentsOf: bytes)
    return true
  }
}
