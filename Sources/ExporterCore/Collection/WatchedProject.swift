import HTTPTransport
import HuaweiCloud
import System

/// A project while it is watched: its client, and what its targets have found.
final class WatchedProject: Sendable {
  /// Changed by a reload, taken by the targets as their refreshes begin.
  let currentClient: Locked<CloudClient>
  /// Written by the consumer of outcomes, read by the targets as their refreshes begin.
  let facts = Locked(Facts())

  init(client: CloudClient) { currentClient = Locked(client) }

  var client: CloudClient { currentClient.withLock { $0 } }
}
