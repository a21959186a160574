import HTTPTransport
import HuaweiCloud
import System

/// A project that is being collected: its client, and what its targets have found.
final class WatchedProject: Sendable {
  /// The client, which a reload changes and targets read as their refreshes begin.
  let currentClient: Locked<CloudClient>
  /// The facts, which the consumer of outcomes writes and targets read as their refreshes begin.
  let facts = Locked(Facts())
  /// What targets remember of their objects; it survives a reload that restarts them.
  private let memories = Locked<[TargetID: ObjectMemory]>([:])
  /// The places of the targets that ask object by object, for all of them together half of the project's concurrent
  /// requests: if one service hangs, the other targets still find a place.
  let sweeps: Semaphore

  /// How many targets of a collector are refreshed at once.
  ///
  /// A refresh keeps in memory what it has read so far, and beyond a multiple of `max_concurrent_requests` refreshes
  /// would only wait for one another while they hold it.
  static let mostRefreshes = 32
  /// The places for refreshes by collector, so that one whose service hangs does not keep the others waiting.
  private let refreshes = Locked<[String: Semaphore]>([:])

  init(client: CloudClient) {
    currentClient = Locked(client)
    sweeps = Semaphore(places: Self.places(of: client))
  }

  private static func places(of client: CloudClient) -> Int { (client.project.maximumConcurrentRequests + 1) / 2 }

  /// Applies what a reload changed.
  func change(_ client: CloudClient) {
    currentClient.withLock { $0 = client }
    sweeps.change(places: Self.places(of: client))
  }

  /// Returns the places for refreshes of a collector's targets.
  func refreshes(of collector: String) -> Semaphore {
    refreshes.withLock { refreshes in
      let known = refreshes[collector] ?? Semaphore(places: Self.mostRefreshes)
      refreshes[collector] = known
      return known
    }
  }

  func memory(of target: TargetID) -> ObjectMemory { memories.withLock { $0[target] ?? ObjectMemory() } }

  func remember(_ memory: ObjectMemory, of target: TargetID) {
    memories.withLock { $0[target] = memory.entries.isEmpty ? nil : memory }
  }

  func forgetObjects(of target: TargetID) { memories.withLock { $0[target] = nil } }

  var client: CloudClient { currentClient.withLock { $0 } }
}

/// The name, the region and the id by which the page identifies a project.
package struct ProjectIdentity: Sendable, Hashable {
  package var name: String
  package var region: String
  /// The project's id, empty while it is not known.
  package var projectID: String

  package init(name: String, region: String, projectID: String) {
    self.name = name
    self.region = region
    self.projectID = projectID
  }
}
