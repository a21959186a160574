import CloudSimulator
import Foundation
import HTTPTransport
import HuaweiCloud
import System
import TestSupport
import Testing

@testable import ExporterCore

/// An exporter and a cloud while the time of both is moved by hand, a page for each minute.
final class Day {
  let cloud: CloudSimulator
  let beginning: Timestamp
  private let time = ManualTime()
  private let directory: URL
  private var configuration: Configuration
  private var running: Running?
  private var started: Timestamp
  private(set) var pages = 0
  /// Requests of the processes that are no more.
  private var ended = 0
  /// What goes wrong with requests beside the noise, by the name under which it is mended again.
  private var planted: [String: (fault: Fault, scope: FaultScope, frequency: FaultFrequency)] = [:]

  /// One process of the exporter.
  private struct Running {
    let loop: CollectionLoop
    let statistics = RequestStatistics()
    let transport = HTTPClient()
    let shown = Locked<(snapshot: Snapshot, statuses: [TargetStatus], count: Int)>((.empty, [], 0))
    let task: Task<Void, Never>

    init(_ configuration: Configuration, _ time: TimeSource) {
      var dependencies = CollectionLoop.Dependencies(
        transport: transport, statistics: statistics, build: BuildInformation(version: "1.0.0", swiftVersion: "6"),
        environment: [:], log: silence)
      dependencies.time = time
      dependencies.memoryLimit = 268_435_456
      let loop = CollectionLoop(configuration: configuration, dependencies: dependencies)
      self.loop = loop
      task = Task { [shown] in
        await loop.run { snapshot, statuses, _ in
          shown.withLock { $0 = (snapshot, statuses, $0.count + 1) }
        }
      }
    }

    func end() async {
      task.cancel()
      await task.value
      transport.shutdown()
    }
  }

  init(pagesIn directory: URL, isTroubled: Bool) throws {
    self.directory = directory
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    beginning = time.source.now()
    started = beginning
    var accounts = Accounts.demo
    accounts.keys.append(SimulatedKey(accessKey: "SIMULATEDACCESSKEY02", secretKey: Secret("another-simulated-key")))
    accounts.tokenLifetime = .seconds(4 * 3600)
    cloud = try CloudSimulator(
      world: .calm(beginning: beginning), authentication: .required(accounts), time: time.source)
    configuration = try Self.configuration(cloud, isTroubled: isTroubled)
  }

  /// The projects of the demo with every collector at its own interval, and two small ones for what befalls a project as
  /// a whole.
  private static func configuration(_ cloud: CloudSimulator, isTroubled: Bool) throws -> Configuration {
    func project(_ name: String, _ project: SimulatedProject, _ credentials: String, _ collectors: String?) -> String {
      let region = project.name.split(separator: "_").first ?? ""
      return """
          - {name: \(name), region: \(region), project_id: \(project.id), requests_per_second: 1000,
             credentials: \(credentials), \(endpoints(cloud.url))\(collectors.map { ", collectors: \($0)" } ?? "")}

        """
    }
    let projects = cloud.world.projects
    let key = "{access_key: SIMULATEDACCESSKEY01, secret_key: simulated-secret-key-of-the-demo}"
    let other = "{access_key: SIMULATEDACCESSKEY02, secret_key: another-simulated-key}"
    let user = "{iam_user: {domain_name: simulated, user_name: exporter, password: simulated-password}}"
    return try ExporterCoreTests.configuration(
      "defaults: {discovery_interval: 5m}\nprojects:\n" + project("prod", projects[0], key, nil)
        + project("staging", projects[1], key, nil)
        + project("research", projects[3], user, "{registries: {interval: 1m}, quotas: {interval: 5m}}")
        + project(
          "lab", projects[4], other,
          "{registries: {}, namespaces: {interval: 1m}, quotas: {interval: 5m}, retentions: "
            // One of its requests is never answered, and the time limits of requests are of real time.
            + "{interval: 2h, refresh_timeout: 5h, request_timeout: 1h}\(isTroubled ? ", statistics: {instances: [\(World.noInstance)]}" : "")}"
        ))
  }

  // MARK: What happens

  /// Lets the time pass until this minute, with a page for each.
  func pass(until minute: Int) async throws {
    if running == nil { running = Running(configuration, time.source) }
    while pages <= minute {
      try await settle(until: .seconds(pages * 60))
      try await untilNobodyIsOverdue()
      try write()
      pages += 1
    }
  }

  /// The exporter ends, is away for so many minutes, and begins anew.
  func restart(away minutes: Int) async throws {
    await running?.end()
    running = nil
    ended = cloud.requestCount
    pages += minutes
    try await settle(until: .seconds(pages * 60))
    started = beginning + .seconds(pages * 60)
  }

  func reload(_ configuration: Result<Configuration, ConfigurationError>) async throws {
    guard let loop = running?.loop else { return }
    await withCheckedContinuation { continuation in loop.reload(configuration) { _ in continuation.resume() } }
  }

  /// Takes a configuration over in which something was changed.
  func reconfigure(_ change: (inout Configuration) throws -> Void) async throws {
    try change(&configuration)
    try await reload(.success(configuration))
  }

  func plant(
    _ name: String, _ fault: Fault, _ operation: SimulatedOperation?, path: String? = nil, in project: Int? = nil,
    _ frequency: FaultFrequency = .always
  ) {
    let id = project.map { cloud.world.projects[$0].id }
    planted[name] = (fault, FaultScope(operation: operation, path: path, projectID: id), frequency)
    setFaults()
  }

  func mend(_ name: String) {
    planted[name] = nil
    setFaults()
  }

  /// A 5xx in a hundred, and the next request throttled where it is time for one.
  func setFaults(throttlesNext: Bool = false) {
    cloud.changeFaults { [planted] faults in
      faults.clear()
      for (_, plant) in planted.sorted(by: { $0.key < $1.key }) {
        faults.add(plant.fault, to: plant.scope, plant.frequency)
      }
      if throttlesNext { faults.add(.throttled(), .next(1)) }
      faults.add(.status(503, message: "Service Unavailable"), .probability(0.01))
    }
  }

  var statuses: [TargetStatus] { running?.shown.withLock { $0.statuses } ?? [] }

  func end() async {
    await running?.end()
    cloud.stop()
  }

  // MARK: Time and pages

  /// Moves the time on from waking to waking, each time until nothing happens any more; those within ten seconds wake
  /// together.
  private func settle(until end: Duration) async throws {
    while true {
      try await untilQuiet()
      let next = time.nextWake ?? end
      guard next < end else { break }
      time.advance(by: min(end, max(next, time.uptime + .seconds(10))) - time.uptime)
    }
    if time.uptime < end { time.advance(by: end - time.uptime) }
    try await untilQuiet()
  }

  /// Nobody went to sleep, asked or published for some milliseconds of real time, and every request was answered; one that
  /// the cloud keeps waiting is waited for somewhat longer.
  private func untilQuiet() async throws {
    var before = [-1, -1, -1]
    var quiet = 0
    while true {
      try await Task.sleep(for: .milliseconds(1))
      let asked = cloud.requestCount - ended
      let now = [time.sleeps, asked, running?.shown.withLock { $0.count } ?? 0]
      quiet = now == before ? quiet + 1 : 0
      before = now
      guard quiet >= 3 else { continue }
      if quiet >= 30 || endedAttempts == asked { return }
    }
  }

  private var endedAttempts: Int {
    let requests = running?.statistics.families().first { $0.descriptor.name == RequestMetrics.requests.name }
    return Int(requests?.samples.reduce(0) { $0 + $1.value } ?? 0)
  }

  /// What was due is over and on the page, unless the cloud keeps it waiting: a busy machine may have left it lying.
  private func untilNobodyIsOverdue() async throws {
    let now = time.source.now()
    for _ in 0..<100 where statuses.contains(where: { $0.nextRefresh.map { $0 + .seconds(20) < now } ?? false }) {
      try await Task.sleep(for: .milliseconds(1))
    }
  }

  private func write() throws {
    guard let running else { return }
    var text = running.shown.withLock { $0.snapshot }.text(.text, followedBy: running.statistics.families())
    text += Array("process_start_time_seconds \(started.seconds)\nprocess_resident_memory_bytes 52428800\n".utf8)
    try Data(text).write(to: directory.appending(path: "\(pages).prom"))
  }
}
