import HTTPTransport
import Logging
import System

extension CloudClient {
  /// Sends a call that proves nothing, or proves itself in its body or fields.
  ///
  /// `secrets` are what it carries; `guarding` names a proof that must not be refused too often.
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

  /// Sends once, when its turn has come; `last` is what the attempt before led to.
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
      // As good as refused by the cloud: another credential may be at hand.
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
    // Its time was what the refresh had left: what used up the rest says more about where the time went.
    if case .failure(let answer) = attempt.result, answer.error.reason == .timeout, deadline.isPast {
      if let last { throw failure(last.error, of: request) }
      if session.pacer.wasThrottled(request.service, since: arrival) { throw failure(.throttledTooLong, of: request) }
    }
    return attempt.result
  }

  /// What came to grant while the request waited for its turn, so that it is not sent; nil where it may be.
  private func reasonNotToSend(as authenticator: RequestAuthenticator?, after last: FailedAttempt?) -> FailedAttempt? {
    guard let authenticator else { return nil }
    if let end = authenticator.end, session.time.uptime() >= end { return .outlived }
    do throws(CloudError) { try answerLog?.log.admit(answerLog?.asker ?? "", of: project.name) } catch {
      return FailedAttempt(held: last?.error ?? error)
    }
    return nil
  }

  /// Where the request's service is asked; throws `unsupported` where that is not known, and `client_error` where it is no
  /// http or https URL.
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
    /// Its key may not be used now.
    case held(CloudError)
  }

  /// Waits for the pace, a place, and the breaker; in that order, so that nobody tries a key and then stands in a queue.
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

  /// Returns when nobody else is trying the key; throws while it is held.
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

  /// Waits until the next attempt may be made; throws where there is none.
  func prepareRetry(
    of request: APIRequest, after answer: FailedAttempt, schedule: inout RetrySchedule
  ) async throws(CloudError) {
    let delay = schedule.next(after: answer, random: session.random())
    if answer.error.reason == .throttled { session.observer.throttled(request.service) }
    if let throttle = answer.throttle {
      // A short pause does not take the place of the backoff: a cloud that always says one second would be asked always.
      session.pacer.hold(
        request.service, for: max(throttle.pause ?? .zero, delay ?? .zero), limit: throttle.limit)
    }
    guard let delay, deadline.allows(session.time.uptime() + delay) else {
      throw answer.error
    }
    // A pause of the whole service is waited for by the pacer.
    if answer.throttle != nil { return }
    do { try await session.time.sleep(delay) } catch { throw failure(answer.error, of: request) }
  }

  /// The deadline came while others asked for what this request needs: `throttled` where the cloud held those back.
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

  /// What kept a request from starting, or rather why it had to be sent again.
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
