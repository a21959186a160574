/// The settings under `defaults`, a project or a collector, each overriding those before it, with their places.
struct SettingsReader {
  static let keys = [
    "interval", "stale_after", "refresh_timeout", "request_timeout", "discovery_interval", "max_response_bytes",
    "max_series",
  ]

  private var fields: [String: ConfigurationField] = [:]
  /// How near to the collector each setting is given: the larger, the nearer.
  private var levels: [String: Int] = [:]
  private var level = 0

  /// Returns these settings overridden by those in `fields`, whose other keys are ignored.
  func overridden(by fields: [String: ConfigurationField]) -> SettingsReader {
    var overridden = self
    overridden.level += 1
    for key in Self.keys {
      guard let field = fields[key] else { continue }
      overridden.fields[key] = field
      overridden.levels[key] = overridden.level
    }
    return overridden
  }

  /// Returns the settings of a collector whose default interval is `interval`.
  func settings(interval defaultInterval: Duration) throws(ConfigurationError) -> RefreshSettings {
    let interval = try duration("interval") ?? defaultInterval
    var staleAfter = try duration("stale_after")
    if let given = staleAfter, given < interval * 2, let field = fields["stale_after"] {
      guard levels["stale_after", default: 0] < levels["interval", default: .max] else {
        throw field.error(
          "must be at least twice the interval (\(interval.shortestForm)), or one failed refresh would drop good data")
      }
      // It was set further out than the interval, so its default for this interval is what was meant.
      staleAfter = nil
    }
    let common = try commonSettings()
    return RefreshSettings(
      interval: interval, staleAfter: staleAfter, refreshTimeout: try duration("refresh_timeout"),
      requestTimeout: common.requestTimeout, maximumResponseBytes: common.maximumResponseBytes,
      maximumSeries: common.maximumSeries, discoveryInterval: common.discoveryInterval)
  }

  /// Returns the settings of a project's discoveries, which run every `discovery_interval`.
  func discoverySettings() throws(ConfigurationError) -> RefreshSettings {
    try commonSettings()
  }

  private func commonSettings() throws(ConfigurationError) -> RefreshSettings {
    let interval = try duration("discovery_interval") ?? .seconds(3600)
    var settings = RefreshSettings(interval: interval, discoveryInterval: interval)
    if let timeout = try duration("request_timeout") { settings.requestTimeout = timeout }
    if let field = fields["max_response_bytes"] {
      settings.maximumResponseBytes = try field.integer(in: 1024...(1 << 40))
    }
    if let field = fields["max_series"] { settings.maximumSeries = try field.integer(in: 1...1_000_000_000) }
    return settings
  }

  private func duration(_ key: String) throws(ConfigurationError) -> Duration? {
    guard let field = fields[key] else { return nil }
    return try field.duration()
  }
}
