/// The public host of each service in each region, from the vendor's SDK (3.1.219) and its page of endpoints.
///
/// A host in the table does not promise that the region offers every function of the service.
package enum ServiceHosts {
  /// Nil where no host is known: CodeArts' names follow no rule that would allow a guess.
  package static func host(of service: CloudService, in region: String) -> String? {
    // The European cloud is run apart, under a domain of its own; the SDK's `.com` for its CodeArts is not followed.
    let domain = region == "eu-west-101" ? "myhuaweicloud.eu" : "myhuaweicloud.com"
    return switch service {
    case .swr where regions.contains(region): "swr-api.\(region).\(domain)"
    case .cce where regions.contains(region) && !withoutCCE.contains(region): "cce.\(region).\(domain)"
    case .iam where regions.contains(region): "iam.\(region).\(domain)"
    case .codeArtsRepo: codeArtsPrefixes[region].map { "\($0).\(region).\(domain)" }
    case .metadata: "169.254.169.254"
    default: nil
    }
  }

  private static let regions: Set<String> = [
    "ae-ad-1", "af-north-1", "af-south-1",
    "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5",
    "cn-east-2", "cn-east-3", "cn-east-4", "cn-east-5",
    "cn-north-1", "cn-north-2", "cn-north-4", "cn-north-9", "cn-north-11", "cn-north-12",
    "cn-south-1", "cn-south-2", "cn-south-4", "cn-southwest-2", "cn-southwest-3",
    "eu-west-0", "eu-west-101", "la-north-2", "la-south-2", "me-east-1", "my-kualalumpur-1", "na-mexico-1",
    "ru-moscow-1", "ru-northwest-2", "sa-brazil-1", "sa-peru-1", "tr-west-1",
  ]

  private static let withoutCCE: Set<String> = ["cn-southwest-3", "sa-peru-1"]

  private static let codeArtsPrefixes: [String: String] = [
    "cn-east-2": "codehub-ext", "cn-east-3": "codehub-ext", "cn-north-1": "codehub-ext", "cn-north-4": "codehub-ext",
    "cn-south-1": "codehub-ext", "cn-south-2": "codehub-ext", "cn-southwest-2": "codehub-ext",
    "ap-southeast-3": "codehub-ext", "la-north-2": "codehub-ext", "sa-brazil-1": "codehub-ext",
    "eu-west-101": "codeartsrepo-ext", "la-south-2": "codeartsrepo-ext", "tr-west-1": "codeartsrepo-ext",
    "af-north-1": "repo", "af-south-1": "repo", "me-east-1": "repo",
  ]
}

extension CloudProject {
  /// Where a service is asked: `endpoints`, or its public host in the region; no `/` at the end.
  ///
  /// Throws `unsupported` where the region has no known host of that service and the configuration names none.
  package func baseURL(of service: CloudService) throws(CloudError) -> String {
    if let configured = endpoints[service] {
      var url = configured
      while url.hasSuffix("/") { url.removeLast() }
      return url
    }
    guard let host = ServiceHosts.host(of: service, in: region) else {
      throw CloudError(
        .unsupported,
        message: "no host of \(service.rawValue) is known in the region \(region): set endpoints.\(service.rawValue)")
    }
    return service == .metadata ? "http://\(host)" : "https://\(host)"
  }
}
