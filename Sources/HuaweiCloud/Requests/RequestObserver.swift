import System

/// The functions through which the client reports its work; they are called from any task, and must be quick.
package struct RequestObserver: Sendable {
  /// One attempt ended: its HTTP status, or nil if no answer came, and how long it took.
  package var attempt: @Sendable (CloudService, _ operation: String, _ status: Int?, Duration) -> Void = { _, _, _, _ in
  }
  /// A request waited this long for its turn: for the pace, a pause or a place.
  package var waited: @Sendable (CloudService, Duration) -> Void = { _, _ in }
  package var retried: @Sendable (CloudService) -> Void = { _ in }
  /// The cloud refused a request because there were too many.
  package var throttled: @Sendable (CloudService) -> Void = { _ in }
  /// The pace in force of a service, reported with its first request and whenever it changes: the configured one, or
  /// less while a limit that the cloud stated is kept.
  package var paceChanged: @Sendable (CloudService, _ requestsPerSecond: Double) -> Void = { _, _ in }
  /// The credential in use changed; the argument is its end, or nil if it has none.
  package var credentialsExpire: @Sendable (Timestamp?) -> Void = { _ in }
  /// A token or temporary key is being asked for, the first or another one.
  package var renewalBegan: @Sendable () -> Void = {}
  package var renewalEnded: @Sendable (_ isSuccess: Bool) -> Void = { _ in }

  package init() {}
}

/// Counts the requests of one refresh, retries included.
package final class RequestCount: Sendable {
  /// Protects the count: a refresh may ask several objects at a time.
  private let count = Locked(0)
  private let whole: RequestCount?

  /// Creates a count whose requests count in `whole` too.
  package init(within whole: RequestCount? = nil) { self.whole = whole }

  package var value: Int { count.withLock { $0 } }

  func increment() {
    count.withLock { $0 += 1 }
    whole?.increment()
  }
}
