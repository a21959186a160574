import HTTPTransport
import Logging
import System

/// What all copies of a project's client share.
final class ProjectSession: Sendable {
  let transport: HTTPClient
  let breakers: AccessKeyBreakers
  let time: TimeSource
  let observer: RequestObserver
  let log: Logger
  let pacer: Pacer
  let credentials: CredentialStore
  /// Without the services that cannot be asked.
  let baseURLs: [CloudService: BaseURL]
  let projectLookup: SingleFlight<String>
  let retryPolicy: RetryPolicy
  /// In 0 ..< 1: the jitter.
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
