import HTTPTransport
import HuaweiCloud
import Logging
import System

/// Collects in the background and publishes what it finds: many producers, one consumer, which owns all that is known.
///
/// Each target has a task of its own, which refreshes and reports; `run` takes the reports in turn, keeps the states and the
/// page, and publishes. Nothing else changes them, so they need no lock.
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
    /// Of the process, in bytes; nil where there is none.
    package var memoryLimit: Double?
    package var catalog: Catalog = .standard
    package var time: TimeSource = .system
    package var log: Logger
    /// Ends when every target was refreshed once.
    package var isOnce = false
    /// The page stands beside those of other projects or shards, and repeats nothing of theirs.
    package var isOneOfSeveral = false
    /// Asks each endpoint once: one page of a listing, one object of many; nil where all is asked.
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

  /// The page is shown at most this often.
  static let publicationInterval: Duration = .milliseconds(100)
  /// From then on the exporter counts as ready in any case, so that a slow cloud never takes the Pod of a sidecar down.
  static let readinessLimit: Duration = .seconds(60)
  /// What a long refresh has found so far is shown this often.
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

  /// Takes over another configuration, or notes that it could not be read; unchanged targets keep data and schedule.
  package func reload(
    _ configuration: Result<Configuration, ConfigurationError>, reply: @escaping @Sendable (ReloadOutcome) -> Void
  ) {
    if case .terminated = post.yield(.reload(configuration, reply: reply)) {
      reply(.failed("the exporter is about to end"))
    }
  }

  /// Collects until the task is cancelled or, when it is to run once, until every target was refreshed.
  ///
  /// Returns the last state: the page, and how each target fared.
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
