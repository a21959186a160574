import HuaweiCloud
import System
import YAMLReader

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

extension ProjectConfiguration {
  private static let keys = [
    "name", "region", "project_id", "credentials", "endpoints", "tls", "proxy_url", "requests_per_second",
    "max_concurrent_requests", "collectors",
  ]

  init(
    reading field: ConfigurationField, defaults: SettingsReader, catalog: Catalog
  ) throws(ConfigurationError) {
    let fields = try field.fields(Self.keys + SettingsReader.keys)
    let settings = defaults.overridden(by: fields)
    guard let name = fields["name"] else { throw field.error("name is missing") }
    guard let region = fields["region"] else { throw field.error("region is missing") }
    var cloud = CloudProject(name: try name.nonEmptyText(), region: try Self.region(region))
    if let id = fields["project_id"] { cloud.projectID = try id.nonEmptyText(as: .word) }
    if let credentials = fields["credentials"] { cloud.credentials = try CredentialSource(reading: credentials) }
    if let endpoints = fields["endpoints"] { cloud.endpoints = try Self.endpoints(endpoints) }
    if let tls = try fields["tls"]?.fields(["ca_file", "insecure_skip_verify"]) {
      cloud.caFile = try tls["ca_file"]?.nonEmptyText()
      cloud.skipsTLSVerification = try tls["insecure_skip_verify"]?.flag() ?? false
    }
    if let proxy = fields["proxy_url"] {
      cloud.proxyURL = try proxy.url(schemes: ["http", "https", "socks5", "socks5h"], isBase: false)
    }
    if let pace = fields["requests_per_second"] { cloud.requestsPerSecond = try pace.positiveNumber() }
    if let most = fields["max_concurrent_requests"] { cloud.maximumConcurrentRequests = try most.integer(in: 1...256) }
    self.init(
      cloud: cloud, discovery: try settings.discoverySettings(),
      collectors: try Self.collectors(fields["collectors"], of: catalog, settings))
  }

  private static func region(_ field: ConfigurationField) throws(ConfigurationError) -> String {
    let region = try field.nonEmptyText()
    guard CloudProject.isRegion(region) else { throw field.error("must be a region's name such as cn-north-4") }
    return region
  }

  private static func endpoints(_ field: ConfigurationField) throws(ConfigurationError) -> [CloudService: String] {
    let fields = try field.fields(CloudService.addressable.map(\.rawValue))
    var endpoints: [CloudService: String] = [:]
    for service in CloudService.addressable {
      endpoints[service] = try fields[service.rawValue]?.url(schemes: ["http", "https"])
    }
    return endpoints
  }

  private static func collectors(
    _ field: ConfigurationField?, of catalog: Catalog, _ settings: SettingsReader
  ) throws(ConfigurationError) -> [CollectorConfiguration] {
    guard let field else { return try CollectorConfiguration.all(of: catalog, settings) }
    let fields = try field.fields(catalog.collectors.map(\.key))
    guard !fields.isEmpty else { throw field.error("names no collector; leave the key out to have all of them") }
    var collectors: [CollectorConfiguration] = []
    for collector in catalog.collectors {
      guard let field = fields[collector.key] else { continue }
      collectors.append(try CollectorConfiguration(reading: field, of: collector, settings))
    }
    for configured in collectors {
      for need in configured.setup.needs where !need.isOptional {
        // A discovery runs if it is needed, but a collector is on or off as configured.
        guard !catalog.discoveries.contains(where: { $0.fact == need.fact }),
          let finder = catalog.collectors.first(where: { $0.fact == need.fact }),
          !collectors.contains(where: { $0.collector == finder }), let field = fields[configured.collector.key]
        else { continue }
        throw field.error("needs \(finder.key) to be on, or a list of its own")
      }
    }
    return collectors
  }
}

extension CollectorConfiguration {
  /// Returns every collector, with everything discovered.
  static func all(of catalog: Catalog, _ settings: SettingsReader) throws(ConfigurationError)
    -> [CollectorConfiguration]
  {
    var collectors: [CollectorConfiguration] = []
    for collector in catalog.collectors {
      collectors.append(
        try CollectorConfiguration(collector, settings: try settings.settings(interval: collector.interval)))
    }
    return collectors
  }

  fileprivate convenience init(
    reading field: ConfigurationField, of collector: Collector, _ defaults: SettingsReader
  ) throws(ConfigurationError) {
    // `image_caches:` alone means `image_caches: {}`.
    let keys = (collector.standard?.keys ?? []).sorted() + SettingsReader.keys
    let fields = field.node.isNull ? [:] : try field.fields(keys)
    try self.init(
      collector, settings: try defaults.overridden(by: fields).settings(interval: collector.interval), isNamed: true,
      fields: fields)
  }
}
