import Dispatch
import ExporterCore
import Glibc
import Logging
import ServiceLifecycle
import UnixSignals

/// The life of a long-running command: SIGTERM and SIGINT end it gracefully, SIGHUP reloads the configuration.
enum Daemon {
  static func run(_ exporter: Exporter, log: Logger) async throws {
    let exitTimer = ExitTimer()
    defer { exitTimer.cancel() }
    // SIGHUP is trapped before anything runs, since without a handler it would end the process.
    let hangUps = HangUpListener(exporter: exporter, signals: await UnixSignalsSequence(trapping: .sighup))
    // The services are named here, since the group would make names by printing the services with all that they hold.
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: [
          .init(
            service: exporter, successTerminationBehavior: .gracefullyShutdownGroup,
            failureTerminationBehavior: .gracefullyShutdownGroup, serviceName: "exporter"),
          .init(service: hangUps, serviceName: "reloader"),
        ],
        gracefulShutdownSignals: [.sigterm, .sigint],
        logger: Logger(label: "lifecycle") { _ in SwiftLogNoOpLogHandler() }))
    try await group.run()
    log.info("ended")
  }
}

/// A timer that ends the process within two seconds after it was told to end, whatever it is stuck in: nothing that it
/// holds is worth more time.
private struct ExitTimer {
  private let sources: [any DispatchSourceSignal]

  init() {
    // A queue of its own has a thread that nobody else can block.
    let queue = DispatchQueue(label: "end")
    sources = [SIGTERM, SIGINT].map { number in
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        queue.asyncAfter(deadline: .now() + .milliseconds(1_800)) { _exit(0) }
      }
      source.resume()
      return source
    }
  }

  func cancel() { for source in sources { source.cancel() } }
}

/// A service that reloads the configuration whenever the process gets SIGHUP.
private struct HangUpListener: Service {
  let exporter: Exporter
  let signals: UnixSignalsSequence

  func run() async throws {
    for await _ in signals.cancelOnGracefulShutdown() { await exporter.reload() }
  }
}
