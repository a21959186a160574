/// What the command line says about the pages.
package struct PublicationOptions: Sendable {
  /// Where the metrics are, `/metrics` if nothing else is said.
  package var telemetryPath = "/metrics"
  /// Hides `process_*`, requests by path and code, and the duration of scrapes.
  package var hidesExporterMetrics = false
  /// Allows `POST /-/reload`.
  package var allowsReload = false
  package var build = BuildInformation()

  package init() {}
}

/// Which program this is.
package struct BuildInformation: Sendable, Hashable {
  package var version = "0.0.0"
  package var swiftVersion = ""

  package init() {}

  package init(version: String, swiftVersion: String) {
    self.version = version
    self.swiftVersion = swiftVersion
  }
}

/// How a reload ended.
package enum ReloadOutcome: Sendable, Hashable {
  case reloaded
  /// Nothing has changed; one or more lines for a person.
  case failed(String)
}
