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
      let skipped = schedule.advance(past: end, random: .random(in: 0..<1))
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
    let inventory = project.inventory.withLock { $0 }
    var client = project.client
    client.limits.requestTimeout = settings.requestTimeout
    client.limits.maximumResponseBytes = settings.maximumResponseBytes
    client.limits.deadline = deadline
    if isProbe { client.limits.maximumPages = 1 }
    client.requests = requests
    let refresh = Refresh(
      target: specification.id, client: client, options: specification.options,
      instance: inventory.instances?.first { $0.id == specification.id.scope }, start: time.now(),
      maximumSeries: settings.maximumSeries)
    switch specification.method {
    case .listing(let list):
      return .listing(await listing(refresh, list))
    case .objects(let ask, _):
      let sweep = ObjectSweep(
        refresh: refresh, ask: ask, concurrency: specification.cloud.maximumConcurrentRequests, deadline: deadline,
        discoveryInterval: settings.discoveryInterval, time: time)
      let objects = specification.watchedObjects(in: inventory)
      return .objects(
        await sweep.run(isProbe ? Array(objects.prefix(1)) : objects, memory: &memory, report: report))
    }
  }

  private func listing(
    _ refresh: Refresh, _ list: @Sendable (Refresh) async throws(CloudError) -> Listing
  ) async -> Result<Listing, CloudError> {
    do throws(CloudError) {
      let listing = try await list(refresh)
      guard listing.families.seriesCount <= refresh.maximumSeries else {
        throw CloudError(
          .tooManySeries,
          message: "\(listing.families.seriesCount) series are more than max_series (\(refresh.maximumSeries)) allows")
      }
      return .success(listing)
    } catch {
      return .failure(error)
    }
  }
}

extension TargetSpecification {
  fileprivate var method: CollectorMethod {
    switch work {
    case .discovery(let discovery, let isOptional):
      .listing { refresh throws(CloudError) in try await discovery.find(refresh, isOptional: isOptional) }
    case .collector(let collector): collector.method
    }
  }
}
