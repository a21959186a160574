import ArgumentParser
import Glibc

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
    endOnSignals()
    main(nil)
  }

  /// The first process of a container ignores signals that it has said nothing about; `serve` says more later.
  private static func endOnSignals() {
    guard getpid() == 1 else { return }
    for number in [SIGTERM, SIGINT] { signal(number) { _exit(128 + $0) } }
  }
}
