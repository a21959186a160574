import HTTPTransport
import Logging
import System

/// The outcome of one request on the wire.
struct Attempt: Sendable {
  var result: Result<CloudAnswer, FailedAttempt>
  var finding: AccessKeyBreaker.Finding
}

/// An answer with a status of 2xx.
package struct CloudAnswer: Sendable {
  package let response: HTTPResponse
  /// The secrets of its request, which the cloud may repeat.
  let secrets: [Secret]
  /// The right to have a large body in memory, given back when nothing refers to it any more.
  fileprivate let permit: LargeBodyPermit?
}

extension CloudClient {
  /// Waits for the request's turn and sends it once; `last` is the failed attempt before, if there was one.
  func attempt(
    _ request: APIRequest, as authenticator: RequestAuthenticator?, secrets: [Secret] = [],
    guarding holder: AccessKeyBreakers.Holder? = nil, after last: FailedAttempt?
  ) async throws(CloudError) -> Result<CloudAnswer, FailedAttempt> {
    let address = RequestAddress(of: request, below: try baseURL(of: request))
    let isEncrypted = address.url.hasPrefix("https:") || project.proxyURL != nil
    let authorities = isEncrypted ? try await authorities?.current() : nil
    let holder = holder ?? authenticator?.holder
    let arrival = session.time.uptime()
    let allowance: Allowance
    do throws(NotSent) { allowance = try await waitToSend(request, at: address, by: holder, after: last) } catch {
      switch error {
      case .ended(let error): throw error
      // This counts as a refusal by the cloud, since another credential may be available.
      case .held(let error): return .failure(FailedAttempt(held: error))
      }
    }
    if let unsent = reasonNotToSend(as: authenticator, after: last) {
      session.pacer.release(allowance.permit)
      if let grant = allowance.grant, let holder {
        session.breakers.record(.unknown, of: grant, by: holder, at: session.time.uptime())
      }
      return .failure(unsent)
    }
    if last != nil { session.observer.retried(request.service) }
    let attempt = await sendOnce(request, at: address, as: authenticator, secrets: secrets, trusting: authorities)
    session.pacer.release(allowance.permit)
    if let grant = allowance.grant, let holder {
      session.breakers.record(attempt.finding, of: grant, by: holder, at: session.time.uptime())
    }
    // The attempt had only the time that the refresh had left: what used up the rest tells more about the cause.
    if case .failure(let failed) = attempt.result, failed.error.reason == .timeout, deadline.isPast {
      if let last { throw failure(last.error, of: request) }
      if session.pacer.wasThrottled([request.service], since: arrival) { throw failure(.throttledTooLong, of: request) }
    }
    return attempt.result
  }

  /// Returns why the request must not be sent although its turn has come; nil if it may be.
  private func reasonNotToSend(as authenticator: RequestAuthenticator?, after last: FailedAttempt?) -> FailedAttempt? {
    guard let authenticator else { return nil }
    if let end = authenticator.end, session.time.uptime() >= end { return .outlived }
    do throws(CloudError) { try answerLog?.log.admit(answerLog?.asker ?? "", of: project.name) } catch {
      return FailedAttempt(held: last?.error ?? error)
    }
    return nil
  }

  /// Returns the base URL of the request's service; throws `unsupported` if it is not known, and `client_error` if it
  /// is not an http or https URL.
  private func baseURL(of request: APIRequest) throws(CloudError) -> BaseURL {
    if let base = request.base ?? session.baseURLs[request.service] { return base }
    _ = try project.baseURL(of: request.service)
    throw CloudError(
      .clientError, operation: request.operation,
      message:
        "endpoints.\(request.service.rawValue) is not an http or https URL with a host and nothing after its path")
  }

  /// The right to send one request now.
  private struct Allowance {
    var permit: Semaphore.Permit
    var grant: AccessKeyBreaker.Grant?
  }

  /// Why a request was not sent.
  private enum NotSent: Error {
    case ended(CloudError)
    /// The request's key must not be used now.
    case held(CloudError)
  }

  /// Waits until the breaker would let the request go, then for the pace and a place, and only then takes the breaker's
  /// grant, so that no request tries a key while it stands in a queue.
  private func waitToSend(
    _ request: APIRequest, at address: RequestAddress, by holder: AccessKeyBreakers.Holder?, after last: FailedAttempt?
  ) async throws(NotSent) -> Allowance {
    while true {
      if let holder { try await waitForBreaker(of: holder, place: address.host, request: request) }
      let start = session.time.uptime()
      defer {
        let waited = session.time.uptime() - start
        if waited > .zero { session.observer.waited(request.service, waited) }
      }
      let permit: Semaphore.Permit
      do throws(Pacer.Refusal) { permit = try await session.pacer.acquire(request.service, until: deadline) } catch {
        throw .ended(failure(refusal(error, after: last), of: request))
      }
      guard let holder else { return Allowance(permit: permit) }
      switch session.breakers.admit(holder, place: address.host, at: session.time.uptime()) {
      case .go(let grant): return Allowance(permit: permit, grant: grant)
      case .wait: session.pacer.release(permit)
      case .held(let error):
        session.pacer.release(permit)
        throw .held(failure(error, of: request))
      }
    }
  }

  /// Waits until no other request is trying the key; throws if the key is held.
  private func waitForBreaker(
    of holder: AccessKeyBreakers.Holder, place: String, request: APIRequest
  ) async throws(NotSent) {
    while true {
      let outlook = session.breakers.outlook(holder, place: place, at: session.time.uptime())
      switch outlook.admission {
      case .go: return
      case .held(let error): throw .held(failure(error, of: request))
      case .wait(let moment):
        let end = [moment, limits.deadline].compactMap(\.self).min()
        do {
          _ = try await Deadline(uptime: end, time: session.time).bound { () throws(CancellationError) in
            try await outlook.change.value()
          }
        } catch { throw .ended(failure(.cancelled, of: request)) }
        if deadline.isPast {
          let error = CloudError(.timeout, message: "time ran out while another request tried the access key")
          throw .ended(failure(error, of: request))
        }
      }
    }
  }

  /// Returns the error with the name of the operation that failed.
  func failure(_ error: CloudError, of request: APIRequest) -> CloudError {
    var error = error
    error.operation = request.operation
    return error
  }

  /// Returns why the request had to be sent again or, if it is the first, what kept it from starting.
  private func refusal(_ refusal: Pacer.Refusal, after last: FailedAttempt?) -> CloudError {
    switch refusal {
    case .cancelled: last?.error ?? .cancelled
    case .deadline(let isThrottled):
      last?.error
        ?? (isThrottled
          ? .throttledTooLong
          : CloudError(.timeout, message: "time ran out before its turn came at requests_per_second"))
    }
  }
}

extension CloudClient {
  /// Sends one request, informs the observer and the log, and classifies the answer.
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
    let secrets = secrets + (authenticator?.secrets ?? [])
    requests.increment()
    let start = time.uptime()
    do throws(HTTPClientError) {
      let (response, permit) = try await send(
        HTTPRequest(method: request.method, url: address.url, headers: headers, body: request.body),
        options: options(for: request, at: address, trusting: authorities))
      let duration = time.uptime() - start
      session.observer.attempt(request.service, request.operation, response.status, duration)
      guard !(200..<300).contains(response.status) else {
        log(request, status: response.status, duration: duration, response: response)
        if authenticator != nil { keep(response, to: request, duration) }
        let answer = CloudAnswer(response: response, secrets: secrets, permit: permit)
        return Attempt(result: .success(answer), finding: .accepted)
      }
      let failed = FailedAttempt(
        response, to: request, host: address.host, isHostConfigured: project.endpoints[request.service] != nil,
        now: time.now(), secrets: secrets)
      log(request, status: response.status, duration: duration, response: response, error: failed.error)
      if authenticator != nil { keep(response, to: request, duration, error: failed.error) }
      return Attempt(result: .failure(failed), finding: failed.finding)
    } catch {
      let duration = time.uptime() - start
      session.observer.attempt(request.service, request.operation, nil, duration)
      let failed = FailedAttempt(error, of: request, host: address.host, isCancelled: Task.isCancelled)
      log(request, status: nil, duration: duration, response: nil, error: failed.error)
      if authenticator != nil { keep(nil, to: request, duration, error: failed.error) }
      return Attempt(result: .failure(failed), finding: .unknown)
    }
  }

  /// Sends a request; an answer beyond `LargeBodyPermit.ordinaryBytes` is given up, and requested again with a permit.
  ///
  /// The two count as one request, in the pace and for the observer: such answers are rare, since a page is far smaller.
  private func send(
    _ request: HTTPRequest, options: HTTPClientOptions
  ) async throws(HTTPClientError) -> (HTTPResponse, LargeBodyPermit?) {
    var options = options
    let limit = options.maximumResponseBytes
    options.maximumResponseBytes = min(limit, LargeBodyPermit.ordinaryBytes)
    do throws(HTTPClientError) { return (try await session.transport.send(request, options: options), nil) } catch {
      guard error.kind == .bodyTooLarge, limit > LargeBodyPermit.ordinaryBytes else { throw error }
    }
    guard let permit = await LargeBodyPermit.permit(until: deadline) else {
      throw HTTPClientError(.timeout, "the time ran out while another large answer was read")
    }
    options.maximumResponseBytes = limit
    options.totalTimeout = deadline.remaining
    return (try await session.transport.send(request, options: options), permit)
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

extension CloudError {
  static let throttledTooLong = CloudError(
    .throttled, message: "the cloud throttles this project for longer than the refresh may take")
  static let cancelled = CloudError(.timeout, message: "given up while waiting for its turn")
}

extension RequestAuthenticator {
  var secrets: [Secret] { credential.secrets }
}
