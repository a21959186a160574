import ArgumentParser
import CloudSimulator
import ExporterCore
import HTTPTransport
import HuaweiCloud
import System

struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Serve metrics of a simulated cloud: see what the exporter does, with no account.",
    discussion: "It brings its own configuration: two projects, refreshed every few seconds.")

  @OptionGroup(title: "Web server") var web: WebOptions
  @OptionGroup(title: "Sharding") var sharding: ShardOptions
  @OptionGroup(title: "Logging") var logging: LogOptions

  @Option(help: "Which world is simulated: the same number gives the same one.")
  var seed: UInt64 = 1

  @Option(help: "How many times faster than ours the simulated world's time runs.")
  var speed = 1.0

  func validate() throws {
    guard speed > 0, speed <= 100_000 else { throw ValidationError("--speed must be above 0 and at most 100000.") }
  }

  func run() {
    MainThread.wait { try await serve() }
  }

  private func serve() async throws {
    let world = World.demo(seed: seed, beginning: TimeSource.system.now(), speed: speed)
    let cloud = try failing {
      try CloudSimulator(world: world, authentication: .required(.demo), faults: .demo, seed: seed)
    }
    defer { cloud.stop() }
    var options = Exporter.Options(source: .fixed(try .demo(cloud: cloud.url)), environment: [:])
    web.apply(to: &options)
    options.shard = try sharding.value
    let log = logging.logger()
    let exporter = try failing { try Exporter(options: options, log: log) }
    for address in exporter.addresses {
      guard case .tcp(let host, let port) = address else { continue }
      let name = host.isEmpty ? "localhost" : host.contains(":") ? "[\(host)]" : host
      let scheme = exporter.speaksTLS ? "https" : "http"
      StandardStream.output.write(Array("The demo is at \(scheme)://\(name):\(port)/ and ends with Ctrl-C.\n".utf8))
    }
    try await Daemon.run(exporter, log: log)
  }
}

extension Configuration {
  /// Returns a configuration of both projects of the demo's world, with short intervals.
  fileprivate static func demo(cloud url: String) throws -> Configuration {
    Configuration(
      projects: try World.demoProjects.map { project in
        var cloud = CloudProject(name: project.name, region: project.region)
        cloud.credentials = project.name == "prod" ? .demoKey : .demoUser
        cloud.endpoints = Dictionary(uniqueKeysWithValues: CloudService.addressable.map { ($0, url) })
        cloud.requestsPerSecond = 20
        let settings = RefreshSettings(
          interval: .seconds(10), refreshTimeout: .seconds(30), discoveryInterval: .seconds(60))
        var discovery = settings
        discovery.interval = .seconds(60)
        discovery.staleAfter = .seconds(180)
        return ProjectConfiguration(
          cloud: cloud, discovery: discovery,
          collectors: try Catalog.standard.collectors.map { try CollectorConfiguration($0, settings: settings) })
      })
  }
}

extension CredentialSource {
  fileprivate static var demoKey: CredentialSource {
    Accounts.demo.keys.first.map {
      .keys(accessKey: .value(Secret($0.accessKey)), secretKey: .value($0.secretKey), securityToken: nil)
    } ?? .chain
  }

  /// The credentials of an IAM user, whose tokens expire, unlike a key.
  fileprivate static var demoUser: CredentialSource {
    Accounts.demo.users.first.map {
      .iamUser(domainName: $0.domainName, userName: $0.name, password: .value($0.password))
    } ?? .chain
  }
}
