import HTTPTransport
import HuaweiCloud
import System

/// A project while it is watched: its client, and what its targets have found.
final class WatchedProject: Sendable {
  /// Changed by a reload, taken by the targets as their refreshes begin.
  let currentClient: Locked<CloudClient>
  /// Written by the consumer of outcomes, read by the targets as their refreshes begin.
  let facts = Locked(Facts())
  /// Who asks object by object takes half of the requests that the project may have under way, all such targets together:
  /// where one of its services hangs, the others find a place.
  let sweeps: Semaphore

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

  var client: CloudClient { currentClient.withLock { $0 } }
}
