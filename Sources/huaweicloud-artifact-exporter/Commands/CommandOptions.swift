import ArgumentParser
import ExporterCore
import HTTPTransport
import HuaweiCloud
import Logging
import System

// `--config.file`, which several commands take.

extension NameSpecification {
  static let configurationFile: NameSpecification = .customLong("config.file")
}

extension ArgumentHelp {
  static let configurationFile = ArgumentHelp(
    "Configuration file (environment: EXPORTER_CONFIG_FILE). Without one, the environment alone gives one project.",
    valueName: "file")
}

extension ConfigurationSource {
  /// Chooses the file that the command line names, else the one that the environment names, else the environment alone.
  init(file: String?, environment: [String: String]) {
    let fromEnvironment = environment["EXPORTER_CONFIG_FILE"]?.trimmed ?? ""
    self = (file ?? (fromEnvironment.isEmpty ? nil : fromEnvironment)).map { .file($0) } ?? .environment
  }
}

struct LogOptions: ParsableArguments {
  enum Level: String, CaseIterable, ExpressibleByArgument {
    case debug, info, warn, error
  }

  @Option(name: .customLong("log.level"), help: "Only log messages of this severity or above.")
  var level = Level.info

  @Option(name: .customLong("log.format"), help: "How log lines are written.")
  var format = StructuredLogHandler.Format.logfmt

  func logger() -> Logger {
    let threshold: Logger.Level =
      switch level {
      case .debug: .debug
      case .info: .info
      case .warn: .warning
      case .error: .error
      }
    return Logger(label: "exporter") { _ in StructuredLogHandler(format: format, level: threshold) }
  }
}

extension StructuredLogHandler.Format: ExpressibleByArgument {}

struct ShardOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Which shard this process is, from 0.", valueName: "n"))
  var shard: Int?

  // The parser gets no default value: whether this option was given decides whether the others may be.
  @Option(help: ArgumentHelp("How many shards there are. (default: 1)", valueName: "m"))
  var totalShards: Int?

  @Option(
    help: ArgumentHelp(
      "Name of this Pod of a StatefulSet, whose ordinal is taken as the shard.", valueName: "name"))
  var pod: String?

  func validate() throws { _ = try value }

  var value: Shard {
    get throws {
      let total = totalShards ?? 1
      guard (1...10_000).contains(total) else { throw ValidationError("--total-shards must be from 1 to 10000.") }
      if shard != nil, pod != nil { throw ValidationError("--shard and --pod exclude each other.") }
      let index: Int
      if let pod {
        guard let dash = pod.lastIndex(of: "-"), let ordinal = Int(pod[pod.index(after: dash)...]), ordinal >= 0 else {
          throw ValidationError("--pod \(pod) does not end in an ordinal such as -0.")
        }
        index = ordinal
      } else {
        index = shard ?? 0
      }
      if (shard != nil || pod != nil) && totalShards == nil {
        throw ValidationError("--total-shards is missing.")
      }
      if totalShards != nil, shard == nil, pod == nil { throw ValidationError("--shard or --pod is missing.") }
      guard (0..<total).contains(index) else {
        throw ValidationError("shard \(index) does not exist: with \(total) shards they are 0 to \(total - 1).")
      }
      return Shard(index: index, total: total)
    }
  }
}

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
    if !telemetryPath.hasPrefix("/") || PublicationOptions.otherPaths.contains(telemetryPath) {
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
