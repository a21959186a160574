import HTTPTransport
import System

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
