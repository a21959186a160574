import ArgumentParser

@main
struct Main: ParsableCommand {
  static let name = "huaweicloud-artifact-exporter"
  static let configuration = CommandConfiguration(
    commandName: name,
    abstract: "Watches the image supply chain of a Huawei Cloud account for Prometheus.",
    version: Version.number,
    subcommands: [
      ServeCommand.self, CheckCommand.self, OnceCommand.self, DemoCommand.self, MetricsCommand.self,
      HealthcheckCommand.self,
    ],
    defaultSubcommand: ServeCommand.self)

  static func main() {
    Allocation.returnLargeBlocks()
    let arguments = CommandLine.arguments.dropFirst()
    guard arguments.first == ServeCommand.name, let start = start(Array(arguments.dropFirst())) else {
      return main(nil)
    }
    do { try start.run() } catch { exit(withError: error) }
  }

  /// What these arguments of `serve` start, read without a look at the other commands, which takes a millisecond; nil where
  /// they ask for anything else, help for instance, or are wrong: the whole parser answers that.
  private static func start(_ arguments: [String]) -> ServeCommand? {
    (try? ServeCommand.parseAsRoot(arguments)) as? ServeCommand
  }
}
