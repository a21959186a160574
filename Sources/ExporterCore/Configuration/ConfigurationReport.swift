import HuaweiCloud
import System

/// A description for people of what a configuration resolves to: every value in force, with secrets masked.
///
/// Creating it reads the files that hold the credentials.
package struct ConfigurationReport: Sendable {
  private let configuration: Configuration
  private let origins: [CredentialOrigin]
  /// The account for which costs are calculated.
  private let account: AccountSize

  /// The most requests per second for which no throttling is known.
  private static let knownLimit = 0.6

  package init(
    _ configuration: Configuration, environment: [String: String] = [:], for account: AccountSize = .example
  ) {
    self.configuration = configuration
    self.account = account
    origins = configuration.projects.map { $0.cloud.credentials.origin(in: environment) }
  }

  /// What is wrong with a credential that the environment names and not the configuration, if anything.
  ///
  /// Such a credential is meant for this machine, so with a problem nothing can be collected.
  package var problem: ConfigurationError? {
    origins.first { $0.step != nil && $0.problem != nil }?.problem
      .map { ConfigurationError(source: "environment", message: $0) }
  }

  package var text: String {
    zip(configuration.projects, origins).map { describe($0, $1).joined(separator: "\n") + "\n" }
      .joined(separator: "\n")
  }

  private func describe(_ project: ProjectConfiguration, _ origin: CredentialOrigin) -> [String] {
    let cloud = project.cloud
    var lines = [
      "project \(project.name)",
      "  region: \(cloud.region)",
    ]
    if let warning = cloud.regionWarning { lines.append("    warning: \(warning)") }
    lines.append(
      "  project id: \(cloud.projectID ?? cloud.projectName.map { "looked up from IAM by the name \($0)" } ?? "looked up from IAM")"
    )
    lines.append("  credentials: \(origin.words)" + (origin.step.map { " (\($0))" } ?? ""))
    if !origin.unused.isEmpty {
      lines.append("    not used, since they come later in the chain: \(origin.unused.joined(separator: ", "))")
    }
    if let problem = origin.problem { lines.append("    warning: \(problem)") }
    for service in CloudService.addressable {
      lines.append("  \(service.rawValue): \(address(of: service, in: cloud))")
    }
    if let caFile = cloud.caFile { lines.append("  CA file: \(caFile)") }
    if cloud.skipsTLSVerification { lines.append("  TLS: NOT VERIFIED (insecure_skip_verify)") }
    if let proxy = cloud.proxyURL { lines.append("  proxy: \(publicURL(proxy))") }
    lines.append(
      "  pace: \(number(cloud.requestsPerSecond)) requests/s per service, \(cloud.maximumConcurrentRequests) at once")
    if cloud.requestsPerSecond > Self.knownLimit {
      lines.append(
        "    more than \(number(Self.knownLimit)) may cost others of the same user: "
          + "200 requests in 5 minutes have been seen to be its limit for a service")
    }
    lines.append("  discovery: every \(project.discovery.interval.shortestForm)")
    for configured in project.collectors {
      lines.append("  \(configured.collector.key): \(describe(configured))")
      lines += warnings(of: configured, in: cloud).map { "    warning: \($0)" }
    }
    let discoveries = TargetPlan.targets(of: Configuration(projects: [project])).map(\.collector)
      .filter(\.collector.isDiscovery)
    let requests = (project.collectors + discoveries).reduce(0) { $0 + requestsPerHour($1) }
    lines.append("  cost: about \(Int(requests.rounded(.up))) requests/h in an account of \(account.text)")
    return lines
  }

  private func address(of service: CloudService, in cloud: CloudProject) -> String {
    do throws(CloudError) {
      return publicURL(try cloud.baseURL(of: service))
    } catch {
      return error.message
    }
  }

  private func describe(_ configured: CollectorConfiguration) -> String {
    let settings = configured.settings
    let parts = [
      "every \(settings.interval.shortestForm)", "stale after \(settings.staleAfter.shortestForm)",
      "refresh at most \(settings.refreshTimeout.shortestForm)",
      "request at most \(settings.requestTimeout.shortestForm)",
      "at most \(settings.maximumSeries) series",
    ]
    let requests = Int(requestsPerHour(configured).rounded(.up))
    return (parts + configured.setup.shown + ["about \(requests) requests/h"])
      .joined(separator: ", ")
  }

  private func requestsPerHour(_ configured: CollectorConfiguration) -> Double {
    let settings = configured.settings
    return configured.setup.requestsPerHour(
      in: account, every: settings.interval, discovery: settings.discoveryInterval)
  }

  /// Returns a warning if there are too many listed objects, each of which costs a request in every interval.
  private func warnings(of configured: CollectorConfiguration, in cloud: CloudProject) -> [String] {
    guard let objects = configured.setup.listedObjects else { return [] }
    let needed = Double(objects) / configured.settings.interval.seconds
    guard needed > cloud.requestsPerSecond else { return [] }
    return [
      "\(objects) repositories every \(configured.settings.interval.shortestForm) need \(number(needed)) requests/s, "
        + "but requests_per_second is \(number(cloud.requestsPerSecond)): a refresh will not reach all of them"
    ]
  }

  private func number(_ value: Double) -> String {
    let rounded = (value * 100).rounded() / 100
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }
}
