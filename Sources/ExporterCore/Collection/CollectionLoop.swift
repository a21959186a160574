import HTTPTransport
import HuaweiCloud
import Logging
import System

/// Collects in the background and publishes the results: many producers, and one consumer that owns all state.
///
/// Each target has a task of its own, which refreshes and reports; `run` takes the reports one by one, updates the
/// states and the page, and publishes. Nothing else changes them, so they need no lock.
package final class CollectionLoop: Sendable {
  enum Event: Sendable {
    case finding(ObjectFinding, of: TargetID, run: Int)
    case listed(SweepResult.Listed, of: TargetID, run: Int)
    case ended(Outcome, run: Int)
    case reload(Result<Configuration, ConfigurationError>, reply: @Sendable (ReloadOutcome) -> Void)
    /// Something is due: a publication that was held back, or data that has become too old.
    case wake
  }

  /// What the loop needs from outside.
  package struct Dependencies: Sendable {
    package var transport: HTTPClient
    package var statistics: RequestStatistics
    package var build: BuildInformation
    package var environment: [String: String]
    package var shard: Shard = .whole
    /// The memory limit of the process in bytes, or nil if there is none.
    package var memoryLimit: Double?
    package var catalog: Catalog = .standard
    package var time: TimeSource = .system
    package var log: Logger
    /// Whether the loop ends once every target has been refreshed.
    package var isOnce = false
    /// Whether the page is one of several, for different projects or shards, and must repeat nothing of the others.
    package var isOneOfSeveral = false
    /// Limits what is asked to one page of each listing and a few objects of each target; nil if everything is asked.
    package var probe: Probe?

    package init(
      transport: HTTPClient, statistics: RequestStatistics, build: BuildInformation, environment: [String: String],
      log: Logger
    ) {
      self.transport = transport
      self.statistics = statistics
      self.build = build
      self.environment = environment
      self.log = log
    }
  }

  /// The least time between two publications of the page.
  static let publicationInterval: Duration = .milliseconds(100)
  /// How soon the exporter counts as ready in any case, so that a slow cloud never takes down the Pod of a sidecar.
  static let readinessLimit: Duration = .seconds(60)
  /// How often the findings of a long refresh are shown while it runs.
  static let progressInterval: Duration = .seconds(5)

  private let configuration: Configuration
  private let dependencies: Dependencies
  private let events: AsyncStream<Event>
  private let post: AsyncStream<Event>.Continuation

  package init(configuration: Configuration, dependencies: Dependencies) {
    self.configuration = configuration
    self.dependencies = dependencies
    (events, post) = AsyncStream.makeStream(of: Event.self)
  }

  /// Applies another configuration, or records that it could not be read; unchanged targets keep data and schedule.
  package func reload(
    _ configuration: Result<Configuration, ConfigurationError>, reply: @escaping @Sendable (ReloadOutcome) -> Void
  ) {
    if case .terminated = post.yield(.reload(configuration, reply: reply)) {
      reply(.failed("the exporter is about to end"))
    }
  }

  /// Collects until the task is cancelled or, with `isOnce`, until every target has been refreshed.
  ///
  /// Returns the final page and the status of each target.
  @discardableResult
  package func run(
    publish: @escaping @Sendable (Snapshot, [TargetStatus], Readiness) -> Void
  ) async -> (snapshot: Snapshot, statuses: [TargetStatus]) {
    var state = CollectionState(
      configuration: configuration, dependencies: dependencies, post: { [post] in _ = post.yield($0) }, publish: publish
    )
    var events = events.makeAsyncIterator()
    return await withTaskCancellationHandler {
      state.begin()
      while !(dependencies.isOnce && state.isComplete) {
        guard let event = await events.next() else { break }
        state.take(event)
      }
      return await state.end()
    } onCancel: {
      post.finish()
    }
  }
}
