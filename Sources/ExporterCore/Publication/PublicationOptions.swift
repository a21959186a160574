/// The options of the command line about the pages.
package struct PublicationOptions: Sendable {
  /// The path of the metrics.
  package var telemetryPath = "/metrics"
  /// Whether `process_*`, requests by path and code, and the duration of scrapes are hidden.
  package var hidesExporterMetrics = false
  /// Whether `POST /-/reload` is allowed.
  package var allowsReload = false
  package var build = BuildInformation()

  package init() {}

  /// The paths that `telemetryPath` must not be.
  package static let otherPaths = Route.allCases.compactMap(\.path)
}

/// The versions of the program and of Swift.
package struct BuildInformation: Sendable, Hashable {
  package var version = "0.0.0"
  package var swiftVersion = ""

  package init() {}

  package init(version: String, swiftVersion: String) {
    self.version = version
    self.swiftVersion = swiftVersion
  }
}
