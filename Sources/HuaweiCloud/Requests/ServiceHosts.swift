/// The public host of each service in each region, from the vendor's SDK (3.1.219) and its page of endpoints.
///
/// A host in the table does not promise that the region offers every function of the service. Regions outside the table
/// get the hosts that the pattern gives.
package enum ServiceHosts {
  /// Returns the host of a service; nil if none is known: CodeArts' names follow no rule that would allow a guess.
  package static func host(of service: CloudService, in region: String) -> String? {
    // The European cloud is run separately, under its own domain; the SDK's `.com` for its CodeArts is not followed.
    let domain = region == "eu-west-101" ? "myhuaweicloud.eu" : "myhuaweicloud.com"
    return switch service {
    case .swr: "swr-api.\(region).\(domain)"
    case .cce: withoutCCE.contains(region) ? nil : "cce.\(region).\(domain)"
    case .iam: withoutIAM.contains(region) ? "iam.myhuaweicloud.com" : "iam.\(region).\(domain)"
    // STS may be asked in any region; the SDK takes this one if it knows none.
    case .sts: "sts.\(withSTS.contains(region) ? region : "cn-north-4").myhuaweicloud.com"
    case .codeArtsRepo: codeArtsPrefixes[region].map { "\($0).\(region).\(domain)" }
    case .metadata: "169.254.169.254"
    case .podIdentity: nil
    }
  }

  package static func isKnown(_ region: String) -> Bool { regions.contains(region) }

  /// Returns the known region whose name takes the fewest changes, if these are few.
  package static func nearest(to region: String) -> String? {
    let near = regions.map { (name: $0, distance: distance(from: region, to: $0)) }
      .min { ($0.distance, $0.name) < ($1.distance, $1.name) }
    guard let near, near.distance <= max(2, region.utf8.count / 3) else { return nil }
    return near.name
  }

  /// Returns how many characters must be changed, added or removed (Levenshtein).
  private static func distance(from first: String, to second: String) -> Int {
    let second = Array(second.utf8)
    var row = Array(0...second.count)
    for (index, byte) in first.utf8.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for column in second.indices {
        let above = row[column + 1]
        row[column + 1] = min(above + 1, row[column] + 1, diagonal + (byte == second[column] ? 0 : 1))
        diagonal = above
      }
    }
    return row[second.count]
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

  /// The regions that have only the global host.
  private static let withoutIAM: Set<String> = [
    "af-north-1", "ap-southeast-5", "cn-north-11", "cn-south-4", "cn-southwest-3", "ru-northwest-2", "sa-peru-1",
  ]

  private static let withSTS: Set<String> = [
    "af-south-1", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "cn-east-3", "cn-north-4",
    "cn-south-1", "cn-southwest-2", "la-south-2", "sa-brazil-1", "tr-west-1",
  ]

  private static let codeArtsPrefixes: [String: String] = [
    "cn-east-2": "codehub-ext", "cn-east-3": "codehub-ext", "cn-north-1": "codehub-ext", "cn-north-4": "codehub-ext",
    "cn-south-1": "codehub-ext", "cn-south-2": "codehub-ext", "cn-southwest-2": "codehub-ext",
    "ap-southeast-3": "codehub-ext", "la-north-2": "codehub-ext", "sa-brazil-1": "codehub-ext",
    "eu-west-101": "codeartsrepo-ext", "la-south-2": "codeartsrepo-ext", "tr-west-1": "codeartsrepo-ext",
    "af-north-1": "repo", "af-south-1": "repo", "me-east-1": "repo",
  ]
}

extension CloudProject {
  /// Returns the base URL of a service: the one in `endpoints`, or its public host in the region; no `/` at the end.
  ///
  /// Throws `unsupported` if the region has no known host of that service and the configuration names none.
  package func baseURL(of service: CloudService) throws(CloudError) -> String {
    if let configured = endpoints[service] {
      let url = configured.withoutTrailingSlashes
      // Other tools want IAM's URL with the version, which is part of our paths.
      return service == .iam && url.hasSuffix("/v3") ? String(url.dropLast(3)).withoutTrailingSlashes : url
    }
    guard let host = ServiceHosts.host(of: service, in: region) else {
      throw CloudError(
        .unsupported,
        message: "no host of \(service.rawValue) is known in the region \(region): set endpoints.\(service.rawValue)")
    }
    return service == .metadata ? "http://\(host)" : "https://\(host)"
  }

  /// A warning that the region is not known and its hosts are guessed, with the name that may have been meant; nil if
  /// it is known, or the configuration names the hosts.
  package var regionWarning: String? {
    let guessed = [CloudService.swr, .cce, .iam].filter { endpoints[$0] == nil }
    guard !ServiceHosts.isKnown(region), !guessed.isEmpty else { return nil }
    let question = ServiceHosts.nearest(to: region).map { " (did you mean \($0)?)" } ?? ""
    return
      "the region \(region) is not known\(question): the hosts of \(guessed.map(\.rawValue).joined(separator: ", ")) "
      + "are what the pattern of the others gives"
  }
}

extension String {
  fileprivate var withoutTrailingSlashes: String {
    var text = self
    while text.hasSuffix("/") { text.removeLast() }
    return text
  }
}
