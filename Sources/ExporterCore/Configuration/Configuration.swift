import HuaweiCloud
import System

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

/// One collector of a project: its settings, and what it is told to watch.
///
/// It is a class, since each of the collector's targets refers to it.
package final class CollectorConfiguration: Sendable, Hashable {
  package let collector: Collector
  package let settings: RefreshSettings
  /// Whether the configuration names the collector; otherwise it is on because all are.
  package let isNamed: Bool
  /// The setup that its options result in.
  package let setup: Setup
  let work: Collector.Work

  /// Sets the collector up with its options, `fields`.
  init(
    _ collector: Collector, settings: RefreshSettings, isNamed: Bool, fields: [String: ConfigurationField]
  ) throws(ConfigurationError) {
    self.collector = collector
    self.settings = settings
    self.isNamed = isNamed
    var setup = Setup(fields)
    work = try collector.setUp(&setup)
    self.setup = setup.finished
  }

  /// Sets the collector up without options, as one that the configuration does not name: everything is discovered.
  package convenience init(_ collector: Collector, settings: RefreshSettings) throws(ConfigurationError) {
    try self.init(collector, settings: settings, isNamed: false, fields: [:])
  }

  /// Returns whether both ask the same. `isNamed` does not count: it only decides which failures are excused.
  package static func == (left: CollectorConfiguration, right: CollectorConfiguration) -> Bool {
    left === right
      || (left.collector == right.collector && left.settings == right.settings && left.setup == right.setup)
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(collector)
    hasher.combine(settings)
    hasher.combine(setup)
  }
}

/// Where the configuration comes from, at the start and at each reload.
package enum ConfigurationSource: Sendable {
  case file(String)
  case environment
  case fixed(Configuration)

  /// The file that it is read from, if there is one.
  var files: [String] { if case .file(let path) = self { [path] } else { [] } }

  /// The name of the source in errors.
  var name: String { files.first ?? "environment" }

  /// Reads and validates the configuration; reading a file may block.
  package func read(environment: [String: String]) throws(ConfigurationError) -> Configuration {
    switch self {
    case .file(let path): try Configuration(file: path, environment: environment)
    case .environment: try Configuration(environment: environment)
    case .fixed(let configuration): configuration
    }
  }
}
