import HTTPTransport
import HuaweiCloud
import System

/// A project while it is watched: its client, and what its targets have found.
final class WatchedProject: Sendable {
  /// Changed by a reload, taken by the targets as their refreshes begin.
  let currentClient: Locked<CloudClient>
  /// Written by the consumer of outcomes, read by the targets as their refreshes begin.
  let facts = Locked(Facts())
  /// What targets remember of their objects, also when a reload starts them anew.
  private let memories = Locked<[TargetID: ObjectMemory]>([:])
  /// Who asks object by object takes half of the requests that the project may have under way, all such targets together:
  /// where one of its services hangs, the others find a place.
  let sweeps: Semaphore

  /// So many targets of a collector are refreshed at once. What each of them has read so far is in memory, and beyond a
  /// multiple of `max_concurrent_requests` they would only wait for one another with it.
  static let mostRefreshes = 32
  /// By collector, so that one whose service hangs does not keep the others waiting.
  private let refreshes = Locked<[String: Semaphore]>([:])

  init(client: CloudClient) {
    currentClient = Locked(client)
    sweeps = Semaphore(places: Self.places(of: client))
  }

  private static func places(of client: CloudClient) -> Int { (client.project.maximumConcurrentRequests + 1) / 2 }

  /// Takes over what a reload changed.
  func change(_ client: CloudClient) {
    currentClient.withLock { $0 = client }
    sweeps.change(places: Self.places(of: client))
  }

  /// The places for refreshes of a collector's targets.
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
