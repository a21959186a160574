import ArgumentParser
import ExporterCore
import HTTPTransport
import System

struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Collect in the background and serve metrics until SIGTERM or SIGINT (default).",
    discussion: "SIGHUP reloads the configuration.")

  @Option(name: .configurationFile, help: .configurationFile) var configurationFile: String?

  @Option(
    name: .customLong("config.auto-reload-interval"),
    help: ArgumentHelp(
      "How often a changed configuration file is looked for and taken over, such as 30s; 0 for never.",
      valueName: "duration"),
    transform: { text in
      if text == "0" { return Duration.zero }
      guard let interval = Duration(configuration: text), interval >= .seconds(1) else {
        throw ValidationError("It must be a duration such as 30s, at least 1s, or 0.")
      }
      return interval
    })
  var reloadInterval = Duration.zero

  @OptionGroup(title: "Web server") var web: WebOptions
  @OptionGroup(title: "Sharding") var sharding: ShardOptions
  @OptionGroup(title: "Logging") var logging: LogOptions

  /// Listens before it starts anything else, so that health checks are answered from then on.
  func run() throws {
    let environment = ProcessEnvironment.variables
    var options = Exporter.Options(
      source: ConfigurationSource(file: configurationFile, environment: environment), environment: environment)
    if reloadInterval > .zero { options.reloadInterval = reloadInterval }
    web.apply(to: &options)
    options.shard = try sharding.value
    let log = logging.logger()
    let exporter = try failing { try Exporter(options: options, log: log) }
    MainThread.wait { try await Daemon.run(exporter, log: log) }
  }
}
