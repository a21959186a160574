import HTTPTransport
import Logging
import System

/// What became of one request on the wire.
struct Attempt: Sendable {
  var result: Result<HTTPResponse, FailedAttempt>
  var finding: AccessKeyBreaker.Finding
}

extension CloudClient {
  /// Sends once, tells the observer and the log, and judges the answer.
  func sendOnce(
    _ request: APIRequest, at address: RequestAddress, as authenticator: RequestAuthenticator?, secrets: [Secret],
    trusting authorities: MemoryFile?
  ) async -> Attempt {
    // libcurl reads it with each new connection.
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

  /// Sends once; an answer that grows beyond the ordinary is given up and asked for again when it is alone with that.
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
      // On the same machine where it exists at all, and nobody's business but this machine's.
      options.requestTimeout = min(options.requestTimeout, .seconds(3))
      options.bypassesProxy = true
    case .podIdentity: options.bypassesProxy = true
    default:
      options.proxyURL = project.proxyURL
      // The environment's proxy is another machine, to which this address means another.
      options.bypassesProxy = project.proxyURL == nil && address.isLoopback
    }
    options.connectTimeout = min(options.connectTimeout, options.requestTimeout)
    // Tokens of IAM stand in a field, and can be 100,000 characters long.
    options.maximumHeaderBytes = 256 << 10
    options.maximumResponseBytes = limits.maximumResponseBytes
    options.caFile = authorities?.path
    options.caDirectory = self.authorities?.directory
    options.skipsTLSVerification = project.skipsTLSVerification
    return options
  }

  /// Keeps an answer where somebody wants to look at it; those that prove who we are hold secrets of ours, and are no such.
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

  /// Once per request, at debug: no address, no field, no body.
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
  /// Answers that gateways give before they look at the signature say nothing about it.
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

/// The right to have an answer of more than ordinary size in memory, which one at a time has in the whole process.
///
/// Without it, a few answers of the largest size at once would take more memory than the process may have. It is given back
/// when nobody holds it any more.
final class LargeBodyPermit: Sendable {
  /// Answers up to here need none: hundreds of pages of a listing's size fit.
  static let ordinaryBytes = 1 << 20

  private static let bodies = Semaphore(places: 1)
  private let permit: Semaphore.Permit

  private init(_ permit: Semaphore.Permit) { self.permit = permit }

  deinit { Self.bodies.release(permit) }

  /// Waits in line for the permit; nil where the deadline or the task's end comes first.
  static func permit(until deadline: Deadline) async -> LargeBodyPermit? {
    let body = LargeBodyPermit(bodies.acquire())
    let permit = body.permit
    let granted: Void? =
      try? await deadline.bound { () throws(CancellationError) in try await permit.granted.value() }
    return granted == nil ? nil : body
  }
}
