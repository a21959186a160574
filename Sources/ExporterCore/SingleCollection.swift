import HTTPTransport
import HuaweiCloud
import Logging
import System

/// One refresh of every target without a server; `once` prints its result.
package struct SingleCollection: Sendable {
  package struct Result: Sendable {
    /// The page in text format 0.0.4, without the metrics of the process and of the server.
    package let text: [UInt8]
    package let statuses: [TargetStatus]
    /// When the credentials expire, by project; credentials that do not expire are absent.
    package let expiries: [String: Timestamp]
    /// The operations that the credentials were allowed or refused, by project.
    package let access: [String: OperationAccess]

    package var hasSucceeded: Bool { statuses.allSatisfy(\.isAllRight) }
  }

  private let loop: CollectionLoop
  /// Whether the page includes the request metrics, which are those of a project, so other shards' files may have them.
  private let showsRequests: Bool
  private let statistics = RequestStatistics()

  /// With `isForFile`, leaves out series that would be in the files of other projects or other shards, too.
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
