import HuaweiCloud

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
  package var series = 0
  /// Last good data is gone because it was older than `staleAfter`.
  package var isStale = false
  package var nextRefresh: Timestamp?
  /// HTTP requests that the last refresh sent.
  package var requests = 0

  package init(target: TargetID, settings: RefreshSettings) {
    self.target = target
    self.settings = settings
  }
}
