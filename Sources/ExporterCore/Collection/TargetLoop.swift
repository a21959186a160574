import HTTPTransport
import HuaweiCloud

/// Refreshes one target at its times, for as long as its task lives.
struct TargetLoop: Sendable {
  let specification: TargetSpecification
  let project: WatchedProject
  let time: TimeSource
  /// Ends after the first refresh.
  let isOnce: Bool
  /// Asks for one page or one object only.
  let isProbe: Bool
  let report: @Sendable (ObjectFinding) -> Void
  let finish: @Sendable (Outcome) -> Void

  func run() async {
    var memory = ObjectMemory()
    var schedule = RefreshSchedule(interval: specification.settings.interval, start: time.uptime())
    while !Task.isCancelled {
      let start = time.uptime()
      let requests = RequestCount()
      let result = await refresh(memory: &memory, requests: requests, start: start)
      if Task.isCancelled { return }
      let end = time.uptime()
      let skipped = schedule.advance(
        past: end, random: .random(in: 0..<1),
        atLeast: result.isUnsupported ? specification.settings.discoveryInterval : .zero)
      let wait = max(.zero, schedule.due - end)
      finish(
        Outcome(
          target: specification.id, duration: end - start, end: time.now(), endUptime: end, result: result,
          requests: requests.value, skipped: skipped, nextRefresh: time.now() + wait))
      if isOnce { return }
      do { try await time.sleep(wait) } catch { return }
    }
  }

  private func refresh(memory: inout ObjectMemory, requests: RequestCount, start: Duration) async -> Outcome.Result {
    let settings = specification.settings
    let deadline = start + settings.refreshTimeout
    let facts = project.facts.withLock { $0 }
    var client = project.client
    client.limits.requestTimeout = settings.requestTimeout
    client.limits.maximumResponseBytes = settings.maximumResponseBytes
    client.limits.deadline = deadline
    if isProbe { client.limits.maximumPages = 1 }
    client.requests = requests
    let run = Run(
      target: specification.id, client: client, facts: facts, start: time.now(), maximumSeries: settings.maximumSeries)
    switch specification.collector.work.method {
    case .listing(let list): return .listing(await listing(run, list))
    case .objects(let watched, let ask, _):
      let sweep = ObjectSweep(
        run: run, ask: ask, concurrency: specification.cloud.maximumConcurrentRequests, deadline: deadline,
        discoveryInterval: settings.discoveryInterval, time: time)
      let objects = watched(facts, specification.id.scope)
      return .objects(
        await sweep.sweep(isProbe ? Array(objects.prefix(1)) : objects, memory: &memory, report: report))
    }
  }

  private func listing(
    _ run: Run, _ list: @Sendable (Run) async throws(CloudError) -> Collected
  ) async -> Result<Collected, CloudError> {
    do throws(CloudError) {
      return .success(try await list(run))
    } catch {
      // What nobody depends on may be refused.
      if specification.isOptional, error.reason == .forbidden {
        return .success(Collected(sheet: specification.emptySheet, objects: 0))
      }
      return .failure(error)
    }
  }
}
