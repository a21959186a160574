import CloudSimulator
import ExporterCore
import HTTPTransport
import HuaweiCloud
import System
import TestSupport
import Testing

/// A collection loop while it runs: what it published last, and what it logged.
final class RunningLoop: Sendable {
  let loop: CollectionLoop
  let logged = LogRecorder()
  private let statistics = RequestStatistics()
  private let transport = HTTPClient()
  private let time: TimeSource
  /// Protects what was published last.
  private let shown = Locked<(snapshot: Snapshot, statuses: [TargetStatus])>((.empty, []))

  init(
    _ configuration: Configuration, time: TimeSource = .system, environment: [String: String] = [:],
    shard: Shard = .whole
  ) {
    self.time = time
    var dependencies = CollectionLoop.Dependencies(
      transport: transport, statistics: statistics, build: BuildInformation(), environment: environment,
      log: logged.logger)
    dependencies.time = time
    dependencies.shard = shard
    loop = CollectionLoop(configuration: configuration, dependencies: dependencies)
  }

  var page: ExposedPage {
    let snapshot = shown.withLock { $0.snapshot }
    return ExposedPage(snapshot.text(.text, followedBy: statistics.families()))
  }

  var statuses: [TargetStatus] { shown.withLock { $0.statuses } }

  /// The state of the one target of a collector, or of the one with this scope.
  func status(_ collector: String, _ scope: String? = nil) -> TargetStatus? {
    statuses.first { $0.target.collector == collector && (scope == nil || $0.target.scope == scope) }
  }

  func refreshes(_ collector: String, _ scope: String? = nil) -> Int { status(collector, scope)?.refreshes ?? 0 }

  /// A value of the exporter's own metrics about a target.
  func own(_ name: String, _ collector: String, _ scope: String = "", _ more: String = "") -> Double? {
    page.value(
      "huaweicloud_exporter_\(name){project=\"prod\",collector=\"\(collector)\",target=\"\(scope)\"\(more)}")
  }

  /// Waits, in real time, until `condition` holds; the page that is shown is newer by then.
  func until(
    _ what: String, within limit: Duration = .seconds(20), _ location: SourceLocation = #_sourceLocation,
    _ condition: (RunningLoop) -> Bool
  ) async throws {
    do {
      try await TestSupport.until(what, within: limit, every: .milliseconds(5)) { condition(self) }
    } catch let error as NeverHappened {
      Issue.record("waited in vain: \(what); \(statuses.map { ($0.target, $0.lastError) })", sourceLocation: location)
      throw error
    }
  }

  /// Waits until every target of a collector, or of all but discovery, has ended `count` more refreshes.
  func untilRefreshed(
    _ count: Int = 1, of collector: String? = nil, _ location: SourceLocation = #_sourceLocation
  ) async throws {
    let before = Dictionary(uniqueKeysWithValues: statuses.map { ($0.target, $0.refreshes) })
    try await until("\(count) refreshes", location) { running in
      let waited = running.statuses.filter { status in
        let name = status.target.collector
        return collector.map { $0 == name } ?? (name != "discovery")
      }
      return !waited.isEmpty && waited.allSatisfy { $0.refreshes >= (before[$0.target] ?? 0) + count }
    }
  }

  func reload(_ configuration: Result<Configuration, ConfigurationError>) async -> ReloadOutcome {
    await withCheckedContinuation { continuation in
      loop.reload(configuration) { continuation.resume(returning: $0) }
    }
  }

  fileprivate func run() async {
    await loop.run { [shown] snapshot, statuses, _ in shown.withLock { $0 = (snapshot, statuses) } }
    transport.shutdown()
  }
}

/// Runs a collection loop for as long as `body` takes.
func withLoop<Value>(
  _ yaml: String, time: TimeSource = .system, environment: [String: String] = [:], shard: Shard = .whole,
  _ body: (RunningLoop) async throws -> Value
) async throws -> Value {
  await Places.loops.enter()
  defer { Task { await Places.loops.leave() } }
  let running = RunningLoop(
    try configuration(yaml, environment: environment), time: time, environment: environment, shard: shard)
  let task = Task { await running.run() }
  do {
    let value = try await body(running)
    task.cancel()
    await task.value
    return value
  } catch {
    task.cancel()
    await task.value
    throw error
  }
}

func configuration(_ yaml: String, environment: [String: String] = [:]) throws -> Configuration {
  try Configuration(yaml: Array(yaml.utf8), source: "test.yaml", environment: environment)
}
