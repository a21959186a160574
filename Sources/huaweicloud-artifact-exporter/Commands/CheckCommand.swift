import ArgumentParser
import ExporterCore
import HTTPTransport
import HuaweiCloud
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

  @Flag(help: "Also call each configured endpoint once for each target, and print how it answered.")
  var probe = false

  @Option(
    help: ArgumentHelp(
      "With --probe: ask for every collector and discovery, and write how the cloud's answers compare with what is assumed of them, as Markdown without any value of the account; - is standard output, where nothing else is printed then.",
      valueName: "file"))
  var report: String?

  func validate() throws {
    if report != nil, !probe { throw ValidationError("--report needs --probe.") }
  }

  func run() {
    MainThread.wait { try await check() }
  }

  private func check() async throws {
    let environment = ProcessEnvironment.variables
    let source = ConfigurationSource(file: configurationFile, environment: environment)
    let configuration = try failing { try source.read(environment: environment) }
    let resolved = ConfigurationReport(configuration, environment: environment, for: account ?? .example)
    if report != "-" { try Output.write(Array(resolved.text.utf8), to: nil) }
    // This is thrown before a request is sent: one with a key that can't be right would count against the key.
    if let problem = resolved.problem { throw Failure(problem) }
    guard probe else { return }
    let answers = report.map { _ in AnswerLog(limit: Probe.requests) }
    let asked = answers == nil ? configuration : configuration.completed(by: .standard)
    let transport = HTTPClient(for: Version.build)
    defer { transport.shutdown() }
    let result = await SingleCollection(
      configuration: asked, shard: try sharding.value, transport: transport, build: Version.build,
      environment: environment, log: Logger(label: "check") { _ in SwiftLogNoOpLogHandler() },
      probe: answers.map(Probe.kept) ?? .once
    ).run()
    if report != "-" { try Output.write(Array(ProbeReport(result, of: asked).text.utf8), to: nil) }
    // A failure of something that only the report asks for is no problem of the configuration.
    var isWell = result.statuses
      .filter { configuration.asks(for: $0.target) }
      .allSatisfy { $0.lastSucceeded == true || $0.isUnsupported }
    if let report, let answers {
      let account = AccountReport(result, answers: answers, of: asked, version: Version.number)
      try Output.write(Array(account.markdown.utf8), to: report == "-" ? nil : report)
      isWell = isWell && account.hasNoSurprise
    }
    if !isWell { throw ExitCode(1) }
  }
}

extension Configuration {
  /// Returns whether the target is one of the configuration itself, or an object of one of its collectors.
  fileprivate func asks(for target: TargetID) -> Bool {
    TargetPlan.targets(of: self).contains { $0.id == target }
      || projects.contains { project in
        project.name == target.project && project.collectors.contains { $0.collector.key == target.collector }
      }
  }
}
