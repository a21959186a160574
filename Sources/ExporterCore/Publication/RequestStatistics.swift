import HTTPTransport
import HuaweiCloud
import System

/// Counts the calls of the cloud's API, for all projects.
package final class RequestStatistics: Sendable {
  fileprivate struct Call: Hashable {
    let project: String
    let service: CloudService
    let operation: String
  }

  fileprivate struct Scope: Hashable {
    let project: String
    let service: CloudService
  }

  fileprivate struct Attempts {
    var codes: [Int?: Int] = [:]
    var durations = Histogram(bounds: RequestMetrics.durationBounds)

    mutating func add(_ status: Int?, _ duration: Duration) {
      codes[status, default: 0] += 1
      durations.observe(duration.seconds)
    }
  }

  fileprivate struct Renewals {
    var successes = 0
    var failures = 0
  }

  fileprivate struct State {
    var calls: [Call: Attempts] = [:]
    var waits: [Scope: Duration] = [:]
    var retries: [Scope: Int] = [:]
    var throttled: [Scope: Int] = [:]
    var paces: [Scope: Double] = [:]
    var expiries: [String: Timestamp] = [:]
    var renewals: [String: Renewals] = [:]
    /// The number of each project's current life, by the project's name.
    ///
    /// An observer counts only in the life that it was made in: after its project was dropped it counts no more, even
    /// if a project of the same name comes back.
    var lives: [String: Int] = [:]
    var lastLife = 0
  }

  /// Protects the counts.
  private let state = Locked(State())

  package init() {}

  /// Returns the observer that a project's client reports to.
  ///
  /// It counts until `keep` leaves the project out; what it is told after that is ignored.
  package func observer(project: String) -> RequestObserver {
    let life = state.withLock { state in
      if let life = state.lives[project] { return life }
      state.lastLife += 1
      state.lives[project] = state.lastLife
      return state.lastLife
    }
    let count = { @Sendable [self] (change: (inout State) -> Void) in
      state.withLock { state in
        if state.lives[project] == life { change(&state) }
      }
    }
    var observer = RequestObserver()
    observer.attempt = { service, operation, status, duration in
      let call = Call(project: project, service: service, operation: operation)
      count { state in
        // Nearly every call is known, and then its scope is known too.
        if state.calls[call]?.add(status, duration) == nil {
          state.calls[call, default: Attempts()].add(status, duration)
          state.touch(Scope(project: project, service: service))
        }
      }
    }
    observer.waited = { service, duration in
      count { $0.waits[Scope(project: project, service: service), default: .zero] += duration }
    }
    observer.retried = { service in
      count { $0.retries[Scope(project: project, service: service), default: 0] += 1 }
    }
    observer.throttled = { service in
      count { $0.throttled[Scope(project: project, service: service), default: 0] += 1 }
    }
    observer.paceChanged = { service, pace in count { $0.paces[Scope(project: project, service: service)] = pace } }
    observer.credentialsExpire = { expiry in count { $0.expiries[project] = expiry } }
    // Both results are shown from the first attempt on, so that their first increase is seen.
    observer.renewalBegan = { count { $0.renewals[project] = $0.renewals[project] ?? Renewals() } }
    observer.renewalEnded = { isSuccess in
      count { state in
        if isSuccess {
          state.renewals[project, default: Renewals()].successes += 1
        } else {
          state.renewals[project, default: Renewals()].failures += 1
        }
      }
    }
    return observer
  }

  /// Forgets all projects but these, and ignores what the observers of the others are told from now on.
  package func keep(projects: Set<String>) {
    state.withLock { state in
      state.lives = state.lives.filter { projects.contains($0.key) }
      state.calls = state.calls.filter { projects.contains($0.key.project) }
      state.waits = state.waits.filter { projects.contains($0.key.project) }
      state.retries = state.retries.filter { projects.contains($0.key.project) }
      state.throttled = state.throttled.filter { projects.contains($0.key.project) }
      state.paces = state.paces.filter { projects.contains($0.key.project) }
      state.expiries = state.expiries.filter { projects.contains($0.key) }
      state.renewals = state.renewals.filter { projects.contains($0.key) }
    }
  }

  /// The times at which the credentials in use expire, by project; credentials without an end are left out.
  package var credentialsExpiry: [String: Timestamp] { state.withLock(\.expiries) }

  /// Returns the operations that a project may and may not call, as far as the answers tell.
  ///
  /// It may call those that were answered, even with 404; it may not call those refused with 403 and never answered.
  package func access(of project: String) -> OperationAccess {
    let calls = state.withLock { $0.calls.filter { $0.key.project == project } }
    let answered = calls.filter { $0.value.codes.keys.contains { 200..<300 ~= $0 ?? 0 || $0 == 404 } }
    let refused = calls.filter { $0.value.codes[403] != nil && answered[$0.key] == nil }
    return OperationAccess(
      allowed: Set(answered.keys.map(\.operation)), refused: Set(refused.keys.map(\.operation)))
  }

  package func families() -> [Family] {
    let state = state.withLock { $0 }
    let calls = state.calls.sorted { $0.key < $1.key }
    let attempts = calls.flatMap { call, attempts in
      attempts.codes.sorted { ($0.key ?? .max) < ($1.key ?? .max) }
        .map { Sample(call.labels.adding("code", $0.key.map(String.init) ?? "error"), Double($0.value)) }
    }
    let durations = calls.map { HistogramSample($0.key.labels, $0.value.durations) }
    return [
      Family(RequestMetrics.requests, attempts),
      Family(RequestMetrics.duration, histograms: durations),
      Family(RequestMetrics.wait, state.waits.mapValues(\.seconds).samples),
      Family(RequestMetrics.retries, state.retries.mapValues(Double.init).samples),
      Family(RequestMetrics.throttled, state.throttled.mapValues(Double.init).samples),
      Family(RequestMetrics.pace, state.paces.samples),
      Family(
        RequestMetrics.credentialsExpiry,
        state.expiries.sorted { $0.key < $1.key }.map { Sample(LabelSet(["project": $0.key]), $0.value.unixTime) }),
      Family(
        RequestMetrics.credentialsRenewals,
        state.renewals.sorted { $0.key < $1.key }.flatMap { project, renewals in
          [("success", renewals.successes), ("failure", renewals.failures)].map { result, count in
            Sample(LabelSet(["project": project, "result": result]), Double(count))
          }
        }),
    ]
  }
}

/// The operations that credentials may and may not call, as far as the answers tell, by name.
package struct OperationAccess: Sendable, Equatable {
  package var allowed: Set<String> = []
  package var refused: Set<String> = []
}

extension RequestStatistics.State {
  /// Starts the counters of a scope at 0 with the first attempt, so that their first increase is seen.
  fileprivate mutating func touch(_ scope: RequestStatistics.Scope) {
    waits[scope, default: .zero] += .zero
    retries[scope, default: 0] += 0
    throttled[scope, default: 0] += 0
  }
}

extension RequestStatistics.Call: Comparable {
  fileprivate static func < (left: Self, right: Self) -> Bool {
    (left.project, left.service.rawValue, left.operation) < (right.project, right.service.rawValue, right.operation)
  }

  fileprivate var labels: LabelSet {
    LabelSet(["project": project, "api": service.rawValue, "operation": operation])
  }
}

extension [RequestStatistics.Scope: Double] {
  fileprivate var samples: [Sample] {
    sorted { ($0.key.project, $0.key.service.rawValue) < ($1.key.project, $1.key.service.rawValue) }
      .map { Sample(LabelSet(["project": $0.key.project, "api": $0.key.service.rawValue]), $0.value) }
  }
}

/// The metrics about the calls of the cloud's API.
enum RequestMetrics {
  static let durationBounds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

  static let requests = MetricDescriptor(
    "huaweicloud_exporter_api_requests_total", .counter, labels: ["project", "api", "operation", "code"],
    help: "Requests sent to the cloud's API, each attempt by its HTTP status, or error where no answer came.")
  static let duration = MetricDescriptor(
    "huaweicloud_exporter_api_request_duration_seconds", .histogram, labels: ["project", "api", "operation"],
    help: "Duration of one attempt of a request to the cloud's API.")
  static let wait = MetricDescriptor(
    "huaweicloud_exporter_api_wait_seconds_total", .counter, labels: ["project", "api"],
    help:
      "Time that requests were held back by pacing, by max_concurrent_requests, or by a pause that the cloud asked for."
  )
  static let retries = MetricDescriptor(
    "huaweicloud_exporter_api_retries_total", .counter, labels: ["project", "api"],
    help: "Attempts that repeated a failed one.")
  static let throttled = MetricDescriptor(
    "huaweicloud_exporter_api_throttled_total", .counter, labels: ["project", "api"],
    help: "Answers by which the cloud refused a request because there were too many.")
  static let pace = MetricDescriptor(
    "huaweicloud_exporter_requests_per_second_limit", labels: ["project", "api"],
    help: "Requests a second that are sent at most: what is configured, or less after a limit that the cloud stated.")
  static let credentialsExpiry = MetricDescriptor(
    "huaweicloud_exporter_credentials_expiry_timestamp_seconds", labels: ["project"],
    help: "Unix time at which the token or temporary key in use expires.")
  static let credentialsRenewals = MetricDescriptor(
    "huaweicloud_exporter_credentials_renewals_total", .counter, labels: ["project", "result"],
    help: "Attempts to get a token or temporary key, the first one too, by result.")

  static let all = [requests, duration, wait, retries, throttled, pace, credentialsExpiry, credentialsRenewals]
}
