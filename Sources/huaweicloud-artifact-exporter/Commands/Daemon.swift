import ExporterCore
import Logging
import ServiceLifecycle
import UnixSignals

/// The life of a long-running command: SIGTERM and SIGINT end it gracefully, SIGHUP reloads the configuration.
enum Daemon {
  static func run(_ exporter: Exporter, log: Logger) async throws {
    // Before anything runs: a signal that nobody waits for would end the process.
    let reloader = Reloader(exporter: exporter, hangUps: await UnixSignalsSequence(trapping: .sighup))
    // With names, since the group would make them by printing the services with all that they hold.
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: [
          .init(
            service: exporter, successTerminationBehavior: .gracefullyShutdownGroup,
            failureTerminationBehavior: .gracefullyShutdownGroup, serviceName: "exporter"),
          .init(service: reloader, serviceName: "reloader"),
        ],
        gracefulShutdownSignals: [.sigterm, .sigint],
        logger: Logger(label: "lifecycle") { _ in SwiftLogNoOpLogHandler() }))
    try await group.run()
    log.info("ended")
  }
}

/// Reloads whenever the process gets SIGHUP.
private struct Reloader: Service {
  let exporter: Exporter
  let hangUps: UnixSignalsSequence

  func run() async throws {
    for await _ in hangUps.cancelOnGracefulShutdown() { exporter.reload() }
  }
}
