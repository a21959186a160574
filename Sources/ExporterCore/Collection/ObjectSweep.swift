import HuaweiCloud
import System

/// What a target remembers of its objects between refreshes.
struct ObjectMemory: Sendable {
  struct Entry: Sendable {
    /// When the object was last asked about, in `TimeSource.uptime`.
    var lastAsked: Duration
    /// Until when the object is not asked about, since there was nothing to watch in it.
    var emptyUntil: Duration?
    /// Whether the last answer was empty but not sure and the object had data, so that a second answer must confirm it.
    var isDoubtful = false
    var series = 0
  }

  var entries: [String: Entry] = [:]

  /// Returns the objects that are due, ordered by when they were last asked about; those that never were come first.
  func due(_ objects: [WatchedObject], now: Duration) -> [WatchedObject] {
    objects
      .filter { (entries[$0.key]?.emptyUntil ?? .zero) <= now }
      .enumerated()
      .sorted {
        let (left, right) = (entries[$0.element.key]?.lastAsked, entries[$1.element.key]?.lastAsked)
        return (left ?? .seconds(-1), $0.offset) < (right ?? .seconds(-1), $1.offset)
      }
      .map(\.element)
  }

  mutating func forget(allBut watched: Set<String>) {
    entries = entries.filter { watched.contains($0.key) }
  }

  var series: Int { entries.values.reduce(0) { $0 + $1.series } }
}

/// One refresh that asks about each object with requests of its own, several at a time and in the order of `due`.
struct ObjectSweep: Sendable {
  typealias Ask = @Sendable (Run, WatchedObject) async throws(CloudError) -> ObjectAnswer

  let run: Run
  let ask: Ask
  let concurrency: Int
  /// The places for objects being asked about, shared by all sweeps of the project.
  let places: Semaphore
  let deadline: Duration
  let discoveryInterval: Duration
  let time: TimeSource

  private static let notReached = CloudError(.timeout, message: "refresh_timeout ran out before it was asked")

  /// Asks about every due object until the deadline; objects that are not reached count as failed with `timeout`.
  func sweep(
    _ objects: [WatchedObject], memory: inout ObjectMemory, report: @Sendable (ObjectFinding) -> Void
  ) async -> SweepResult {
    let watched = Set(objects.map(\.key))
    memory.forget(allBut: watched)
    let due = memory.due(objects, now: time.uptime())
    var result = SweepResult(watched: watched, asked: due.count)
    var series = memory.series
    await withTaskGroup(of: Asked.self) { group in
      var waiting = due[...]
      var running = 0
      func startNext() {
        guard running < concurrency, time.uptime() < deadline, !Task.isCancelled, let object = waiting.popFirst()
        else { return }
        running += 1
        group.addTask { await asked(object) }
      }
      for _ in 0..<concurrency { startNext() }
      while let asked = await group.next() {
        running -= 1
        take(asked, memory: &memory, series: &series, into: &result, report: report)
        startNext()
      }
      result.fail(Self.notReached, objects: waiting.map(\.key))
    }
    return result
  }

  /// The result of asking about one object.
  private struct Asked: Sendable {
    let finding: ObjectFinding
    /// Whether at least one request was sent; false if there was no time or no credential for one.
    let wasSent: Bool
  }

  private func asked(_ object: WatchedObject) async -> Asked {
    var run = run
    let requests = RequestCount(within: run.client.requests)
    run.client.requests = requests
    run.notes = Run.Notes()
    let answer: Result<ObjectAnswer, CloudError>
    let permit = places.acquire()
    defer { places.release(permit) }
    do throws(CloudError) {
      try await wait(for: permit)
      answer = .success(try await ask(run, object))
    } catch {
      answer = .failure(error)
    }
    return Asked(
      finding: ObjectFinding(key: object.key, answer: answer, at: time.uptime()), wasSent: requests.value > 0)
  }

  private func wait(for permit: Semaphore.Permit) async throws(CloudError) {
    if permit.granted.isFulfilled { return }
    let granted: Void? =
      try? await Deadline(uptime: deadline, time: time).bound { () throws(CancellationError) in
        try await permit.granted.value()
      }
    if granted == nil { throw Self.notReached }
  }

  private func take(
    _ asked: Asked, memory: inout ObjectMemory, series: inout Int, into result: inout SweepResult,
    report: (ObjectFinding) -> Void
  ) {
    let finding = asked.finding
    let old = memory.entries[finding.key]
    if case .failure(let error) = finding.answer, !asked.wasSent {
      // The object keeps its place in the order, so that the next refresh begins with it.
      result.fail(error, object: finding.key)
      report(finding)
      return
    }
    var entry = ObjectMemory.Entry(lastAsked: finding.at, series: old?.series ?? 0)
    switch finding.answer {
    case .success(.found(let sheet, _)):
      let count = sheet.lineCount
      guard series - entry.series + count <= run.maximumSeries else {
        let error = CloudError(.tooMany, message: "the target has more series than max_series allows")
        result.fail(error, object: finding.key)
        memory.entries[finding.key] = entry
        report(ObjectFinding(key: finding.key, answer: .failure(error), at: finding.at))
        return
      }
      series += count - entry.series
      entry.series = count
    case .success(.nothing(isSure: false)) where entry.series > 0 && old?.isDoubtful != true:
      // The object keeps its data until a second answer says the same.
      entry.isDoubtful = true
      memory.entries[finding.key] = entry
      return
    case .success(.nothing):
      entry.emptyUntil = finding.at + discoveryInterval
      series -= entry.series
      entry.series = 0
    case .success(.gone):
      result.gone.insert(finding.key)
      series -= entry.series
      entry.series = 0
    case .failure(let error):
      result.fail(error, object: finding.key)
    }
    memory.entries[finding.key] = entry
    report(finding)
  }
}
