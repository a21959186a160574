import ExporterCore
import Logging
import ServiceLifecycle
import UnixSignals

/// The life of a long-running command: SIGTERM and SIGINT end it gracefully, SIGHUP reloads the configuration.
enum Daemon {
  static func run(_ exporter: Exporter, log: Logger) async throws {
    let reloader = Reloader(exporter: exporter)
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: [
          .init(
            service: exporter, successTerminationBehavior: .gracefullyShutdownGroup,
            failureTerminationBehavior: .gracefullyShutdownGroup), .init(service: reloader),
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

  func run() async throws {
    for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() { exporter.reload() }
  }
}
