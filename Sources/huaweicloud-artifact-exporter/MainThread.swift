import ArgumentParser
import Glibc

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
