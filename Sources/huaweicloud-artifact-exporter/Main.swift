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

  /// Makes SIGTERM and SIGINT end the program if it is a container's first process, which ignores signals that it has
  /// no handler for; long-running commands install their own later.
  private static func endOnSignals() {
    guard getpid() == 1 else { return }
    for number in [SIGTERM, SIGINT] { signal(number) { _exit(128 + $0) } }
  }
}

/// Runs commands that wait for something.
///
/// An asynchronous `main` would start threads before the first argument is read, and end the main thread by unwinding
/// its stack, which loads a library and touches half a megabyte of tables that nothing else needs.
enum MainThread {
  /// Runs `work` while the main thread sleeps, then ends the program.
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
  /// Makes glibc return large blocks to the system as soon as they are freed, and keep small ones in one arena.
  ///
  /// By default, glibc raises the size from which it does so with each large block that it sees, and has an arena for
  /// each thread: what a refresh of a million artifacts has used would stay with the process, in pieces, 4 of 27 MB.
  /// With one arena, threads wait for each other if they allocate at the same moment.
  static func returnLargeBlocks() {
    _ = mallopt(M_MMAP_THRESHOLD, 256 << 10)
    _ = mallopt(M_ARENA_MAX, 1)
  }
}
