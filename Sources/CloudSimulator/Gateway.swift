import HTTPTransport
import HuaweiCloud

/// Answers requests of the simulated cloud, without a socket: faults first, then who asks, then the route.
final class Gateway: Sendable {
  struct State: Sendable {
    var world: World
    var gatekeeper: Gatekeeper
    var faults: Faults
    var log: RequestLog
    var requests = 0
    /// Answers that are owed: never given, or not yet.
    var owed: [Int: @Sendable (HTTPServerResponse) -> Void] = [:]
    var isStopped = false
  }

  /// Protects what requests change (counts, tokens, draws of the faults, the log) and what a test changes under them.
  let state: Locked<State>
  let time: TimeSource
  private let start: Duration
  private let hash: SeededHash

  init(world: World, authentication: Authentication, faults: Faults, seed: UInt64, time: TimeSource) {
    hash = SeededHash(seed: seed)
    self.time = time
    start = time.uptime()
    state = Locked(
      State(
        world: world, gatekeeper: Gatekeeper(authentication: authentication, hash: hash), faults: faults,
        log: RequestLog(capacity: 20_000)))
  }

  /// The world's time now: its beginning, and what passed since the simulator's start at the world's speed.
  func worldTime(of world: World) -> Timestamp {
    world.beginning + .seconds((time.uptime() - start) / .seconds(1) * world.speed)
  }

  func answer(to request: HTTPServerRequest) -> HTTPServerAnswer {
    let match = RouteMatch(method: request.method, path: request.path)
    let realTime = time.now()
    var entry = ReceivedRequest(
      time: realTime, uptime: time.uptime(), method: request.method,
      target: request.path + (request.query.map { "?" + $0 } ?? ""), operation: match?.operation,
      projectID: match?.parameters["project_id"] ?? request.headers.first(named: "X-Project-Id"),
      accessKey: Gatekeeper.accessKey(of: request))
    let (number, fault) = state.withLock { state in
      if entry.projectID == nil, let token = request.headers.first(named: "X-Auth-Token") {
        entry.projectID = state.gatekeeper.projectID(ofToken: token)
      }
      state.requests += 1
      return (state.requests, state.faults.fault(for: entry, hash: hash))
    }
    let requestID = hash.hexadecimal(32, 0x1D, number)
    let answer: FaultyAnswer
    let early = fault.flatMap {
      FaultyAnswer(
        fault: $0, operation: match?.operation, realTime: realTime, requestID: requestID, hash: hash)
    }
    if let early {
      answer = early
    } else {
      let reply = self.reply(to: request, match, fault: fault, realTime: realTime, requestID: requestID)
      answer = FaultyAnswer(reply: reply, fault: fault, requestID: requestID)
    }
    switch answer {
    case .response(let response), .later(let response, _): entry.status = response.status
    case .never: entry.status = nil
    }
    state.withLock { $0.log.add(entry) }
    return deliver(answer, number: number)
  }

  private func reply(
    to request: HTTPServerRequest, _ match: RouteMatch?, fault: Fault?, realTime: Timestamp, requestID: String
  ) -> Reply {
    guard let match else {
      return .failure(
        404, "APIGW.0101", "The API does not exist or has not been published in the environment", requestID: requestID)
    }
    let world = state.withLock(\.world)
    var route = RouteRequest(
      operation: match.operation, parameters: match.parameters, query: RouteRequest.query(request.query),
      headers: request.headers, body: request.body, world: world, now: worldTime(of: world), realTime: realTime,
      requestID: requestID)
    if case .tampering(let tampering) = fault { route.tampering = tampering }
    if case .paging(let paging) = fault { route.paging = paging }
    if !match.operation.isOpen {
      do throws(RefusalError) {
        try admit(request, to: &route)
      } catch {
        return .failure(
          error.status, error.code, error.message, requestID: requestID, tampering: route.tampering)
      }
    }
    return route.reply(state)
  }

  private func admit(_ request: HTTPServerRequest, to route: inout RouteRequest) throws(RefusalError) {
    let worldTime = route.now
    let realTime = route.realTime
    let (scope, isChecked) = try state.withLock { state throws(RefusalError) in
      let scope = try state.gatekeeper.admit(request, realTime: realTime, worldTime: worldTime)
      if case .none = state.gatekeeper.authentication { return (scope, false) }
      return (scope, true)
    }
    let named = route.headers.first(named: "X-Project-Id")
    if let asked = route.parameters["project_id"] {
      guard scope == nil || scope == asked else {
        throw RefusalError(code: "APIGW.0307", message: "The token must be updated")
      }
      route.projectID = asked
    } else {
      route.projectID = scope ?? named ?? (isChecked ? nil : route.world.projects.first?.id)
    }
    let needsProject = route.operation.needsProjectHeader || route.parameters["project_id"] != nil
    guard needsProject else { return }
    guard route.projectID != nil else {
      throw RefusalError(status: 400, code: "APIGW.0302", message: "X-Project-Id is missing")
    }
    guard route.project != nil else {
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
          // Cut short only when the simulator stops, which answers what is owed itself.
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

  /// Answers everything that is owed, so that no connection waits for ever.
  func stop() {
    let owed = state.withLock { state in
      state.isStopped = true
      defer { state.owed = [:] }
      return state.owed
    }
    for complete in owed.values { complete(HTTPServerResponse(status: 503)) }
  }
}
