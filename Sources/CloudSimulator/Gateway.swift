import HTTPTransport
import System

/// Answers requests of the simulated cloud, without a socket: draws a fault, checks the caller, and calls the route.
final class Gateway: Sendable {
  struct State: Sendable {
    var world: World
    var accessCheck: AccessCheck
    var faults: Faults
    var log: RequestLog
    var requests = 0
    /// The completions of requests that have no answer yet or never get one, by the number of the request.
    var owed: [Int: @Sendable (HTTPServerResponse) -> Void] = [:]
    var isStopped = false
  }

  /// Protects what requests change (counts, tokens, draws of the faults, the log) and what a test changes meanwhile.
  let state: Locked<State>
  let time: TimeSource
  private let routes: [Route]
  private let start: Duration
  private let hash: SeededHash

  init(
    world: World, authentication: Authentication, faults: Faults, routes: [Route], seed: UInt64, time: TimeSource
  ) {
    self.routes = routes
    hash = SeededHash(seed: seed)
    self.time = time
    start = time.uptime()
    state = Locked(
      State(
        world: world, accessCheck: AccessCheck(authentication: authentication, hash: hash), faults: faults,
        log: RequestLog(capacity: 20_000)))
  }

  /// Returns the current time of the world: its beginning, and the time since the start at the world's speed.
  func worldTime(of world: World) -> Timestamp {
    world.beginning + .seconds((time.uptime() - start) / .seconds(1) * world.speed)
  }

  func answer(to request: HTTPServerRequest) -> HTTPServerAnswer {
    let match = match(request)
    let realTime = time.now()
    var entry = ReceivedRequest(
      time: realTime, uptime: time.uptime(), method: request.method,
      target: request.path + (request.query.map { "?" + $0 } ?? ""), operation: match?.route.operation,
      projectID: match?.parameters["project_id"] ?? request.headers.first(named: "X-Project-Id"),
      accessKey: AccessCheck.accessKey(of: request))
    let (number, fault) = state.withLock { state in
      if entry.projectID == nil, let token = request.headers.first(named: "X-Auth-Token") {
        entry.projectID = state.accessCheck.projectID(ofToken: token)
      }
      state.requests += 1
      return (state.requests, state.faults.fault(for: entry, hash: hash))
    }
    let requestID = hash.hexadecimal(32, 0x1D, number)
    let answer = FaultyAnswer(
      fault: fault, service: match?.route.service, realTime: realTime, requestID: requestID, hash: hash
    ) {
      guard let match else { return .unpublished(requestID: requestID) }
      let world = state.withLock(\.world)
      var asked = RouteRequest(
        route: match.route, parameters: match.parameters, query: RouteRequest.query(request.query),
        headers: request.headers, body: request.body, world: world, now: worldTime(of: world), realTime: realTime,
        requestID: requestID)
      if case .tampering(let tampering) = fault { asked.tampering = tampering }
      if case .paging(let paging) = fault { asked.paging = paging }
      return reply(to: request, &asked)
    }
    switch answer {
    case .response(let response), .later(let response, _): entry.status = response.status
    case .never: entry.status = nil
    }
    state.withLock { $0.log.add(entry) }
    return deliver(answer, number: number)
  }

  /// Returns the route that a request is for, with the values of the path's parameters.
  private func match(_ request: HTTPServerRequest) -> (route: Route, parameters: [String: String])? {
    let segments = Route.segments(of: request.path)
    for route in routes {
      if let parameters = route.parameters(method: request.method, segments: segments) { return (route, parameters) }
    }
    return nil
  }

  private func reply(to request: HTTPServerRequest, _ asked: inout RouteRequest) -> Reply {
    do throws(RefusalError) {
      try admit(request, to: &asked)
    } catch {
      return .failure(
        error.status, error.code, error.message, requestID: asked.requestID, tampering: asked.tampering)
    }
    if let withheld = asked.withheld { return withheld }
    switch asked.route.answer {
    case .shown(let answer):
      do throws(PageError) {
        return try answer(asked)
      } catch {
        return asked.failure(400, asked.route.service.refusedPage, error.message)
      }
    case .issued(let answer):
      let asked = asked
      return state.withLock { answer(asked, &$0.accessCheck) }
    }
  }

  /// Checks the caller, unless the route answers everybody, and sets the project that the request is about.
  private func admit(_ request: HTTPServerRequest, to asked: inout RouteRequest) throws(RefusalError) {
    guard asked.route.caller != .anybody else { return }
    let worldTime = asked.now
    let realTime = asked.realTime
    let (scope, isChecked) = try state.withLock { state throws(RefusalError) in
      let scope = try state.accessCheck.admit(request, realTime: realTime, worldTime: worldTime)
      if case .none = state.accessCheck.authentication { return (scope, false) }
      return (scope, true)
    }
    let named = asked.headers.first(named: "X-Project-Id")
    if let inPath = asked.parameters["project_id"] {
      guard scope == nil || scope == inPath else {
        throw RefusalError(code: "APIGW.0307", message: "The token must be updated")
      }
      asked.projectID = inPath
    } else {
      asked.projectID = scope ?? named ?? (isChecked ? nil : asked.world.projects.first?.id)
    }
    guard asked.route.caller == .project else { return }
    guard asked.projectID != nil else {
      throw RefusalError(status: 400, code: "APIGW.0302", message: "X-Project-Id is missing")
    }
    guard asked.project != nil else {
      throw RefusalError(status: 403, code: "APIGW.0302", message: "No permission for the project")
    }
  }

  private func deliver(_ answer: FaultyAnswer, number: Int) -> HTTPServerAnswer {
    switch answer {
    case .response(let response): return .response(response)
    case .later(let response, let delay):
      let sleep = time.sleep
      return .deferred { [self] complete in
        owe(complete, number)
        Task {
          // If the simulator stops before the sleep ends, it answers the request itself, and `settle` does nothing.
          try? await sleep(delay)
          settle(number, with: response)
        }
      }
    case .never: return .deferred { [self] complete in owe(complete, number) }
    }
  }

  private func owe(_ complete: @escaping @Sendable (HTTPServerResponse) -> Void, _ number: Int) {
    let isStopped = state.withLock { state in
      if !state.isStopped { state.owed[number] = complete }
      return state.isStopped
    }
    if isStopped { complete(HTTPServerResponse(status: 503)) }
  }

  private func settle(_ number: Int, with response: HTTPServerResponse) {
    let complete = state.withLock { $0.owed.removeValue(forKey: number) }
    complete?(response)
  }

  /// Answers all requests that have no answer yet, so that no connection waits forever.
  func stop() {
    let owed = state.withLock { state in
      state.isStopped = true
      defer { state.owed = [:] }
      return state.owed
    }
    for complete in owed.values { complete(HTTPServerResponse(status: 503)) }
  }
}

/// A request that the simulator received, and what it decided to answer.
package struct ReceivedRequest: Sendable, Hashable {
  /// The time at which the request came, by the machine's clock.
  package var time: Timestamp
  /// The time at which the request came, as `TimeSource.uptime`.
  package var uptime: Duration
  package var method: String
  /// The path and the query as sent.
  package var target: String
  /// The operation, or nil if no such path is published.
  package var operation: Operation?
  /// The project that the request is about, if it could be found out.
  package var projectID: String?
  /// The access key that the request claims to be signed with, if any.
  package var accessKey: String?
  /// The status of the answer, or nil if a fault leaves the request without one.
  package var status: Int?

  /// Whether the request asks for the beginning of a listing, or for something without pages.
  var isFirstPage: Bool {
    let query = target.firstIndex(of: "?").map { RouteRequest.query(String(target[$0...].dropFirst())) } ?? []
    return query.allSatisfy { ($0.name != "offset" || $0.value == "0") && ($0.name != "marker" || $0.value == "1") }
  }
}

/// The last requests, and the number of all requests since the log was cleared.
struct RequestLog: Sendable {
  private(set) var requests: [ReceivedRequest] = []
  private(set) var total = 0
  private let capacity: Int

  init(capacity: Int) { self.capacity = capacity }

  mutating func add(_ request: ReceivedRequest) {
    total += 1
    // The log grows to twice its capacity and then drops half, which is cheap for each request and bounds the log.
    if requests.count >= capacity * 2 { requests.removeFirst(capacity) }
    requests.append(request)
  }

  mutating func clear() {
    requests = []
    total = 0
  }
}
