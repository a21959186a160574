import System

/// Lets the requests of one project start: at the pace of their service, and not too many at once.
final class Pacer: Sendable {
  /// Why a request may not start.
  enum Refusal: Error {
    case cancelled
    /// The request's turn would come after its deadline.
    case deadline(isThrottled: Bool)
  }

  private struct ServiceQueue: Sendable {
    /// The queue for the pace: one request at a time waits for it, so requests start in the order of asking.
    let head = Semaphore(places: 1)
    /// Protects the pace; held for a sum or a comparison.
    let pace: Locked<Pace>
    /// Protects the task that waits for the end of a stated limit: one task serves all limits stated meanwhile.
    let watch = Locked<Task<Void, Never>?>(nil)
  }

  private let queues: [CloudService: ServiceQueue]
  private let places: Semaphore
  private let time: TimeSource
  private let paceChanged: @Sendable (CloudService, _ requestsPerSecond: Double) -> Void

  /// `paceChanged` is called with the pace of a service at its first request, and whenever another one is in force.
  init(
    requestsPerSecond: Double, maximumConcurrentRequests: Int, time: TimeSource,
    paceChanged: @escaping @Sendable (CloudService, _ requestsPerSecond: Double) -> Void = { _, _ in }
  ) {
    self.time = time
    self.paceChanged = paceChanged
    places = Semaphore(places: maximumConcurrentRequests)
    queues = Dictionary(
      uniqueKeysWithValues: CloudService.allCases.map { service in
        (service, ServiceQueue(pace: Locked(Pace(requestsPerSecond: requestsPerSecond))))
      })
  }

  deinit {
    for queue in queues.values { queue.watch.withLock { $0 }?.cancel() }
  }

  /// Waits for a turn at `service`; the place that is returned must be given back with `release`.
  func acquire(_ service: CloudService, until deadline: Deadline) async throws(Refusal) -> Semaphore.Permit {
    guard let queue = queues[service] else { preconditionFailure("every service has a queue") }
    tellPace(of: service, in: queue)
    let arrival = time.uptime()
    try expectTurn(in: queue, before: deadline, since: arrival)
    let head = queue.head.acquire()
    defer { queue.head.release(head) }
    try await wait(for: head, in: queue, until: deadline, since: arrival)
    while true {
      try await waitForPace(of: queue, until: deadline, since: arrival)
      let permit = places.acquire()
      do throws(Refusal) { try await wait(for: permit, in: queue, until: deadline, since: arrival) } catch {
        places.release(permit)
        throw error
      }
      let now = time.uptime()
      let mayStart = queue.pace.withLock { pace in
        guard pace.earliestStart() <= now else { return false }
        pace.start(at: now)
        return true
      }
      if mayStart { return permit }
      // The service was paused while this request waited for a place.
      places.release(permit)
    }
  }

  /// Changes the configured pace and the number of places; what the cloud asked for stays in force.
  func change(requestsPerSecond: Double, maximumConcurrentRequests: Int) {
    places.change(places: maximumConcurrentRequests)
    let now = time.uptime()
    for (service, queue) in queues {
      let wasAsked = queue.pace.withLock { pace in
        pace.change(requestsPerSecond: requestsPerSecond, at: now)
        return pace.wasTold
      }
      if wasAsked { tellPace(of: service, in: queue) }
    }
  }

  func release(_ permit: Semaphore.Permit) { places.release(permit) }

  /// Lets nothing more start at `service` for `duration`, and keeps below `limit`, if there is one, after that.
  func hold(_ service: CloudService, for duration: Duration, limit: ThrottleLimit?) {
    guard let queue = queues[service] else { return }
    let now = time.uptime()
    queue.pace.withLock { $0.hold(for: duration, limit: limit, at: now) }
    tellPace(of: service, in: queue)
  }

  /// Returns whether the cloud's wish for fewer requests held back some to one of `services` since `start`.
  func wasThrottled(_ services: [CloudService], since start: Duration) -> Bool {
    services.contains { queues[$0]?.pace.withLock { $0.wasThrottled(since: start) } ?? false }
  }

  /// Reports the pace in force if it has changed, and again when a stated limit ends.
  private func tellPace(of service: CloudService, in queue: ServiceQueue) {
    let now = time.uptime()
    let (change, end) = queue.pace.withLock { ($0.change(at: now), $0.endOfStatedLimit(at: now)) }
    if let change { paceChanged(service, change) }
    guard end != nil else { return }
    queue.watch.withLock { watch in
      guard watch == nil else { return }
      // Without this task the end might be reported late: the next refresh can be an hour away.
      watch = Task { [weak self, time] in
        while let end = queue.pace.withLock({ $0.endOfStatedLimit(at: time.uptime()) }) {
          do { try await time.sleep(end - time.uptime()) } catch { return }
        }
        queue.watch.withLock { $0 = nil }
        self?.tellPace(of: service, in: queue)
      }
    }
  }

  private func waitForPace(of queue: ServiceQueue, until deadline: Deadline, since arrival: Duration)
    async throws(Refusal)
  {
    while true {
      let start = queue.pace.withLock { $0.earliestStart() }
      let now = time.uptime()
      if start <= now { return }
      try expectTurn(in: queue, before: deadline, since: arrival)
      do { try await time.sleep(start - now) } catch { throw .cancelled }
    }
  }

  private func wait(
    for permit: Semaphore.Permit, in queue: ServiceQueue, until deadline: Deadline, since arrival: Duration
  ) async throws(Refusal) {
    // In this common case the tasks that watch the deadline are not needed.
    if permit.granted.isFulfilled { return }
    let granted: Void?
    do {
      granted = try await deadline.bound { () throws(CancellationError) in try await permit.granted.value() }
    } catch { throw .cancelled }
    if granted == nil { throw deadlineComes(in: queue, since: arrival) }
  }

  /// Throws if the turn can't come before the deadline, so that nothing waits for it in vain.
  private func expectTurn(in queue: ServiceQueue, before deadline: Deadline, since arrival: Duration) throws(Refusal) {
    let start = queue.pace.withLock { $0.earliestStart() }
    if !deadline.allows(max(start, time.uptime())) { throw deadlineComes(in: queue, since: arrival) }
  }

  private func deadlineComes(in queue: ServiceQueue, since arrival: Duration) -> Refusal {
    .deadline(isThrottled: queue.pace.withLock { $0.wasThrottled(since: arrival) })
  }
}
