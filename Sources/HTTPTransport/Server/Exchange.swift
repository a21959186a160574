import CMicroHTTPD
import Glibc
import System

/// One request and its answer, from the request's first line until libmicrohttpd is done with it.
///
/// libmicrohttpd holds it as the request's context; everything but `outcome` belongs to the daemon's thread.
@safe
final class Exchange: @unchecked Sendable {
  // Safe: `connection` outlives the exchange's use of it: the daemon's thread uses it inside callbacks, other threads
  // only while the request is suspended, when libmicrohttpd frees nothing.
  let connection: OpaquePointer
  let socket: Int32
  let core: ServerCore
  let client: ClientConnection
  private let started: ContinuousClock.Instant
  var phase = Phase.new
  /// The request line's target as sent.
  private let target: String
  private var method = ""
  private var path = ""
  private var body: [UInt8] = []
  private var status: Int?
  /// Whether the answer takes one of the places of `maximumCountedAnswers`.
  private(set) var isCounted = false
  /// What another thread has decided for a suspended request; touched only under `core.settling`.
  private var outcome = Outcome.none

  enum Phase {
    case new
    case receiving
    /// The body is longer than allowed; the number counts the bytes that were thrown away since.
    case discarding(Int)
    case awaitingPassword(HTTPServerRequest)
    case awaitingAnswer
    case answered
  }

  enum Outcome {
    case none
    case passwordChecked(Bool)
    case answer(HTTPServerResponse)
    case cancelled
  }

  init(
    connection: OpaquePointer, socket: Int32, core: ServerCore, client: ClientConnection,
    target: UnsafePointer<CChar>, at now: ContinuousClock.Instant
  ) {
    unsafe self.connection = unsafe connection
    self.socket = socket
    self.core = core
    self.client = client
    started = now
    // The target is copied, since libmicrohttpd decodes it in place later.
    unsafe self.target = String(cString: target)
  }

  /// Continues at each call of the access handler: with the headers, each piece of the body, the end, and once more
  /// after a suspension.
  ///
  /// Returns false to cut the connection.
  func proceed(
    method: UnsafePointer<CChar>, version: UnsafePointer<CChar>, upload: UnsafeRawBufferPointer
  ) -> Bool {
    switch phase {
    case .new:
      return unsafe receiveHeaders(method: method, version: version)
    case .receiving where unsafe !upload.isEmpty:
      unsafe receive(upload)
      return true
    case .discarding(let count) where unsafe !upload.isEmpty:
      // A client that sends on regardless would otherwise keep the connection busy for ever.
      phase = .discarding(count + upload.count)
      return count < 1 << 20
    case .receiving:
      core.requestArrived(socket)
      let request = takeRequest()
      path = request.path
      return core.openPaths.contains(request.path) ? answer(request) : admit(request)
    case .discarding:
      return queue(HTTPServerResponse(status: 413, text: "The request body is too large.\n"))
    case .awaitingPassword(let request):
      return goOn(with: request)
    case .awaitingAnswer:
      return queueOutcome()
    case .answered:
      return true
    }
  }

  /// Ends the exchange, since libmicrohttpd is done with the request, whether it was answered or not.
  func finish() {
    let now = ContinuousClock.now
    core.requestEnded(self, at: now)
    guard let status, let hook = core.onAnswer else { return }
    let (seconds, attoseconds) = started.duration(to: now).components
    hook(method, path, status, Double(seconds) + Double(attoseconds) * 1e-18)
  }

  // MARK: Waiting for other threads

  /// Suspends the request until `settle`, which may have been called already; returns false if the server is ending.
  func wait(in phase: Phase) -> Bool {
    self.phase = phase
    guard core.suspend(self) else { return false }
    let isSettled = core.settling.withLock { _ in
      if case .none = outcome { false } else { true }
    }
    if isSettled { core.resume(self) }
    return true
  }

  /// Provides what the request waits for, from any thread; only the first call counts.
  func settle(_ new: Outcome) {
    core.settling.withLock { _ in
      if case .none = outcome { outcome = new }
    }
    core.resume(self)
  }

  /// Returns the outcome and clears it, unless it is a cancellation, which stays.
  func takeOutcome() -> Outcome {
    core.settling.withLock { _ in
      let taken = outcome
      if case .cancelled = taken { return taken }
      outcome = .none
      return taken
    }
  }

  /// Cancels a suspended request: its connection is cut when it is resumed.
  func cancel() {
    core.settling.withLock { _ in
      if case .none = outcome { outcome = .cancelled }
    }
  }

  var isCancelled: Bool {
    core.settling.withLock { _ in
      if case .cancelled = outcome { true } else { false }
    }
  }

  // MARK: The request

  private func receiveHeaders(method: UnsafePointer<CChar>, version: UnsafePointer<CChar>) -> Bool {
    phase = .receiving
    self.method = unsafe String(cString: method)
    let size = unsafe mhd_connection_header_size(connection)
    let fields = unsafe MHD_get_connection_values(connection, .HEADER_KIND, nil, nil)
    guard size <= core.limits.maximumHeaderBytes, Int(fields) <= core.limits.maximumHeaderFields else {
      // An answer before the request is complete closes the connection: nothing more of it is worth reading.
      return queue(HTTPServerResponse(status: 431, text: "The request's headers are too large.\n"))
    }
    // This is checked here, since libmicrohttpd 0.9.75 sends the head of its own answer to such a request twice.
    // HTTP/1.0 needs no Host.
    let host = unsafe MHD_lookup_connection_value(connection, .HEADER_KIND, "Host")
    guard unsafe host != nil || strcmp(version, "HTTP/1.1") != 0 else {
      return queue(HTTPServerResponse(status: 400, text: "The request has no Host header.\n"))
    }
    let length = unsafe MHD_lookup_connection_value(connection, .HEADER_KIND, "Content-Length")
    if let length = unsafe length, (unsafe UInt64(String(cString: length)) ?? .max) > core.limits.maximumRequestBytes {
      return queue(HTTPServerResponse(status: 413, text: "The request body is too large.\n"))
    }
    return true
  }

  private func receive(_ upload: UnsafeRawBufferPointer) {
    guard body.count + upload.count <= core.limits.maximumRequestBytes else {
      body = []
      phase = .discarding(0)
      return
    }
    unsafe body.append(contentsOf: upload)
  }

  private func takeRequest() -> HTTPServerRequest {
    var request = HTTPServerRequest(target: target, method: method)
    var headers: [HTTPHeader] = []
    unsafe withUnsafeMutablePointer(to: &headers) { pointer in
      // Safe: the callback runs inside this call and nothing else touches the array meanwhile.
      _ = unsafe MHD_get_connection_values_n(connection, .HEADER_KIND, collectHeader, pointer)
    }
    request.headers = headers
    request.body = body
    body = []
    return request
  }

  // MARK: The answer

  func answer(_ request: HTTPServerRequest) -> Bool {
    switch core.handler(request) {
    case .response(let response):
      return queue(response)
    case .prepared(let prepared):
      return queue(prepared)
    case .deferred(let begin):
      begin { self.settle(.answer($0)) }
      return wait(in: .awaitingAnswer)
    }
  }

  private func queueOutcome() -> Bool {
    switch takeOutcome() {
    case .answer(let response): queue(response)
    case .cancelled: false
    // libmicrohttpd called although the request was not resumed; the answer is still to come.
    case .none, .passwordChecked: wait(in: .awaitingAnswer)
    }
  }

  func queue(_ response: HTTPServerResponse) -> Bool {
    let isLarge = response.body.length.map { $0 > core.limits.largeAnswerBytes } ?? true
    guard !isLarge || takePlace() else { return queue(.tooManyAnswers) }
    do {
      return try queue(
        NativeResponse(response, for: self, adding: core.security.settings.headers), status: response.status)
    } catch {
      return queueFailure()
    }
  }

  private func queue(_ prepared: PreparedResponse) -> Bool {
    guard takePlace() else { return queue(.tooManyAnswers) }
    do {
      return try queue(
        prepared.native(for: self, adding: core.security.settings.headers), status: prepared.response.status)
    } catch {
      return queueFailure()
    }
  }

  /// Sends a 500 because the handler's answer can't be sent: a header has a line break, or there is no memory.
  private func queueFailure() -> Bool {
    let response = HTTPServerResponse(status: 500, text: "The answer could not be put together.\n")
    guard let native = try? NativeResponse(response, for: self) else { return false }
    return queue(native, status: response.status)
  }

  private func queue(_ native: NativeResponse, status: Int) -> Bool {
    phase = .answered
    self.status = status
    // From here on libmicrohttpd holds its own reference to the response.
    return unsafe MHD_queue_response(connection, UInt32(clamping: status), native.pointer) == .YES
  }

  private func takePlace() -> Bool {
    if !isCounted { isCounted = core.admitsCountedAnswer() }
    return isCounted
  }
}

extension HTTPServerResponse {
  fileprivate static let tooManyAnswers = HTTPServerResponse(
    status: 503, text: "Too many requests are being answered; try again later.\n",
    headers: [HTTPHeader("Retry-After", "1")])
}

/// Appends one header field to the array that `context` points to.
private func collectHeader(
  _ context: UnsafeMutableRawPointer?, _: MHD_ValueKind, _ name: UnsafePointer<CChar>?, _ nameLength: Int,
  _ value: UnsafePointer<CChar>?, _ valueLength: Int
) -> MHD_Result {
  guard let context = unsafe context, let name = unsafe name else { return .NO }
  let text = { (pointer: UnsafePointer<CChar>, count: Int) in
    unsafe String(decoding: UnsafeRawBufferPointer(start: pointer, count: count), as: UTF8.self)
  }
  unsafe context.assumingMemoryBound(to: [HTTPHeader].self).pointee.append(
    HTTPHeader(text(name, nameLength), value.map { unsafe text($0, valueLength) } ?? ""))
  return .YES
}

/// The decision who may be answered.
extension Exchange {
  /// Answers if the client may see this path, refuses it if not, or waits until its password is checked.
  func admit(_ request: HTTPServerRequest) -> Bool {
    let security = core.security
    guard security.allowsRequest() else { return queue(.tooManyRequests) }
    if let judge = security.context {
      // A connection from before TLS was turned on is not worth an answer.
      guard let session = unsafe mhd_connection_tls_session(connection).map(OpaquePointer.init)
      else { return false }
      guard unsafe client.isAccepted(by: judge, session: session) else { return queue(.certificateNeeded) }
    }
    let users = security.settings.users
    guard !users.isEmpty else { return answer(request) }
    let decision = core.passwords.check(request.values(of: "Authorization"), users: users) {
      self.settle(.passwordChecked($0))
    }
    return switch decision {
    case .accepted: answer(request)
    case .refused: queue(.passwordNeeded)
    case .busy: queue(.tooManyRequests)
    case .checking: wait(in: .awaitingPassword(request))
    }
  }

  /// Continues with a request whose password was checked meanwhile.
  func goOn(with request: HTTPServerRequest) -> Bool {
    switch takeOutcome() {
    case .passwordChecked(true): answer(request)
    case .passwordChecked(false): queue(.passwordNeeded)
    case .cancelled: false
    case .none, .answer: wait(in: .awaitingPassword(request))
    }
  }
}

extension HTTPServerResponse {
  fileprivate static let certificateNeeded = HTTPServerResponse(
    status: 403, text: "A client certificate that this server trusts is needed.\n")
  fileprivate static let passwordNeeded = HTTPServerResponse(
    status: 401, text: "Unauthorized\n",
    headers: [HTTPHeader("WWW-Authenticate", "Basic realm=\"metrics\", charset=\"UTF-8\"")])
  fileprivate static let tooManyRequests = HTTPServerResponse(
    status: 429, text: "Too many requests\n", headers: [HTTPHeader("Retry-After", "1")])
}
