import ArgumentParser
import CLinux
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

/// Where commands begin that wait for something.
///
/// An asynchronous `main` would start threads before the first argument is read, and end the main thread by unwinding its
/// stack, which loads a library and touches half a megabyte of tables that nothing else needs.
enum MainThread {
  /// Keeps the main thread out of the way while `work` is done, then ends the program.
  static func wait(for work: sending @escaping () async throws -> Void) -> Never {
    Task {
      do {
        try await work()
        Main.exit()
      } catch {
        Main.exit(withError: error)
      }
    }
    while true { pause() }
  }
}

enum Allocation {
  /// Gives large blocks back to the system as soon as they are freed, and keeps small ones in one place.
  ///
  /// Left alone, glibc raises the size from which it does so with each large block that it sees, and has an arena for each
  /// thread: what a refresh of a million artifacts has used would stay with the process, in pieces, 4 of 27 MB. With one
  /// arena threads wait for each other where they allocate at the same moment.
  static func returnLargeBlocks() {
    _ = mallopt(M_MMAP_THRESHOLD, 256 << 10)
    _ = mallopt(M_ARENA_MAX, 1)
  }
}
