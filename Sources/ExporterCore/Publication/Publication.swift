import HTTPTransport
import HuaweiCloud
import System

/// The pages that the server shows: the current snapshot and the pages around it.
///
/// The consumer of outcomes publishes, and the server's threads ask; neither waits for the other.
package final class Publication: Sendable {
  private struct State {
    var snapshot = Snapshot.empty
    var statuses: [TargetStatus] = []
    var readiness: Readiness
  }

  let options: PublicationOptions
  let time: TimeSource
  let server: ServerStatistics
  private let scrapes: ScrapeResponses
  private let reload: @Sendable (@escaping @Sendable (ReloadOutcome) -> Void) -> Void
  /// Protects what was published last; held to copy or swap references only.
  private let state: Locked<State>

  /// Creates a publication without data.
  ///
  /// `requests` counts the calls of the cloud's API; `reload` starts a reload and tells from any thread how it ended.
  package init(
    options: PublicationOptions = PublicationOptions(), readiness: Readiness = Readiness(),
    requests: RequestStatistics = RequestStatistics(), time: TimeSource = .system,
    reload: @escaping @Sendable (@escaping @Sendable (ReloadOutcome) -> Void) -> Void = { $0(.reloaded) }
  ) {
    self.options = options
    self.time = time
    self.reload = reload
    let server = ServerStatistics(telemetryPath: options.telemetryPath)
    self.server = server
    let process = ProcessMetrics()
    let hidesExporterMetrics = options.hidesExporterMetrics
    scrapes = ScrapeResponses(time: time) {
      requests.families() + server.certificate() + (hidesExporterMetrics ? [] : server.families() + process.families())
    }
    state = Locked(State(readiness: readiness))
  }

  /// Shows this snapshot and these statuses from the next request on.
  package func publish(_ snapshot: Snapshot, statuses: [TargetStatus], readiness: Readiness) {
    state.withLock { state in
      state = State(snapshot: snapshot, statuses: statuses, readiness: readiness)
    }
    scrapes.show(snapshot)
  }

  /// Sets the Unix time at which the server's certificate expires, or nil if the server has none.
  package func certificateEnds(at time: Double?) { server.certificateEnds(at: time) }

  /// Answers a request without waiting; the answer to a reload comes later.
  package func answer(_ request: HTTPServerRequest) -> HTTPServerAnswer {
    answer(request, route: Route(path: request.path, telemetryPath: options.telemetryPath))
  }

  /// Counts an answer when it is over, even one that the server gave itself; the server's `onAnswer` calls this.
  package func count(path: String, status: Int, seconds: Double) {
    let route = Route(path: path, telemetryPath: options.telemetryPath)
    server.count(route, status: status, seconds: route == .telemetry && status == 200 ? seconds : nil)
  }

  private func answer(_ request: HTTPServerRequest, route: Route) -> HTTPServerAnswer {
    guard let methods = route.allowedMethods else {
      return .response(HTTPServerResponse(status: 404, text: "Not found.\n"))
    }
    guard methods.contains(request.method) else {
      let allow = HTTPHeader("Allow", methods.joined(separator: ", "))
      return .response(HTTPServerResponse(status: 405, text: "Method not allowed.\n", headers: [allow]))
    }
    switch route {
    case .telemetry: return scrapes.answer(request)
    case .home: return .response(home())
    case .healthy: return .response(HTTPServerResponse(status: 200, text: "Healthy.\n"))
    case .ready: return .response(ready())
    case .reload: return startReload()
    case .other: return .response(HTTPServerResponse(status: 404, text: "Not found.\n"))
    }
  }

  private func home() -> HTTPServerResponse {
    let (statuses, readiness) = state.withLock { ($0.statuses, $0.readiness) }
    let page = StatusPage(
      statuses: statuses, readiness: readiness, isReady: readiness.isReady(at: time.uptime()),
      telemetryPath: options.telemetryPath,
      version: options.build.version, now: time.now())
    return HTTPServerResponse(
      status: 200, text: page.html, contentType: "text/html; charset=utf-8", headers: StatusPage.headers)
  }

  private func ready() -> HTTPServerResponse {
    let readiness = state.withLock { $0.readiness }
    guard !readiness.isReady(at: time.uptime()) else { return HTTPServerResponse(status: 200, text: "Ready.\n") }
    let names = readiness.waitingFor.sorted().map { "  \($0)\n" }.joined()
    return HTTPServerResponse(status: 503, text: "Waiting for the first refresh of:\n\(names)")
  }

  private func startReload() -> HTTPServerAnswer {
    guard options.allowsReload else {
      return .response(
        HTTPServerResponse(status: 403, text: "Reloading over HTTP is off; --web.enable-lifecycle turns it on.\n"))
    }
    return .deferred { [reload] respond in
      reload { outcome in
        switch outcome {
        case .reloaded: respond(HTTPServerResponse(status: 200, text: "Reloaded.\n"))
        case .failed(let error): respond(HTTPServerResponse(status: 500, text: "\(error)\n"))
        }
      }
    }
  }
}
