import ArgumentParser
import ExporterCore

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Collect in the background and serve metrics until SIGTERM or SIGINT (default).",
    discussion: "SIGHUP reloads the configuration.")

  @OptionGroup(title: "Configuration") var configurationOptions: ConfigurationOptions
  @OptionGroup(title: "Web server") var web: WebOptions
  @OptionGroup(title: "Sharding") var sharding: ShardOptions
  @OptionGroup(title: "Logging") var logging: LogOptions

  func run() async throws {
    var options = Exporter.Options(source: configurationOptions.source, environment: Environment.all)
    web.apply(to: &options)
    options.shard = try sharding.value
    let log = logging.logger()
    let exporter = try failing { try Exporter(options: options, log: log) }
    try await Daemon.run(exporter, log: log)
  }
}
