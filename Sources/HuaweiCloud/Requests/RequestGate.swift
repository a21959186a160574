import HTTPTransport
import System

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
    /// Protects the task that waits for the end of a stated limit: one does for all that are stated meanwhile.
    let watch = Locked<Task<Void, Never>?>(nil)
  }

  private let lanes: [CloudService: Lane]
  private let slots: Turns
  private let time: TimeSource
  private let paceChanged: @Sendable (CloudService, _ requestsPerSecond: Double) -> Void

  /// `paceChanged` is told the pace of a service with its first request, and whenever another one is in force.
  init(
    requestsPerSecond: Double, maximumConcurrentRequests: Int, time: TimeSource,
    paceChanged: @escaping @Sendable (CloudService, _ requestsPerSecond: Double) -> Void = { _, _ in }
  ) {
    self.time = time
    self.paceChanged = paceChanged
    slots = Turns(places: maximumConcurrentRequests)
    lanes = Dictionary(
      uniqueKeysWithValues: CloudService.allCases.map { service in
        (service, Lane(pace: Locked(Pace(requestsPerSecond: requestsPerSecond))))
      })
  }

  deinit {
    for lane in lanes.values { lane.watch.withLock { $0 }?.cancel() }
  }

  /// Waits for a turn at `service`; the place that is returned must be given back with `leave`.
  func enter(_ service: CloudService, until deadline: Deadline) async throws(Refusal) -> Turns.Turn {
    guard let lane = lanes[service] else { preconditionFailure("every service has a lane") }
    tellPace(of: service, in: lane)
    let arrival = time.uptime()
    try expectTurn(in: lane, before: deadline, since: arrival)
    let head = lane.head.enter()
    defer { lane.head.leave(head) }
    try await wait(for: head, in: lane, until: deadline, since: arrival)
    while true {
      try await waitForPace(of: lane, until: deadline, since: arrival)
      let slot = slots.enter()
      do throws(Refusal) { try await wait(for: slot, in: lane, until: deadline, since: arrival) } catch {
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

  /// Another pace and another number of places are in force from now on; what the cloud asked for stays.
  func change(requestsPerSecond: Double, maximumConcurrentRequests: Int) {
    slots.change(places: maximumConcurrentRequests)
    for (service, lane) in lanes {
      let wasAsked = lane.pace.withLock { pace in
        pace.change(requestsPerSecond: requestsPerSecond, at: time.uptime())
        return pace.wasTold
      }
      if wasAsked { tellPace(of: service, in: lane) }
    }
  }

  func leave(_ slot: Turns.Turn) { slots.leave(slot) }

  /// Nothing more starts at `service` for a while.
  func hold(_ service: CloudService, for duration: Duration, limit: ThrottleLimit?) {
    guard let lane = lanes[service] else { return }
    lane.pace.withLock { $0.hold(for: duration, limit: limit, at: time.uptime()) }
    tellPace(of: service, in: lane)
  }

  /// True where the cloud's wish for fewer requests of one of `services` held some back since `start`.
  func wasThrottled(_ services: [CloudService], since start: Duration) -> Bool {
    services.contains { lanes[$0]?.pace.withLock { $0.wasThrottled(since: start) } ?? false }
  }

  /// Says which pace is in force where that has changed, and again when a stated limit ends.
  private func tellPace(of service: CloudService, in lane: Lane) {
    let now = time.uptime()
    let (change, end) = lane.pace.withLock { ($0.change(at: now), $0.endOfStatedLimit(at: now)) }
    if let change { paceChanged(service, change) }
    guard end != nil else { return }
    lane.watch.withLock { watch in
      guard watch == nil else { return }
      // Nothing else may come to pass by then: the next refresh can be an hour away.
      watch = Task { [weak self, time] in
        while let end = lane.pace.withLock({ $0.endOfStatedLimit(at: time.uptime()) }) {
          do { try await time.sleep(end - time.uptime()) } catch { return }
        }
        lane.watch.withLock { $0 = nil }
        self?.tellPace(of: service, in: lane)
      }
    }
  }

  private func waitForPace(of lane: Lane, until deadline: Deadline, since arrival: Duration) async throws(Refusal) {
    while true {
      let start = lane.pace.withLock { $0.earliestStart() }
      let now = time.uptime()
      if start <= now { return }
      try expectTurn(in: lane, before: deadline, since: arrival)
      do { try await time.sleep(start - now) } catch { throw .cancelled }
    }
  }

  private func wait(
    for turn: Turns.Turn, in lane: Lane, until deadline: Deadline, since arrival: Duration
  ) async throws(Refusal) {
    // The common case, without the tasks that watching the deadline takes.
    if turn.granted.isFulfilled { return }
    let granted: Void?
    do {
      granted = try await deadline.bound { () throws(CancellationError) in try await turn.granted.value() }
    } catch { throw .cancelled }
    if granted == nil { throw deadlineComes(in: lane, since: arrival) }
  }

  /// There is no use in waiting for what cannot come in time.
  private func expectTurn(in lane: Lane, before deadline: Deadline, since arrival: Duration) throws(Refusal) {
    let start = lane.pace.withLock { max($0.earliestStart(), time.uptime()) }
    if !deadline.allows(start) { throw deadlineComes(in: lane, since: arrival) }
  }

  /// True where the cloud's wish held requests to `service` back at some time from `start` on.
  func wasThrottled(_ service: CloudService, since start: Duration) -> Bool {
    lanes[service]?.pace.withLock { $0.wasThrottled(since: start) } ?? false
  }

  private func deadlineComes(in lane: Lane, since arrival: Duration) -> Refusal {
    .deadline(isThrottled: lane.pace.withLock { $0.wasThrottled(since: arrival) })
  }
}
