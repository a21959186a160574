import HuaweiCloud
import System

/// What is known about a target's refreshes: the source of its own metrics and of its row on the status page.
package struct TargetStatus: Sendable {
  package let target: TargetID
  package var settings: RefreshSettings
  /// Nil before the first refresh has ended.
  package var lastSucceeded: Bool?
  package var lastDuration: Duration?
  /// End of the last refresh, good or bad.
  package var lastEnd: Timestamp?
  /// End of the last good refresh; never moved by a failure.
  package var lastSuccess: Timestamp?
  /// Of the last refresh, where it failed.
  package var lastError: CloudError?
  /// End of the first of the failed refreshes that the last one belongs to.
  package var failingSince: Timestamp?
  package var refreshes = 0
  package var failures: [FailureReason: Int] = [:]
  package var skipped = 0
  /// Objects that the last refresh asked about or listed.
  package var objects = 0
  package var failedObjects = 0
  /// The first of them with what befell them, where objects are asked one by one.
  package var objectFailures: [ObjectFailure] = []
  /// Objects that are asked one by one, in this refresh or another; nil where none are.
  package var watchedObjects: Int?
  package var series = 0
  /// Last good data is gone because it was older than `staleAfter`.
  package var isStale = false
  package var nextRefresh: Timestamp?
  /// HTTP requests that the last refresh sent.
  package var requests = 0
  /// The configuration names its collector; without a name it is on because all are.
  package var isNamed: Bool
  /// The first answer was a refusal, and so was every one since.
  package var isForbiddenFromTheStart = false
  /// Values in the last good answer that are not as the documents have them, by field.
  package var unexpected: [String: Int] = [:]
  /// What the cloud says of single objects in the last good answer.
  package var remarks: [ObjectRemark] = []

  package init(target: TargetID, settings: RefreshSettings, isNamed: Bool = true) {
    self.target = target
    self.settings = settings
    self.isNamed = isNamed
  }

  /// The last answer said that the cloud has no such function here.
  package var isUnsupported: Bool { lastError?.reason == .unsupported }

  /// It failed, and nobody asked for more: the cloud has no such function here, or an account with few rights has not that
  /// of a collector that is on only because all are.
  package var isExcused: Bool { isUnsupported || (isForbiddenFromTheStart && !isNamed) }

  /// It succeeded, or its failure is none that anybody has to act on.
  package var isAllRight: Bool { lastSucceeded == true || (lastSucceeded == false && isExcused) }
}
