import HTTPTransport
import HuaweiCloud
import Logging
import ServiceLifecycle

/// What the program runs as a daemon; read this first.
///
/// Data goes one way: targets collect in the background (`CollectionLoop`), what they find becomes a page, and the server
/// answers scrapes from the page that was published last (`Publication`). A scrape never waits for the cloud.
package final class Exporter: Service {
  /// Where the configuration comes from, at the start and at each reload.
  package enum ConfigurationSource: Sendable {
    case file(String)
    case environment
    case fixed(Configuration)
  }

  package struct Options: Sendable {
    package var source: ConfigurationSource
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
  private let log: Logger
  private let transport: HTTPClient
  private let loop: CollectionLoop
  private let publication: Publication
  private let server: HTTPServer

  /// Reads the configuration and begins to listen; collection begins with `run`.
  ///
  /// Throws `ConfigurationError` or `HTTPServerError`.
  package init(options: Options, log: Logger) throws {
    let configuration = try options.source.read(environment: options.environment)
    let web = try options.webConfigurationFile.map { try WebConfiguration(file: $0) }
    for note in web?.notes ?? [] { log.warning("\(note)") }
    self.options = options
    self.log = log
    transport = HTTPClient(for: options.publication.build)
    let statistics = RequestStatistics()
    var surroundings = CollectionLoop.Surroundings(
      transport: transport, statistics: statistics, build: options.publication.build,
      environment: options.environment, log: log)
    surroundings.shard = options.shard
    let loop = CollectionLoop(configuration: configuration, surroundings: surroundings)
    let waiting = Readiness(
      waitingFor: TargetPlan.targets(of: configuration, shard: options.shard).map(\.id),
      deadline: surroundings.time.uptime() + CollectionLoop.readinessLimit)
    let publication = Publication(options: options.publication, readiness: waiting, requests: statistics) { reply in
      loop.reload(from: options.source, environment: options.environment, reply: reply)
    }
    self.loop = loop
    self.publication = publication
    server = try HTTPServer(
      listening: options.listening, limits: options.limits, security: web?.security ?? HTTPServerSecurity(),
      openPaths: Route.openPaths,
      onAnswer: { _, path, status, seconds in publication.count(path: path, status: status, seconds: seconds) }
    ) { publication.answer($0) }
  }

  /// Reads the configuration again and takes it over; a bad one changes nothing and is logged.
  package func reload() {
    loop.reload(from: options.source, environment: options.environment) { _ in }
  }

  /// Collects and serves until the graceful end or cancellation; then requests in flight get a second.
  package func run() async throws {
    for address in addresses { log.info("listening", metadata: ["address": "\(address)"]) }
    await withTaskGroup { group in
      group.addTask { [self] in await followWebConfiguration() }
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
  /// How soon a changed web configuration is noticed; certificates and keys are looked at with every handshake.
  private static let webConfigurationInterval: Duration = .seconds(5)

  /// Takes over the web configuration whenever its file changes; a bad one changes nothing and is logged.
  private func followWebConfiguration() async {
    guard let file = options.webConfigurationFile else { return }
    var last = try? [UInt8](configurationFile: file)
    while !Task.isCancelled {
      do { try await Task.sleep(for: Self.webConfigurationInterval) } catch { return }
      let current = try? [UInt8](configurationFile: file)
      if current == last { continue }
      last = current
      do {
        let web = try WebConfiguration(file: file)
        try server.update(security: web.security)
        log.info("web configuration reloaded")
      } catch {
        log.error("web configuration not reloaded; the running one stays", metadata: ["error": "\(error)"])
      }
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

extension Exporter.ConfigurationSource {
  package func read(environment: [String: String]) throws(ConfigurationError) -> Configuration {
    switch self {
    case .file(let path): try Configuration(file: path, environment: environment)
    case .environment: try Configuration(environment: environment)
    case .fixed(let configuration): configuration
    }
  }
}

extension CollectionLoop {
  fileprivate func reload(
    from source: Exporter.ConfigurationSource, environment: [String: String],
    reply: @escaping @Sendable (ReloadOutcome) -> Void
  ) {
    reload(Result { () throws(ConfigurationError) in try source.read(environment: environment) }, reply: reply)
  }
}
