import HTTPTransport
import HuaweiCloud
import Logging
import ServiceLifecycle
import System

/// What the program runs as a daemon; read this first.
///
/// Data goes one way: targets collect in the background (`CollectionLoop`), what they find becomes a page, and the server
/// answers scrapes from the page that was published last (`Publication`). A scrape never waits for the cloud.
package final class Exporter: Service {
  package struct Options: Sendable {
    package var source: ConfigurationSource
    /// How often a changed configuration file is looked for; never where nil.
    package var reloadInterval: Duration?
    package var listening: [ListenAddress] = [.tcp(host: "", port: 10_068)]
    package var limits = HTTPServerLimits()
    /// TLS and authentication; none where nil.
    package var webConfigurationFile: String?
    package var publication = PublicationOptions()
    package var shard: Shard = .whole
    package var environment: [String: String]

    package init(source: ConfigurationSource, environment: [String: String]) {
      self.source = source
      self.environment = environment
    }
  }

  /// The addresses it listens on, with the ports that were taken.
  package var addresses: [ListenAddress] { server.addresses }

  private let options: Options
  private let webFiles: WebFiles?
  private let log: Logger
  private let transport: HTTPClient
  private let loop: CollectionLoop
  private let reloader: Reloader
  private let publication: Publication
  private let server: HTTPServer

  /// Reads the configuration and begins to listen; collection begins with `run`.
  ///
  /// Throws `ConfigurationError` or `HTTPServerError`.
  package init(options: Options, log: Logger) throws {
    // Followed from before they are read: what changes meanwhile counts as a change.
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

  /// Reads the configuration again and takes it over; a bad one changes nothing and is logged.
  package func reload() async { _ = await reloader.reload() }

  /// Collects and serves until the graceful end or cancellation; then requests in flight get a second.
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
  /// How soon a change of the web configuration, or of a file that it names, is noticed.
  private static let webConfigurationInterval: Duration = .seconds(5)

  /// Takes over the web configuration and its files whenever one of them changes; a bad one changes nothing and is logged.
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
    while !Task.isCancelled {
      do { try await Task.sleep(for: Self.webConfigurationInterval) } catch { return }
      _ = try? await change.freshValue()
    }
  }
}

extension HTTPClient {
  /// The client of all projects. Each project bounds its own requests; this bound only keeps a mistake from running away,
  /// and is high so that no project waits behind another on a host that they share.
  package convenience init(for build: BuildInformation) {
    self.init(maximumConnectionsPerHost: 1024, userAgent: "huaweicloud-artifact-exporter/\(build.version)")
  }
}
