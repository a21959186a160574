import HuaweiCloud
import System

/// The status of a target's refreshes: the source of its own metrics and of its row on the status page.
package struct TargetStatus: Sendable {
  package let target: TargetID
  package var settings: RefreshSettings
  /// Whether the last refresh succeeded; nil before the first one has ended.
  package var lastSucceeded: Bool?
  package var lastDuration: Duration?
  /// End of the last refresh, good or bad.
  package var lastEnd: Timestamp?
  /// End of the last good refresh; never moved by a failure.
  package var lastSuccess: Timestamp?
  /// The error of the last refresh, or nil if it succeeded.
  package var lastError: CloudError?
  /// End of the first refresh in the current run of failures, or nil if the last refresh succeeded.
  package var failingSince: Timestamp?
  package var refreshes = 0
  package var failures: [FailureReason: Int] = [:]
  package var skipped = 0
  /// The number of objects that the last refresh asked about or listed.
  package var objects = 0
  package var failedObjects = 0
  /// The first objects that failed, with the reasons, if objects are asked one by one.
  package var objectFailures: [ObjectFailure] = []
  /// The number of objects that are asked one by one, in the last refresh or another; nil if the target asks none.
  package var watchedObjects: Int?
  package var series = 0
  /// Whether last good data is gone because it was older than `staleAfter`.
  package var isStale = false
  package var nextRefresh: Timestamp?
  /// The number of HTTP requests that the last refresh sent.
  package var requests = 0
  /// Whether the configuration names the collector; otherwise it is on because all are.
  package var isNamed: Bool
  /// Whether the first refresh was refused, and so was every one since.
  package var isForbiddenFromTheStart = false
  /// The number of values in the last good answer that do not match the documents, by field.
  package var unexpected: [String: Int] = [:]
  /// What the cloud says of single objects in the last good answer.
  package var remarks: [ObjectRemark] = []

  package init(target: TargetID, settings: RefreshSettings, isNamed: Bool = true) {
    self.target = target
    self.settings = settings
    self.isNamed = isNamed
  }

  /// Whether the last answer said that the cloud has no such function here.
  package var isUnsupported: Bool { lastError?.reason == .unsupported }

  /// Whether the last failure is excused: the cloud has no such function here, or an account with few rights lacks the
  /// permission for a collector that is on only because all are.
  package var isExcused: Bool { isUnsupported || (isForbiddenFromTheStart && !isNamed) }

  /// Whether the last refresh succeeded, or failed in a way that is excused.
  package var isAllRight: Bool { lastSucceeded == true || (lastSucceeded == false && isExcused) }
}
