import HuaweiCloud

/// A request that the simulator received, and what it decided to answer.
package struct ReceivedRequest: Sendable, Hashable {
  /// By the machine's clock.
  package var time: Timestamp
  /// By `TimeSource.uptime`.
  package var uptime: Duration
  package var method: String
  /// Path and query as sent.
  package var target: String
  /// Nil where no such path is published.
  package var operation: Operation?
  /// The project asked about, where that was clear.
  package var projectID: String?
  /// Of the key that signed it.
  package var accessKey: String?
  /// Nil where no answer was meant to come.
  package var status: Int?
}

/// The last requests, and how many there were of each operation ever.
struct RequestLog: Sendable {
  private(set) var requests: [ReceivedRequest] = []
  private(set) var total = 0
  private let capacity: Int

  init(capacity: Int) { self.capacity = capacity }

  mutating func add(_ request: ReceivedRequest) {
    total += 1
    // Twice the capacity, then half of it goes: cheap for each request, bounded for all.
    if requests.count >= capacity * 2 { requests.removeFirst(capacity) }
    requests.append(request)
  }

  mutating func clear() {
    requests = []
    total = 0
  }
}
