import HuaweiCloud

/// The validated configuration: what to watch, as whom, how often.
package struct Configuration: Sendable, Hashable {
  package var projects: [ProjectConfiguration]

  package init(projects: [ProjectConfiguration]) { self.projects = projects }
}

/// One project, in one region.
package struct ProjectConfiguration: Sendable, Hashable {
  package var cloud: CloudProject
  package var discovery: RefreshSettings
  /// The collectors that are on, in the catalog's order.
  package var collectors: [CollectorConfiguration]

  package var name: String { cloud.name }

  package init(cloud: CloudProject, discovery: RefreshSettings, collectors: [CollectorConfiguration]) {
    self.cloud = cloud
    self.discovery = discovery
    self.collectors = collectors
  }
}

/// One collector of a project: its settings and what it is told to watch.
package struct CollectorConfiguration: Sendable, Hashable {
  package var collector: Collector
  package var settings: RefreshSettings
  package var options = CollectorOptions()

  package init(_ collector: Collector, settings: RefreshSettings, options: CollectorOptions = CollectorOptions()) {
    self.collector = collector
    self.settings = settings
    self.options = options
  }
}

/// What a collector may be told; each collector names in the catalog which of these keys it takes.
package struct CollectorOptions: Sendable, Hashable {
  /// SWR Enterprise instance ids; discovered where nil.
  package var instances: [String]?
  /// SWR repositories; discovered where nil.
  package var repositories: [ImageRepository]?
  /// CodeArts repository ids; discovered where nil.
  package var repositoryIDs: [Int64]?
  package var repositoryFilter = RepositoryFilter()
  package var idleFor: [IdlePeriod] = [IdlePeriod(days: 30), IdlePeriod(days: 90)]

  package init() {}
}

/// Anchored regular expressions over a repository's name: none means all; `exclude` wins.
package struct RepositoryFilter: Sendable, Hashable {
  package var include: [String] = []
  package var exclude: [String] = []

  package init(include: [String] = [], exclude: [String] = []) {
    self.include = include
    self.exclude = exclude
  }
}

/// A threshold of `idle_for`, with the shortest form that its label has.
package struct IdlePeriod: Sendable, Hashable {
  package var duration: Duration
  /// Such as `30d`.
  package var label: String

  package init(duration: Duration, label: String) {
    self.duration = duration
    self.label = label
  }

  package init(days: Int) { self.init(duration: .seconds(days * 86_400), label: "\(days)d") }
}
