import HuaweiCloud

/// What a configuration resolves to, for a person: every value that is in force, secrets masked.
package struct ConfigurationReport: Sendable {
  private let configuration: Configuration
  /// What costs are told for.
  private let account: AccountSize

  package init(_ configuration: Configuration, for account: AccountSize = .example) {
    self.configuration = configuration
    self.account = account
  }

  package var text: String {
    configuration.projects.map { describe($0).joined(separator: "\n") + "\n" }.joined(separator: "\n")
  }

  private func describe(_ project: ProjectConfiguration) -> [String] {
    let cloud = project.cloud
    var lines = [
      "project \(project.name)",
      "  region: \(cloud.region)",
      "  project id: \(cloud.projectID ?? "looked up from IAM")",
      "  credentials: \(cloud.credentials.summary)",
    ]
    for service in CloudService.allCases {
      lines.append("  \(service.rawValue): \(address(of: service, in: cloud))")
    }
    if let caFile = cloud.caFile { lines.append("  CA file: \(caFile)") }
    if cloud.skipsTLSVerification { lines.append("  TLS: NOT VERIFIED (insecure_skip_verify)") }
    if let proxy = cloud.proxyURL { lines.append("  proxy: \(publicURL(proxy))") }
    lines.append(
      "  pace: \(number(cloud.requestsPerSecond)) requests/s per service, \(cloud.maximumConcurrentRequests) at once")
    lines.append("  discovery: every \(project.discovery.interval.shortestForm)")
    for configured in project.collectors {
      lines.append("  \(configured.collector.key): \(describe(configured))")
      lines += warnings(of: configured, in: cloud).map { "    warning: \($0)" }
    }
    let requests = project.collectors.reduce(0) { $0 + requestsPerHour($1) }
    lines.append("  cost: about \(requests) requests/h in an account of \(account.text)")
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
    return (parts + configured.setup.shown + ["about \(requestsPerHour(configured)) requests/h"])
      .joined(separator: ", ")
  }

  private func requestsPerHour(_ configured: CollectorConfiguration) -> Int {
    let settings = configured.settings
    let requests = configured.setup.requestsPerHour(
      in: account, every: settings.interval, discovery: settings.discoveryInterval)
    return Int(requests.rounded(.up))
  }

  /// Each listed object costs a request in every interval.
  private func warnings(of configured: CollectorConfiguration, in cloud: CloudProject) -> [String] {
    guard let objects = configured.setup.listedObjects else { return [] }
    let needed = Double(objects) / configured.settings.interval.inSeconds
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

extension Duration {
  fileprivate var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}

extension CredentialSource {
  /// What kind it is and where it comes from, never the secret itself.
  fileprivate var summary: String {
    switch self {
    case .keys(let accessKey, let secretKey, let token):
      "access key \(accessKey.summary), secret key \(secretKey.summary)"
        + (token.map { ", security token \($0.summary)" } ?? "")
    case .iamUser(let domain, let user, let password): "IAM user \(user) of \(domain), password \(password.summary)"
    case .token(let source): "token \(source.summary)"
    case .oidc(let provider, let file): "identity provider \(provider), id token from \(file)"
    case .metadata: "temporary keys of the server's agency"
    case .chain: "provider chain (environment, profile file, metadata service)"
    }
  }
}

extension SecretSource {
  fileprivate var summary: String {
    switch self {
    case .value(let secret): "\(secret)"
    case .file(let path): "from \(path)"
    }
  }
}
