import HuaweiCloud
import System

/// How a refresh ended.
package struct Outcome: Sendable {
  package enum Result: Sendable {
    case listing(Swift.Result<Collected, CloudError>)
    /// The totals of a sweep; its findings were reported one by one while it ran.
    case objects(SweepResult)

    /// Whether the cloud said that it has no such function here.
    var isUnsupported: Bool {
      switch self {
      case .listing(.success): false
      case .listing(.failure(let error)): error.reason == .unsupported
      case .objects(let sweep): sweep.error?.reason == .unsupported
      }
    }
  }

  package let target: TargetID
  package let duration: Duration
  /// The end of the refresh in Unix time.
  package let end: Timestamp
  /// The end of the refresh in `TimeSource.uptime`.
  package let endUptime: Duration
  package let result: Result
  package var requests = 0
  /// The number of refreshes that became due while this one ran.
  package var skipped = 0
  package var nextRefresh: Timestamp?
}

/// What the cloud said of one object, and when.
package struct ObjectFinding: Sendable {
  package let key: String
  package let answer: Swift.Result<ObjectAnswer, CloudError>
  /// When the answer came, in `TimeSource.uptime`.
  package let at: Duration
}

/// An object that a refresh could not get, described for people.
package struct ObjectFailure: Sendable, Hashable {
  package let object: String
  package let reason: FailureReason
  package let message: String

  /// The most failures that are kept for one target; further ones are only counted.
  static let mostShown = 20
}

/// The overall result of a refresh that asks object by object.
package struct SweepResult: Sendable {
  /// The objects that the target watches now; all others are forgotten.
  package var watched: Set<String>
  package var asked = 0
  /// Objects that do not exist any more.
  package var gone: Set<String> = []
  /// What the listing said of the objects, if the target has a listing.
  package var listed: Listed?
  package var failures: [FailureReason: Int] = [:]
  /// The first error of each reason; its message begins with the object that failed.
  package var errors: [FailureReason: CloudError] = [:]
  /// The first objects that failed.
  package private(set) var objectFailures: [ObjectFailure] = []

  package struct Listed: Sendable {
    let sheets: [String: Sheet]
    /// When the listing was complete, in `TimeSource.uptime`.
    let at: Duration
    /// The number of listed objects that lack a required field or hold text that is not UTF-8.
    let unusable: Int
    let unexpected: [String: Int]
  }

  package var failed: Int { failures.values.reduce(0, +) }

  mutating func fail(_ error: CloudError, object: String) {
    fail(error, objects: [object])
  }

  /// Counts several objects that failed with the same error.
  mutating func fail(_ error: CloudError, objects: [String]) {
    guard let object = objects.first else { return }
    failures[error.reason, default: 0] += objects.count
    objectFailures += objects.prefix(ObjectFailure.mostShown - objectFailures.count)
      .map { ObjectFailure(object: $0, reason: error.reason, message: error.message) }
    if errors[error.reason] == nil {
      errors[error.reason] = error
      errors[error.reason]?.message = "\(object): \(error.message)"
    }
  }

  /// The error that stands for the whole refresh: the first one of the most frequent reason.
  package var error: CloudError? {
    let worst = failures.max { ($0.value, $1.key.label) < ($1.value, $0.key.label) }
    guard let worst, var error = errors[worst.key] else { return nil }
    if failed > 1 { error.message = "\(failed) of \(asked) objects failed; \(error.message)" }
    return error
  }
}
