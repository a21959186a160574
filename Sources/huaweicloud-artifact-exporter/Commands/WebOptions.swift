import ArgumentParser
import ExporterCore
import HTTPTransport

struct WebOptions: ParsableArguments {
  private static let defaults = Exporter.Options(source: .environment, environment: [:])

  @Option(
    name: .customLong("web.listen-address"),
    help: ArgumentHelp(
      "Address to listen on: HOST:PORT, :PORT or unix:/path; repeatable.", valueName: "address"))
  var listenAddresses = defaults.listening

  @Option(
    name: .customLong("web.telemetry-path"),
    help: ArgumentHelp("Path of the metrics.", valueName: "path"))
  var telemetryPath = defaults.publication.telemetryPath

  @Option(
    name: .customLong("web.config.file"),
    help: ArgumentHelp(
      "File with TLS and authentication settings, in the format of Prometheus' exporter-toolkit.", valueName: "file"))
  var configFile: String?

  @Option(
    name: .customLong("web.max-requests"),
    help: ArgumentHelp("Scrapes that are answered at the same time; more get a 503.", valueName: "n"))
  var maximumRequests = 40

  @Flag(name: .customLong("web.enable-lifecycle"), help: "Allow POST /-/reload.")
  var enablesLifecycle = false

  @Flag(
    name: .customLong("web.disable-exporter-metrics"),
    help: "Hide the metrics of this process and of its HTTP server.")
  var disablesExporterMetrics = false

  func validate() throws {
    if !telemetryPath.hasPrefix("/") || ["/", "/-/healthy", "/-/ready", "/-/reload"].contains(telemetryPath) {
      throw ValidationError("--web.telemetry-path must begin with / and be no other page of the exporter.")
    }
    if maximumRequests < 1 { throw ValidationError("--web.max-requests must be at least 1.") }
  }

  func apply(to options: inout Exporter.Options) {
    options.listening = listenAddresses
    options.webConfigurationFile = configFile
    options.limits.maximumCountedAnswers = maximumRequests
    options.publication.telemetryPath = telemetryPath
    options.publication.allowsReload = enablesLifecycle
    options.publication.hidesExporterMetrics = disablesExporterMetrics
    options.publication.build = Version.build
  }
}

extension ListenAddress: ExpressibleByArgument {
  package init?(argument: String) { self.init(text: argument) }

  package var defaultValueDescription: String { "\(self)" }
}
