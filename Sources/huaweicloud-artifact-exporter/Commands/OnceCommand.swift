import ArgumentParser
import ExporterCore
import FoundationEssentials
import HTTPTransport

struct OnceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "once",
    abstract: "Refresh every target once and print the metrics.",
    discussion: "Exits with 1 if a target failed; what the others gave is still written.")

  @OptionGroup(title: "Configuration") var configurationOptions: ConfigurationOptions
  @OptionGroup(title: "Sharding") var sharding: ShardOptions
  @OptionGroup(title: "Logging") var logging: LogOptions

  @Option(
    help: ArgumentHelp(
      "Write to this file, replaced as a whole, instead of standard output (for node_exporter's textfile collector).",
      valueName: "file"))
  var output: String?

  func run() async throws {
    let environment = Environment.all
    let configuration = try failing { try configurationOptions.source.read(environment: environment) }
    let transport = HTTPClient(for: Version.build)
    defer { transport.shutdown() }
    let result = await SingleCollection(
      configuration: configuration, shard: try sharding.value, transport: transport, build: Version.build,
      environment: environment, log: logging.logger()
    ).run()
    if let output {
      try failing { try Data(result.text).write(to: URL(filePath: output), options: .atomic) }
    } else {
      print(String(decoding: result.text, as: UTF8.self), terminator: "")
    }
    if !result.hasSucceeded { throw ExitCode(1) }
  }
}
