import ArgumentParser
import ExporterCore
import HTTPTransport

struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Collect in the background and serve metrics until SIGTERM or SIGINT (default).",
    discussion: "SIGHUP reloads the configuration.")

  @Option(name: .configurationFile, help: .configurationFile) var configurationFile: String?

  @OptionGroup(title: "Web server") var web: WebOptions
  @OptionGroup(title: "Sharding") var sharding: ShardOptions
  @OptionGroup(title: "Logging") var logging: LogOptions

  /// Listens before it starts anything else: health checks are answered from then on.
  func run() throws {
    let environment = ProcessEnvironment.variables
    var options = Exporter.Options(
      source: Exporter.ConfigurationSource(file: configurationFile, environment: environment), environment: environment)
    web.apply(to: &options)
    options.shard = try sharding.value
    let log = logging.logger()
    let exporter = try failing { try Exporter(options: options, log: log) }
    MainThread.wait { try await Daemon.run(exporter, log: log) }
  }
}
