import HTTPTransport
import HuaweiCloud

/// A project while it is watched: its client, and what discovery knows of it.
final class WatchedProject: Sendable {
  let client: CloudClient
  /// Written by the consumer of outcomes, read by the targets as their refreshes begin.
  let inventory = Locked(Inventory())

  init(client: CloudClient) { self.client = client }
}
