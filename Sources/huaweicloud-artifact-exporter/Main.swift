import ArgumentParser

@main
struct Main: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "huaweicloud-artifact-exporter",
    abstract: "Watches the image supply chain of a Huawei Cloud account for Prometheus.",
    version: Version.number,
    subcommands: [
      ServeCommand.self, CheckCommand.self, OnceCommand.self, DemoCommand.self, MetricsCommand.self,
      HealthcheckCommand.self,
    ],
    defaultSubcommand: ServeCommand.self)

  static func main() {
    Allocation.returnLargeBlocks()
    main(nil)
  }
}
