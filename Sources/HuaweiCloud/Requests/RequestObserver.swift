import HTTPTransport
import System

/// What the client tells about its work, for whoever counts it; called from any task, must be quick.
package struct RequestObserver: Sendable {
  /// One attempt ended: its HTTP status, or nil where none came, and how long it took.
  package var attempt: @Sendable (CloudService, _ operation: String, _ status: Int?, Duration) -> Void = { _, _, _, _ in
  }
  /// Held back by pacing or a pause for this long.
  package var waited: @Sendable (CloudService, Duration) -> Void = { _, _ in }
  package var retried: @Sendable (CloudService) -> Void = { _ in }
  /// The cloud refused a request because there were too many.
  package var throttled: @Sendable (CloudService) -> Void = { _ in }
  /// The pace in force of a service, told with its first request and whenever it changes: what is configured, or less
  /// while a limit that the cloud stated is kept.
  package var paceChanged: @Sendable (CloudService, _ requestsPerSecond: Double) -> Void = { _, _ in }
  /// The credential in use changed; its end, or nil where it has none.
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

  /// What is counted here counts in `whole` too.
  package init(within whole: RequestCount? = nil) { self.whole = whole }

  package var value: Int { count.withLock { $0 } }

  func increment() {
    count.withLock { $0 += 1 }
    whole?.increment()
  }
}
