import System

/// One project of the account in one region: what to ask, as whom, and how hard.
package struct CloudProject: Sendable, Hashable {
  /// The configuration's name for it.
  package var name: String
  package var region: String
  /// Looked up from IAM by `lookupName` where nil.
  package var projectID: String?
  /// In IAM; the region's own project where nil.
  package var projectName: String?
  package var credentials: CredentialSource = .chain
  /// Base URLs instead of each service's public host in the region.
  package var endpoints: [CloudService: String] = [:]
  package var caFile: String?
  package var skipsTLSVerification = false
  package var proxyURL: String?
  /// For each service.
  package var requestsPerSecond: Double = 2
  package var maximumConcurrentRequests = 8

  package init(name: String, region: String) {
    self.name = name
    self.region = region
  }

  /// Whether it may be the name of a region: it becomes part of host names.
  package static func isRegion(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { $0.isASCIISmallLetter || $0.isASCIIDigit || "-_".utf8.contains($0) }
  }

  /// Whether both ask the same cloud as the same user, so that what one has found is true for the other.
  package func asksTheSame(as other: CloudProject) -> Bool {
    var other = other
    other.caFile = caFile
    other.skipsTLSVerification = skipsTLSVerification
    other.proxyURL = proxyURL
    other.requestsPerSecond = requestsPerSecond
    other.maximumConcurrentRequests = maximumConcurrentRequests
    return other == self
  }

  /// What IAM calls the project: a region's own has the region's name.
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
  /// One HTTP request.
  package var requestTimeout: Duration = .seconds(30)
  /// Of one response, decompressed.
  package var maximumResponseBytes = 32 << 20
  /// `TimeSource.uptime` at which the refresh gives up: nothing is sent, and nothing waited for, beyond it.
  package var deadline: Duration?
  /// A listing ends after this many pages as if they were all: for a look at whether it answers.
  package var maximumPages = Int.max

  package init() {}
}
