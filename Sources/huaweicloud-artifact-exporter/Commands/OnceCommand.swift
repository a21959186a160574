import ArgumentParser
import ExporterCore
import HTTPTransport
import System

struct OnceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "once",
    abstract: "Refresh every target once and print the metrics.",
    discussion: "Exits with 1 if a target failed; what the others gave is still written.")

  @Option(name: .configurationFile, help: .configurationFile) var configurationFile: String?

  @OptionGroup(title: "Sharding") var sharding: ShardOptions
  @OptionGroup(title: "Logging") var logging: LogOptions

  @Option(
    help: ArgumentHelp(
      "Write to this file, replaced as a whole, instead of standard output (for node_exporter's textfile collector); leaves out what files of other projects or shards would repeat.",
      valueName: "file"))
  var output: String?

  func run() {
    MainThread.wait { try await collect() }
  }

  private func collect() async throws {
    let environment = ProcessEnvironment.variables
    let source = ConfigurationSource(file: configurationFile, environment: environment)
    let configuration = try failing { try source.read(environment: environment) }
    let transport = HTTPClient(for: Version.build)
    defer { transport.shutdown() }
    let result = await SingleCollection(
      configuration: configuration, shard: try sharding.value, transport: transport, build: Version.build,
      environment: environment, log: logging.logger(), isForFile: output != nil
    ).run()
    try Output.write(result.text, to: output)
    if !result.hasSucceeded { throw ExitCode(1) }
  }
}
