import HuaweiCloud

/// A row of the catalog: all that the program knows of one collector.
package struct Collector: Sendable {
  /// Its key in the configuration and its `collector` label.
  package let name: String
  /// One line for people: `--help`, documentation.
  package let summary: String
  /// The vendor's name of the endpoint it polls.
  package let operation: String
  package let defaultInterval: Duration
  package let scope: CollectorScope
  /// The keys of the configuration that it takes beside the settings that every collector has.
  package let options: Set<CollectorOption>
  /// Every family it may expose, in page order.
  package let metrics: [MetricDescriptor]
  package let method: CollectorMethod
}

/// What one target of a collector covers.
package enum CollectorScope: Sendable {
  case instance
  case organisation
  case project
}

/// A key under a collector in the configuration.
package enum CollectorOption: String, Sendable, CaseIterable {
  case instances
  case repositories
  /// `repositories`, as `include` and `exclude`.
  case repositoryFilter
  case repositoryIDs = "repository_ids"
  case idleFor = "idle_for"
}

/// How a collector asks; the collection loop times and judges it.
package enum CollectorMethod: Sendable {
  /// One listing, all or nothing.
  case listing(@Sendable (Refresh) async throws(CloudError) -> Listing)
  /// One request for each watched object; each keeps its own last good data.
  case objects(
    ask: @Sendable (Refresh, WatchedObject) async throws(CloudError) -> ObjectAnswer,
    summarise: @Sendable (TargetID, _ found: Int) -> [Family])
}

/// One run of a target: whom to ask, and what the collector was told.
package struct Refresh: Sendable {
  package let target: TargetID
  package var client: CloudClient
  package let options: CollectorOptions
  /// What discovery knows of the target's SWR Enterprise instance.
  package let instance: RegistryInstance?
  package let start: Timestamp
  package let maximumSeries: Int
}

/// The complete answer of a listing.
package struct Listing: Sendable {
  package var families: [Family]
  /// Objects listed, and those among them that could not be shown.
  package var objects: Int
  package var failedObjects = 0
  /// What a discovery found; nil for the others.
  package var discovered: Discovered?

  package init(_ families: [Family], objects: Int, failedObjects: Int = 0, discovered: Discovered? = nil) {
    self.families = families
    self.objects = objects
    self.failedObjects = failedObjects
    self.discovered = discovered
  }
}

/// An object that has its own request.
package struct WatchedObject: Sendable, Hashable {
  /// Unique within its target.
  package let key: String
  /// For people; empty where not known.
  package let name: String
  /// Named by the configuration, not found by discovery.
  package let isConfigured: Bool
}

/// What the cloud said of one object.
package enum ObjectAnswer: Sendable {
  case found([Family])
  /// There is nothing to watch in it, and it is not asked again for a while.
  case empty
  /// It does not exist any more.
  case gone
}

extension Collector: Hashable {
  package static func == (left: Self, right: Self) -> Bool { left.name == right.name }
  package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
