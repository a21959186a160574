import HTTPTransport
import HuaweiCloud
import Logging
import System

/// One refresh of every target, without a server: what `once` prints.
package struct SingleCollection: Sendable {
  package struct Result: Sendable {
    /// Text format 0.0.4, without what is about this process alone.
    package let text: [UInt8]
    package let statuses: [TargetStatus]
    /// By project: when the credentials end, where they do, and what they were let do.
    package let expiries: [String: Timestamp]
    package let access: [String: OperationAccess]

    package var hasSucceeded: Bool { statuses.allSatisfy(\.isAllRight) }
  }

  private let loop: CollectionLoop
  /// The requests belong to a project, of which another shard's file may tell too.
  private let showsRequests: Bool
  private let statistics = RequestStatistics()

  /// With `isForFile` series are left out that would stand in the files of other projects, or of other shards, too.
  package init(
    configuration: Configuration, shard: Shard = .whole, catalog: Catalog = .standard, transport: HTTPClient,
    build: BuildInformation,
    environment: [String: String], time: TimeSource = .system, log: Logger, probe: Probe? = nil,
    isForFile: Bool = false
  ) {
    var dependencies = CollectionLoop.Dependencies(
      transport: transport, statistics: statistics, build: build, environment: environment, log: log)
    dependencies.shard = shard
    dependencies.catalog = catalog
    dependencies.time = time
    dependencies.isOnce = true
    showsRequests = !isForFile || shard.total == 1
    dependencies.probe = probe
    dependencies.isOneOfSeveral = isForFile
    loop = CollectionLoop(configuration: configuration, dependencies: dependencies)
  }

  package func run() async -> Result {
    let (snapshot, statuses) = await loop.run { _, _, _ in }
    let projects = Set(statuses.map(\.target.project))
    return Result(
      text: snapshot.text(.text, followedBy: showsRequests ? statistics.families() : []), statuses: statuses,
      expiries: statistics.credentialsExpiry,
      access: Dictionary(uniqueKeysWithValues: projects.map { ($0, statistics.access(of: $0)) }))
  }
}
