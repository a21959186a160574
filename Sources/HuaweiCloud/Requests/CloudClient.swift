import HTTPTransport
import Logging
import System

/// A client of one project's services: it addresses, paces, signs, sends and retries requests, and classifies errors.
///
/// It is a value that shares its state with its copies, so that each refresh sets its own `limits`. Which endpoints it
/// asks is up to the collectors.
package struct CloudClient: Sendable {
  package let project: CloudProject
  package var limits = RequestLimits()
  /// Counts the requests that this copy sends.
  package var requests = RequestCount()
  /// The log that keeps the answers, and on whose behalf they are requested; nil if they are not kept.
  package var answerLog: (log: AnswerLog, asker: String)?
  let session: ProjectSession
  /// The trusted authorities; nil for the system's.
  let authorities: TrustedAuthorities?

  /// `environment` is for the credential chain and trusted authorities; `random`, in 0 ..< 1, is the jitter of retries.
  package init(
    project: CloudProject, transport: HTTPClient, breakers: AccessKeyBreakers, time: TimeSource = .system,
    observer: RequestObserver = RequestObserver(), log: Logger, environment: [String: String] = [:],
    retryPolicy: RetryPolicy = RetryPolicy(),
    random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
  ) {
    self.project = project
    authorities = TrustedAuthorities(of: project, environment: environment, time: time, log: log)
    session = ProjectSession(
      project: project, transport: transport, breakers: breakers, time: time, observer: observer, log: log,
      environment: environment, retryPolicy: retryPolicy, random: random)
  }

  /// Returns the same client after a reload of the configuration that keeps the cloud and the user.
  ///
  /// Tokens, the looked-up project id and pauses that the cloud asked for stay; pace, proxy and trust are `project`'s.
  package func continuing(as project: CloudProject, environment: [String: String]) -> CloudClient {
    session.pacer.change(
      requestsPerSecond: project.requestsPerSecond, maximumConcurrentRequests: project.maximumConcurrentRequests)
    return CloudClient(project: project, continuing: self, environment: environment)
  }

  private init(project: CloudProject, continuing old: CloudClient, environment: [String: String]) {
    self.project = project
    session = old.session
    authorities =
      project.caFile == old.project.caFile
      ? old.authorities
      : TrustedAuthorities(of: project, environment: environment, time: session.time, log: session.log)
  }

  /// Sends one call, with its retries, and returns the answer when its status is 2xx.
  ///
  /// Any other outcome is thrown as a `CloudError` with reason, status, the cloud's code and message.
  package func send(_ request: APIRequest) async throws(CloudError) -> CloudAnswer {
    do throws(CloudError) { return try await sendAuthenticated(request) } catch {
      var error = error
      if error.operation.isEmpty { error.operation = request.operation }
      throw error
    }
  }

  private func sendAuthenticated(_ request: APIRequest) async throws(CloudError) -> CloudAnswer {
    // If answers are logged, the log is to show a refusal, and nothing after it.
    var mayReplace = answerLog == nil
    var schedule = RetrySchedule(policy: session.retryPolicy, deadline: deadline)
    var last: FailedAttempt?
    while true {
      // The credential is fetched before each attempt, since waiting for one may take longer than a credential lives.
      let current = try await session.credentials.current(for: self)
      let issued = current.issued
      let authenticator = RequestAuthenticator(
        credential: issued.credential, projectID: try await scope(of: request, as: issued), holder: current.holder,
        end: current.end)
      let failed: FailedAttempt
      switch try await attempt(request, as: authenticator, after: last) {
      case .success(let answer):
        session.credentials.wasAccepted(issued)
        return answer
      case .failure(let failure):
        if failure.isOutlived { continue }
        failed = failure
      }
      last = failed
      if failed.error.reason == .unauthorized, mayReplace,
        await session.credentials.hasReplacement(for: issued, client: self)
      {
        mayReplace = false
      } else {
        try await prepareRetry(of: request, after: failed, schedule: &schedule)
      }
    }
  }

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
      case .success(let answer): return answer.response
      case .failure(let failed):
        try await prepareRetry(of: request, after: failed, schedule: &schedule)
        last = failed
      }
    }
  }

  /// Waits until the next attempt may be made; throws if there is none.
  private func prepareRetry(
    of request: APIRequest, after failed: FailedAttempt, schedule: inout RetrySchedule
  ) async throws(CloudError) {
    let delay = schedule.next(after: failed, random: session.random())
    if failed.error.reason == .throttled { session.observer.throttled(request.service) }
    if let throttle = failed.throttle {
      // A short pause does not replace the backoff: a cloud that always says one second would be asked every second.
      session.pacer.hold(
        request.service, for: max(throttle.pause ?? .zero, delay ?? .zero), limit: throttle.limit)
    }
    guard let delay, deadline.allows(session.time.uptime() + delay) else {
      throw failed.error
    }
    // The pacer waits for the end of a pause, which holds for the whole service.
    if failed.throttle != nil { return }
    do { try await session.time.sleep(delay) } catch { throw failure(failed.error, of: request) }
  }

  /// Returns the IAM id for `X-Project-Id`: without it, keys would act for whatever project is the user's default.
  private func scope(of request: APIRequest, as issued: IssuedCredential) async throws(CloudError) -> String? {
    guard request.service != .iam else { return nil }
    if let known = project.projectID ?? session.projectLookup.known ?? issued.projectID { return known }
    guard case .keys = issued.credential else { return nil }
    return try await projectID()
  }

  /// Returns the error if the deadline came while another request fetched what is needed: `throttled` if the cloud held
  /// that back.
  func timeRanOut(_ words: String, since start: Duration) -> CloudError {
    session.pacer.wasThrottled([.iam, .sts, .metadata, .podIdentity], since: start)
      ? CloudError(.throttled, message: "the cloud throttles this project: \(words)")
      : CloudError(.timeout, message: words)
  }

  var deadline: Deadline { Deadline(uptime: limits.deadline, time: session.time) }
}

/// The state that all copies of a project's client share.
final class ProjectSession: Sendable {
  let transport: HTTPClient
  let breakers: AccessKeyBreakers
  let time: TimeSource
  let observer: RequestObserver
  let log: Logger
  let pacer: Pacer
  let credentials: CredentialStore
  /// The base URLs of the services, without those that have no usable one.
  let baseURLs: [CloudService: BaseURL]
  let projectLookup: SingleFlight<String>
  let retryPolicy: RetryPolicy
  /// Returns the jitter of a retry, in 0 ..< 1.
  let random: @Sendable () -> Double

  init(
    project: CloudProject, transport: HTTPClient, breakers: AccessKeyBreakers, time: TimeSource,
    observer: RequestObserver, log: Logger, environment: [String: String], retryPolicy: RetryPolicy,
    random: @escaping @Sendable () -> Double
  ) {
    self.transport = transport
    self.breakers = breakers
    self.time = time
    self.observer = observer
    var log = log
    log[metadataKey: "project"] = "\(project.name)"
    self.log = log
    self.retryPolicy = retryPolicy
    self.random = random
    credentials = CredentialStore(
      source: project.credentials, environment: environment, time: time, observer: observer, log: log)
    projectLookup = SingleFlight(time: time, firstWait: .seconds(10))
    if let warning = project.regionWarning { log.warning("\(warning)") }
    var baseURLs: [CloudService: BaseURL] = [:]
    for service in CloudService.allCases {
      baseURLs[service] = (try? project.baseURL(of: service)).flatMap(BaseURL.init)
    }
    self.baseURLs = baseURLs
    pacer = Pacer(
      requestsPerSecond: project.requestsPerSecond,
      maximumConcurrentRequests: project.maximumConcurrentRequests, time: time, paceChanged: observer.paceChanged)
  }
}
