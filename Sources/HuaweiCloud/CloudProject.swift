import System

/// One project of the account in one region, with its credentials, addresses and pace.
package struct CloudProject: Sendable, Hashable {
  /// The project's name in the configuration.
  package var name: String
  package var region: String
  /// The project's id in IAM; if nil, it is looked up by `lookupName`.
  package var projectID: String?
  /// The project's name in IAM; nil stands for the region's own project.
  package var projectName: String?
  package var credentials: CredentialSource = .chain
  /// Base URLs that replace the public hosts of these services in the region.
  package var endpoints: [CloudService: String] = [:]
  package var caFile: String?
  package var skipsTLSVerification = false
  package var proxyURL: String?
  /// The most requests per second to each service.
  package var requestsPerSecond: Double = 2
  package var maximumConcurrentRequests = 8

  package init(name: String, region: String) {
    self.name = name
    self.region = region
  }

  /// Returns whether a text may be the name of a region, which becomes part of host names.
  package static func isRegion(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { $0.isASCIISmallLetter || $0.isASCIIDigit || "-_".utf8.contains($0) }
  }

  /// Returns whether both ask the same cloud as the same user, so that what one has found is true for the other.
  package func asksTheSame(as other: CloudProject) -> Bool {
    var other = other
    other.caFile = caFile
    other.skipsTLSVerification = skipsTLSVerification
    other.proxyURL = proxyURL
    other.requestsPerSecond = requestsPerSecond
    other.maximumConcurrentRequests = maximumConcurrentRequests
    return other == self
  }

  /// The project's name in IAM: a region's own project has the region's name.
  package var lookupName: String { projectName ?? region }
}

extension CloudProject: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  // A proxy's URL may hold a password.
  package var description: String { "project \(name)" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: ["name": name, "region": region]) }
}

/// Bounds of the requests that one refresh sends.
package struct RequestLimits: Sendable, Hashable {
  /// The longest time that one HTTP request may take.
  package var requestTimeout: Duration = .seconds(30)
  /// The largest response, decompressed.
  package var maximumResponseBytes = 32 << 20
  /// The `TimeSource.uptime` at which the refresh gives up: nothing is sent, and nothing waited for, beyond it.
  package var deadline: Duration?
  /// A listing ends after this many pages as if they were all, for a probe of whether it answers.
  package var maximumPages = Int.max

  package init() {}
}
