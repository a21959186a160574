import HTTPTransport
import HuaweiCloud

/// A project while it is watched: its client, and what its targets have found.
final class WatchedProject: Sendable {
  let client: CloudClient
  /// Written by the consumer of outcomes, read by the targets as their refreshes begin.
  let facts = Locked(Facts())

  init(client: CloudClient) { self.client = client }
}
