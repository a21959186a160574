import HTTPTransport

/// Lets the requests of one project start: at the pace of their service, and not too many at once.
final class RequestGate: Sendable {
  /// Why a request may not start.
  enum Refusal: Error {
    case cancelled
    /// Its turn would come too late.
    case deadline(isThrottled: Bool)
  }

  private struct Lane: Sendable {
    /// One at a time decides when to start: the order is that of asking.
    let head = Turns(places: 1)
    /// Protects the pace; held for a sum or a comparison.
    let pace: Locked<Pace>
  }

  private let lanes: [CloudService: Lane]
  private let slots: Turns
  private let time: TimeSource

  init(requestsPerSecond: Double, maximumConcurrentRequests: Int, time: TimeSource) {
    self.time = time
    slots = Turns(places: maximumConcurrentRequests)
    lanes = Dictionary(
      uniqueKeysWithValues: CloudService.allCases.map { service in
        (service, Lane(pace: Locked(Pace(requestsPerSecond: requestsPerSecond))))
      })
  }

  /// Waits for a turn at `service`; the place that is returned must be given back with `leave`.
  func enter(_ service: CloudService, until deadline: Deadline) async throws(Refusal) -> Turns.Turn {
    guard let lane = lanes[service] else { preconditionFailure("every service has a lane") }
    try expectTurn(in: lane, before: deadline)
    let head = lane.head.enter()
    defer { lane.head.leave(head) }
    try await wait(for: head, in: lane, until: deadline)
    while true {
      try await waitForPace(of: lane, until: deadline)
      let slot = slots.enter()
      do throws(Refusal) { try await wait(for: slot, in: lane, until: deadline) } catch {
        slots.leave(slot)
        throw error
      }
      let mayStart = lane.pace.withLock { pace in
        let now = time.uptime()
        guard pace.earliestStart() <= now else { return false }
        pace.start(at: now)
        return true
      }
      if mayStart { return slot }
      // The service was paused while this request waited for a place.
      slots.leave(slot)
    }
  }

  func leave(_ slot: Turns.Turn) { slots.leave(slot) }

  /// Nothing more starts at `service` for a while.
  func hold(_ service: CloudService, for duration: Duration, limit: ThrottleLimit?) {
    lanes[service]?.pace.withLock { $0.hold(for: duration, limit: limit, at: time.uptime()) }
  }

  private func waitForPace(of lane: Lane, until deadline: Deadline) async throws(Refusal) {
    while true {
      let start = lane.pace.withLock { $0.earliestStart() }
      let now = time.uptime()
      if start <= now { return }
      try expectTurn(in: lane, before: deadline)
      do { try await time.sleep(start - now) } catch { throw .cancelled }
    }
  }

  private func wait(for turn: Turns.Turn, in lane: Lane, until deadline: Deadline) async throws(Refusal) {
    // The common case, without the tasks that watching the deadline takes.
    if turn.granted.isFulfilled { return }
    let granted: Void?
    do {
      granted = try await deadline.bound { () throws(CancellationError) in try await turn.granted.value() }
    } catch { throw .cancelled }
    if granted == nil { throw .deadline(isThrottled: isPaused(lane)) }
  }

  /// There is no use in waiting for what cannot come in time.
  private func expectTurn(in lane: Lane, before deadline: Deadline) throws(Refusal) {
    let start = lane.pace.withLock { max($0.earliestStart(), time.uptime()) }
    if !deadline.allows(start) { throw .deadline(isThrottled: isPaused(lane)) }
  }

  private func isPaused(_ lane: Lane) -> Bool {
    lane.pace.withLock { $0.isPaused(at: time.uptime()) }
  }
}
