import HTTPTransport
import Logging
import System

extension CloudClient {
  /// Sends a call without a credential, or one with a proof in its body or header fields.
  ///
  /// `secrets` are those that it carries; `guarding` names a proof that must not be refused too often.
  func sendUnauthenticated(
    _ request: APIRequest, secrets: [Secret] = [], guarding holder: AccessKeyBreakers.Holder? = nil,
    maximumAttempts: Int? = nil
  ) async throws(CloudError) -> HTTPResponse {
    var policy = session.retryPolicy
    if let maximumAttempts { policy.maximumAttempts = min(policy.maximumAttempts, maximumAttempts) }
    var schedule = RetrySchedule(policy: policy, deadline: deadline)
    var last: FailedAttempt?
    while true {
      switch try await attempt(request, as: nil, secrets: secrets, guarding: holder, after: last) {
      case .success(let response): return response
      case .failure(let answer):
        try await prepareRetry(of: request, after: answer, schedule: &schedule)
        last = answer
      }
    }
  }

  /// Waits for the request's turn and sends it once; `last` is the failed attempt before, if there was one.
  func attempt(
    _ request: APIRequest, as authenticator: RequestAuthenticator?, secrets: [Secret] = [],
    guarding holder: AccessKeyBreakers.Holder? = nil, after last: FailedAttempt?
  ) async throws(CloudError) -> Result<HTTPResponse, FailedAttempt> {
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
    if let answer = reasonNotToSend(as: authenticator, after: last) {
      session.pacer.release(allowance.permit)
      if let grant = allowance.grant, let holder {
        session.breakers.record(.unknown, of: grant, by: holder, at: session.time.uptime())
      }
      return .failure(answer)
    }
    if last != nil { session.observer.retried(request.service) }
    let attempt = await sendOnce(request, at: address, as: authenticator, secrets: secrets, trusting: authorities)
    session.pacer.release(allowance.permit)
    if let grant = allowance.grant, let holder {
      session.breakers.record(attempt.finding, of: grant, by: holder, at: session.time.uptime())
    }
    // The attempt had only the time that the refresh had left: what used up the rest tells more about the cause.
    if case .failure(let answer) = attempt.result, answer.error.reason == .timeout, deadline.isPast {
      if let last { throw failure(last.error, of: request) }
      if session.pacer.wasThrottled(request.service, since: arrival) { throw failure(.throttledTooLong, of: request) }
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

  /// Waits until the next attempt may be made; throws if there is none.
  func prepareRetry(
    of request: APIRequest, after answer: FailedAttempt, schedule: inout RetrySchedule
  ) async throws(CloudError) {
    let delay = schedule.next(after: answer, random: session.random())
    if answer.error.reason == .throttled { session.observer.throttled(request.service) }
    if let throttle = answer.throttle {
      // A short pause does not replace the backoff: a cloud that always says one second would be asked every second.
      session.pacer.hold(
        request.service, for: max(throttle.pause ?? .zero, delay ?? .zero), limit: throttle.limit)
    }
    guard let delay, deadline.allows(session.time.uptime() + delay) else {
      throw answer.error
    }
    // The pacer waits for the end of a pause, which holds for the whole service.
    if answer.throttle != nil { return }
    do { try await session.time.sleep(delay) } catch { throw failure(answer.error, of: request) }
  }

  /// Returns the error if the deadline came while another request fetched what is needed: `throttled` if the cloud held
  /// that back.
  func timeRanOut(_ words: String, since start: Duration) -> CloudError {
    session.pacer.wasThrottled([.iam, .sts, .metadata, .podIdentity], since: start)
      ? CloudError(.throttled, message: "the cloud throttles this project: \(words)")
      : CloudError(.timeout, message: words)
  }

  private func failure(_ error: CloudError, of request: APIRequest) -> CloudError {
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

extension CloudError {
  static let throttledTooLong = CloudError(
    .throttled, message: "the cloud throttles this project for longer than the refresh may take")
  static let cancelled = CloudError(.timeout, message: "given up while waiting for its turn")
}

extension RequestAuthenticator {
  var secrets: [Secret] { credential.secrets }
}
