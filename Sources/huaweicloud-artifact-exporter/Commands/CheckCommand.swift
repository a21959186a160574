import ArgumentParser
import ExporterCore
import HTTPTransport
import Logging
import System

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Validate the configuration and print what it resolves to, secrets masked.",
    discussion: "Exits with 0 if all is well and with 1 if there is a problem.")

  @Option(name: .configurationFile, help: .configurationFile) var configurationFile: String?

  @Option(
    help: ArgumentHelp(
      "Tell what the collectors cost in an account of this size, such as instances=2,artifacts=20000.",
      valueName: "size"),
    transform: { text in
      guard let account = AccountSize(text) else {
        let known = Things.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("It must be THINGS=NUMBER, separated by commas; the things are \(known).")
      }
      return account
    })
  var account: AccountSize?

  @OptionGroup(title: "Sharding") var sharding: ShardOptions

  @Flag(help: "Also call each configured endpoint once, and print how it answered.")
  var probe = false

  func run() {
    MainThread.wait { try await check() }
  }

  private func check() async throws {
    let environment = ProcessEnvironment.variables
    let source = ConfigurationSource(file: configurationFile, environment: environment)
    let configuration = try failing { try source.read(environment: environment) }
    let report = ConfigurationReport(configuration, environment: environment, for: account ?? .example)
    print(report.text, terminator: "")
    // Before a request is sent: a key that can't be right would count against itself.
    if let problem = report.problem { throw Failure(problem) }
    guard probe else { return }
    let transport = HTTPClient(for: Version.build)
    defer { transport.shutdown() }
    let result = await SingleCollection(
      configuration: configuration, shard: try sharding.value, transport: transport, build: Version.build,
      environment: environment, log: Logger(label: "check") { _ in SwiftLogNoOpLogHandler() }, isProbe: true
    ).run()
    print(ProbeReport(result, of: configuration).text, terminator: "")
    if !result.statuses.allSatisfy({ $0.lastSucceeded == true || $0.isUnsupported }) { throw ExitCode(1) }
  }
}
