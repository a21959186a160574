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

  /// Whether `serve` is parsed alone: a request for help is then an unknown option, as is all that the whole parser answers.
  @TaskLocal static var isStarting = false

  /// What these arguments of `serve` start, read without a look at the other commands, which takes a millisecond; nil where
  /// they ask for anything else, help for instance, or are wrong: the whole parser answers that.
  private static func start(_ arguments: [String]) -> ServeCommand? {
    $isStarting.withValue(true) { (try? ServeCommand.parseAsRoot(arguments)) as? ServeCommand }
  }
}
