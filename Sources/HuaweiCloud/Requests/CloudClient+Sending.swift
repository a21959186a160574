import HTTPTransport
import Logging
import System

/// The outcome of one request on the wire.
struct Attempt: Sendable {
  var result: Result<HTTPResponse, FailedAttempt>
  var finding: AccessKeyBreaker.Finding
}

extension CloudClient {
  /// Sends once, informs the observer and the log, and classifies the answer.
  func sendOnce(
    _ request: APIRequest, at address: RequestAddress, as authenticator: RequestAuthenticator?, secrets: [Secret],
    trusting authorities: MemoryFile?
  ) async -> Attempt {
    // libcurl reads the file with each new connection, so it must exist until the request has ended.
    defer { withExtendedLifetime(authorities) {} }
    let time = session.time
    let headers =
      authenticator?.headers(for: request, at: address, now: time.now())
      ?? [HTTPHeader("Host", address.host)] + request.headers
    requests.increment()
    let start = time.uptime()
    do throws(HTTPClientError) {
      let response = try await send(
        HTTPRequest(method: request.method, url: address.url, headers: headers, body: request.body),
        options: options(for: request, at: address, trusting: authorities))
      let duration = time.uptime() - start
      session.observer.attempt(request.service, request.operation, response.status, duration)
      guard !(200..<300).contains(response.status) else {
        log(request, status: response.status, duration: duration, response: response)
        if authenticator != nil { keep(response, to: request, duration) }
        return Attempt(result: .success(response), finding: .accepted)
      }
      let answer = FailedAttempt(
        response, to: request, host: address.host, isHostConfigured: project.endpoints[request.service] != nil,
        now: time.now(), secrets: secrets + (authenticator?.secrets ?? []))
      log(request, status: response.status, duration: duration, response: response, error: answer.error)
      if authenticator != nil { keep(response, to: request, duration, error: answer.error) }
      return Attempt(result: .failure(answer), finding: answer.finding)
    } catch {
      let duration = time.uptime() - start
      session.observer.attempt(request.service, request.operation, nil, duration)
      let answer = FailedAttempt(error, of: request, host: address.host, isCancelled: Task.isCancelled)
      log(request, status: nil, duration: duration, response: nil, error: answer.error)
      if authenticator != nil { keep(nil, to: request, duration, error: answer.error) }
      return Attempt(result: .failure(answer), finding: .unknown)
    }
  }

  /// Sends once; an answer beyond `LargeBodyPermit.ordinaryBytes` is given up, and requested again with a permit.
  private func send(
    _ request: HTTPRequest, options: HTTPClientOptions
  ) async throws(HTTPClientError) -> HTTPResponse {
    var options = options
    let limit = options.maximumResponseBytes
    options.maximumResponseBytes = min(limit, LargeBodyPermit.ordinaryBytes)
    do throws(HTTPClientError) { return try await session.transport.send(request, options: options) } catch {
      guard error.kind == .tooLarge, limit > LargeBodyPermit.ordinaryBytes else { throw error }
    }
    guard let permit = await LargeBodyPermit.permit(until: deadline) else {
      throw HTTPClientError(.timeout, "the time ran out while another large answer was read")
    }
    options.maximumResponseBytes = limit
    options.totalTimeout = deadline.remaining
    var response = try await session.transport.send(request, options: options)
    response.permit = permit
    return response
  }

  private func options(
    for request: APIRequest, at address: RequestAddress, trusting authorities: MemoryFile?
  ) -> HTTPClientOptions {
    var options = HTTPClientOptions()
    options.requestTimeout = limits.requestTimeout
    options.totalTimeout = deadline.remaining
    switch request.service {
    case .metadata:
      // The metadata service, if there is one, is local to this machine: it answers soon, and no proxy may see it.
      options.requestTimeout = min(options.requestTimeout, .seconds(3))
      options.bypassesProxy = true
    case .podIdentity: options.bypassesProxy = true
    default:
      options.proxyURL = project.proxyURL
      // For a proxy from the environment, a loopback address would mean the proxy's own machine.
      options.bypassesProxy = project.proxyURL == nil && address.isLoopback
    }
    options.connectTimeout = min(options.connectTimeout, options.requestTimeout)
    // IAM's tokens come in a header field, and can be 100,000 characters long.
    options.maximumHeaderBytes = 256 << 10
    options.maximumResponseBytes = limits.maximumResponseBytes
    options.caFile = authorities?.path
    options.caDirectory = self.authorities?.directory
    options.skipsTLSVerification = project.skipsTLSVerification
    return options
  }

  /// Adds an answer to the log, if there is one; must not be called with answers that hold secrets, as issued
  /// credentials do.
  private func keep(
    _ response: HTTPResponse?, to request: APIRequest, _ duration: Duration, error: CloudError? = nil
  ) {
    guard let answerLog else { return }
    answerLog.log.add(
      AnswerLog.Entry(
        project: project.name, asker: answerLog.asker, operation: request.operation, status: response?.status,
        code: error?.code, reason: error?.reason, duration: duration, headers: response?.headers ?? [],
        body: response?.body ?? []))
  }

  /// Logs one attempt at debug level, without address, header fields or body.
  private func log(
    _ request: APIRequest, status: Int?, duration: Duration, response: HTTPResponse?, error: CloudError? = nil
  ) {
    guard session.log.logLevel <= .debug else { return }
    var metadata: Logger.Metadata = [
      "api": "\(request.service.rawValue)", "operation": "\(request.operation)",
      "status": "\(status.map(String.init) ?? "error")", "duration": "\(duration)",
    ]
    let requestID = response.flatMap { FailedAttempt.requestID(of: $0) }
    if let requestID { metadata["request_id"] = "\(requestID)" }
    if let error { metadata["error"] = "\(error.message)" }
    session.log.debug("request", metadata: metadata)
  }
}

extension FailedAttempt {
  /// The cloud's verdict on the signature; an answer that a gateway gave before it checked it says nothing about it.
  fileprivate var finding: AccessKeyBreaker.Finding {
    switch error.reason {
    case .unauthorized: .refused(error)
    case .clockSkew: .skewed(error)
    case .forbidden: .accepted
    case .notFound, .clientError:
      Self.isFromGateway(error.code) || (300..<400).contains(error.status ?? 0) ? .unknown : .accepted
    default: .unknown
    }
  }
}

/// The right to have an answer of more than ordinary size in memory; one request at a time in the whole process has it.
///
/// Without it, a few answers of the largest size at once would take more memory than the process may have. It is given
/// back when its last reference is gone.
final class LargeBodyPermit: Sendable {
  /// The largest answer that needs no permit; a page of a listing is far smaller.
  static let ordinaryBytes = 1 << 20

  private static let bodies = Semaphore(places: 1)
  private let permit: Semaphore.Permit

  private init(_ permit: Semaphore.Permit) { self.permit = permit }

  deinit { Self.bodies.release(permit) }

  /// Waits in order for the permit; returns nil if the deadline or the task's cancellation comes first.
  static func permit(until deadline: Deadline) async -> LargeBodyPermit? {
    let body = LargeBodyPermit(bodies.acquire())
    let permit = body.permit
    let granted: Void? =
      try? await deadline.bound { () throws(CancellationError) in try await permit.granted.value() }
    return granted == nil ? nil : body
  }
}
