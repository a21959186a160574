import HTTPTransport
import HuaweiCloud
import Logging
import ServiceLifecycle
import System

/// The daemon: collects in the background and serves scrapes. This is the type to read first.
///
/// Data flows one way: targets collect in the background (`CollectionLoop`), their results become a page, and the
/// server answers scrapes from the page that was published last (`Publication`). A scrape never waits for the cloud.
package final class Exporter: Service {
  package struct Options: Sendable {
    package var source: ConfigurationSource
    /// How often the configuration file is checked for changes, or nil for never.
    package var reloadInterval: Duration?
    package var listening: [ListenAddress] = [.tcp(host: "", port: 10_068)]
    package var limits = HTTPServerLimits()
    /// The web configuration file (TLS, authentication and more), or nil for none.
    package var webConfigurationFile: String?
    package var publication = PublicationOptions()
    package var shard: Shard = .whole
    package var environment: [String: String]

    package init(source: ConfigurationSource, environment: [String: String]) {
      self.source = source
      self.environment = environment
    }
  }

  /// The addresses that the server listens on, with the ports that it was given.
  package var addresses: [ListenAddress] { server.addresses }
  package var speaksTLS: Bool { server.speaksTLS }

  private let options: Options
  private let webFiles: WebFiles?
  private let log: Logger
  private let transport: HTTPClient
  private let loop: CollectionLoop
  private let reloader: Reloader
  private let publication: Publication
  private let server: HTTPServer

  /// Reads the configuration and starts to listen; `run` starts to collect.
  ///
  /// Throws `ConfigurationError` or `HTTPServerError`.
  package init(options: Options, log: Logger) throws {
    // The files are followed from before the first read, so that a change made in between counts as one.
    var configurationFile = FollowedFiles(options.source.files)
    _ = configurationFile.takeChange()
    let configuration = try options.source.read(environment: options.environment)
    var webFiles = options.webConfigurationFile.map { WebFiles(configuration: $0) }
    let web = try webFiles?.takeChange()
    for note in web?.notes ?? [] { log.warning("\(note)") }
    self.options = options
    self.webFiles = webFiles
    self.log = log
    transport = HTTPClient(for: options.publication.build)
    let statistics = RequestStatistics()
    var dependencies = CollectionLoop.Dependencies(
      transport: transport, statistics: statistics, build: options.publication.build,
      environment: options.environment, log: log)
    dependencies.shard = options.shard
    dependencies.memoryLimit = MemoryLimit.bytes()
    let loop = CollectionLoop(configuration: configuration, dependencies: dependencies)
    let waiting = Readiness(
      waitingFor: TargetPlan.targets(of: configuration, shard: options.shard).map(\.id),
      deadline: dependencies.time.uptime() + CollectionLoop.readinessLimit)
    let reloader = Reloader(
      source: options.source, file: configurationFile, environment: options.environment, loop: loop)
    let publication = Publication(options: options.publication, readiness: waiting, requests: statistics) { reply in
      Task { reply(await reloader.reload()) }
    }
    self.loop = loop
    self.reloader = reloader
    self.publication = publication
    server = try HTTPServer(
      listening: options.listening, limits: options.limits, security: web?.security ?? HTTPServerSecurity(),
      openPaths: Route.openPaths,
      onAnswer: { _, path, status, seconds in publication.count(path: path, status: status, seconds: seconds) }
    ) { publication.answer($0) }
    publication.certificateEnds(at: server.certificateExpiry)
  }

  /// Reads and applies the configuration again; a bad one changes nothing and is logged.
  package func reload() async { _ = await reloader.reload() }

  /// Collects and serves until graceful shutdown or cancellation; requests in flight then get one second to finish.
  package func run() async throws {
    for address in addresses { log.info("listening", metadata: ["address": "\(address)"]) }
    await withTaskGroup { group in
      group.addTask { [self] in await followWebConfiguration() }
      if let interval = options.reloadInterval {
        group.addTask { [reloader] in await reloader.followFile(every: interval) }
      }
      _ = await cancelWhenGracefulShutdown { [loop, publication] in
        await loop.run { snapshot, statuses, readiness in
          publication.publish(snapshot, statuses: statuses, readiness: readiness)
        }
      }
      group.cancelAll()
    }
    server.stop(grace: .seconds(1))
    transport.shutdown()
  }
}

extension Exporter {
  /// How often the web configuration and the files that it names are checked for changes.
  private static let webConfigurationInterval: Duration = .seconds(5)

  /// Applies the web configuration when it or a file that it names changes; a bad one changes nothing and is logged.
  private func followWebConfiguration() async {
    guard let webFiles else { return }
    let files = Locked(webFiles)
    let change = FileValue<Void, CancellationError>(
      every: .zero, uptime: { .zero }, tookTooLong: CancellationError()
    ) { [server, publication, log] in
      var followed = files.withLock { $0 }
      defer { files.withLock { $0 = followed } }
      do {
        guard let web = try followed.takeChange() else { return .success(()) }
        try server.update(security: web.security)
        publication.certificateEnds(at: server.certificateExpiry)
        log.info("web configuration reloaded")
      } catch {
        log.error("web configuration not reloaded; the running one stays", metadata: ["error": "\(error)"])
      }
      return .success(())
    }
    var isLate = false
    while !Task.isCancelled {
      do { try await Task.sleep(for: Self.webConfigurationInterval) } catch { return }
      do {
        try await change.freshValue()
        isLate = false
      } catch {
        if isLate || Task.isCancelled { continue }
        isLate = true
        log.error(
          "web configuration not reloaded; the running one stays", metadata: ["error": "reading it takes too long"])
      }
    }
  }
}

extension HTTPClient {
  /// Creates the client that all projects share.
  ///
  /// Each project limits its own requests. The limit here only contains mistakes, and is high so that no project waits
  /// behind another on a host that they share.
  package convenience init(for build: BuildInformation) {
    self.init(maximumConnectionsPerHost: 1024, userAgent: "huaweicloud-artifact-exporter/\(build.version)")
  }
}
