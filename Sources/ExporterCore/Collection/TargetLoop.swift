import HTTPTransport
import HuaweiCloud
import System

/// Refreshes one target on its schedule until its task is cancelled.
struct TargetLoop: Sendable {
  let specification: TargetSpecification
  let project: WatchedProject
  let time: TimeSource
  /// Whether the loop ends after the first refresh.
  let isOnce: Bool
  let probe: Probe?
  let report: @Sendable (ObjectFinding) -> Void
  let reportListing: @Sendable (SweepResult.Listed) -> Void
  let finish: @Sendable (Outcome) -> Void

  func run() async {
    var schedule = RefreshSchedule(interval: specification.settings.interval, start: time.uptime())
    while let pause = await refreshInTurn(schedule: &schedule), !isOnce {
      do { try await time.sleep(pause) } catch { return }
    }
  }

  /// Waits for one of the places of the collector, refreshes, and hands over the outcome, so that nothing of it is kept
  /// while the task sleeps.
  ///
  /// Returns the time until the next refresh; nil if the task is cancelled.
  private func refreshInTurn(schedule: inout RefreshSchedule) async -> Duration? {
    let places = project.refreshes(of: specification.id.collector)
    let permit = places.acquire()
    defer { places.release(permit) }
    do { try await permit.granted.value() } catch { return nil }
    let start = time.uptime()
    let requests = RequestCount()
    // A child task frees the memory of the refresh as it ends: a task that sleeps keeps the most that it ever needed.
    async let refreshed = refresh(requests: requests, start: start)
    let (result, memory) = await refreshed
    if Task.isCancelled { return nil }
    project.remember(memory, of: specification.id)
    let end = time.uptime()
    let skipped = schedule.advance(
      past: end, random: .random(in: 0..<1),
      atLeast: result.isUnsupported ? specification.settings.discoveryInterval : .zero)
    let pause = max(.zero, schedule.due - end)
    finish(
      Outcome(
        target: specification.id, duration: end - start, end: time.now(), endUptime: end, result: result,
        requests: requests.value, skipped: skipped, nextRefresh: time.now() + pause))
    return pause
  }

  private func refresh(requests: RequestCount, start: Duration) async -> (Outcome.Result, ObjectMemory) {
    var memory = project.memory(of: specification.id)
    return (await refresh(memory: &memory, requests: requests, start: start), memory)
  }

  private func refresh(memory: inout ObjectMemory, requests: RequestCount, start: Duration) async -> Outcome.Result {
    let settings = specification.settings
    let deadline = start + settings.refreshTimeout
    let facts = project.facts.withLock { $0 }
    var client = project.client
    client.limits.requestTimeout = settings.requestTimeout
    client.limits.maximumResponseBytes = settings.maximumResponseBytes
    client.limits.deadline = deadline
    if probe != nil { client.limits.maximumPages = 1 }
    client.answerLog = probe?.answers.map { ($0, specification.collector.collector.key) }
    client.requests = requests
    let run = Run(
      target: specification.id, client: client, facts: facts, start: time.now(), uptime: start, settings: settings)
    func sweep(_ ask: @escaping ObjectSweep.Ask) -> ObjectSweep {
      ObjectSweep(
        run: run, ask: ask, concurrency: client.project.maximumConcurrentRequests, places: project.sweeps,
        deadline: deadline, discoveryInterval: settings.discoveryInterval, time: time)
    }
    switch specification.collector.work.method {
    case .listing(let list): return .listing(await listing(run, list))
    case .objects(let watched, let ask, _):
      let objects: [WatchedObject]
      do throws(CloudError) { objects = try watched(facts, specification.id.scope) } catch {
        return .listing(.failure(error))
      }
      return .objects(
        await sweep(ask).sweep(
          Array(objects.prefix(probe?.objects ?? .max)), memory: &memory, report: report))
    case .listedObjects(let list, _):
      let listed: [Collector.AskableObject]
      do throws(CloudError) { listed = try await list(run) } catch { return .listing(.failure(error)) }
      let asks = Dictionary(listed.map { ($0.object.key, $0.ask) }, uniquingKeysWith: { first, _ in first })
      let objects = listed.prefix(probe == nil ? .max : 1).map(\.object)
      let said = SweepResult.Listed(
        sheets: Dictionary(listed.map { ($0.object.key, $0.listed) }, uniquingKeysWith: { first, _ in first }),
        at: time.uptime(), unusable: run.notes.unusable, unexpected: run.notes.unexpected)
      reportListing(said)
      var result = await sweep { run, object throws(CloudError) in
        guard let ask = asks[object.key] else { return .gone }
        return try await ask(run)
      }.sweep(objects, memory: &memory, report: report)
      result.listed = said
      return .objects(result)
    }
  }

  private func listing(
    _ run: Run, _ list: @Sendable (Run) async throws(CloudError) -> Collected
  ) async -> Result<Collected, CloudError> {
    do throws(CloudError) {
      return .success(try await list(run))
    } catch {
      // A refusal is no failure if nothing depends on the answer.
      if specification.isOptional, error.reason == .forbidden {
        return .success(Collected(sheet: specification.emptySheet, objects: 0))
      }
      return .failure(error)
    }
  }
}

/// The schedule of a target: due at once, then every interval, with jitter so that targets do not fire together.
struct RefreshSchedule: Sendable {
  private let interval: Duration
  /// When the next refresh is due, in `TimeSource.uptime`.
  private(set) var due: Duration
  private var isFirst = true

  init(interval: Duration, start: Duration) {
    self.interval = interval
    due = start
  }

  /// Moves on to the next refresh after one that ended at `end`; returns how many became due while it still ran.
  ///
  /// `random` is in 0 ..< 1. The second refresh comes after half to all of an interval, which spreads the targets;
  /// later intervals vary by a twentieth. `wait` is the least time after `end` to leave the target alone; refreshes
  /// that are due within it do not count as skipped.
  mutating func advance(past end: Duration, random: Double, atLeast wait: Duration = .zero) -> Int {
    due += interval * (isFirst ? 0.5 + random / 2 : 0.95 + random / 10)
    isFirst = false
    var skipped = 0
    while due < end {
      due += interval
      skipped += 1
    }
    while wait > .zero, due < end + wait { due += interval }
    return skipped
  }
}
