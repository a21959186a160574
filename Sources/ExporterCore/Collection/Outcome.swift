import HuaweiCloud
import System

/// How a refresh ended.
package struct Outcome: Sendable {
  package enum Result: Sendable {
    case listing(Swift.Result<Collected, CloudError>)
    /// The findings themselves went ahead, as they came.
    case objects(SweepResult)

    /// The cloud said that it has no such function here.
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
  /// Of the refresh, in Unix time and in uptime.
  package let end: Timestamp
  package let endUptime: Duration
  package let result: Result
  package var requests = 0
  /// Refreshes that were due while this one ran.
  package var skipped = 0
  package var nextRefresh: Timestamp?
}

/// What one request said of one object, and when.
package struct ObjectFinding: Sendable {
  package let key: String
  package let answer: Swift.Result<ObjectAnswer, CloudError>
  /// `TimeSource.uptime` when it came.
  package let at: Duration
}

/// An object that a refresh could not get, for people.
package struct ObjectFailure: Sendable, Hashable {
  package let object: String
  package let reason: FailureReason
  package let message: String

  /// Of one target; the others are only counted.
  static let mostShown = 20
}

/// A refresh that asks object by object, in sum.
package struct SweepResult: Sendable {
  /// The objects that the target watches now; what is not among them is forgotten.
  package var watched: Set<String>
  package var asked = 0
  /// Objects that do not exist any more.
  package var gone: Set<String> = []
  /// What a listing said of the objects, where one gave them.
  package var listed: Listed?
  package var failures: [FailureReason: Int] = [:]
  /// The first error of each reason, with the object that it befell.
  package var errors: [FailureReason: CloudError] = [:]
  /// The first objects that failed.
  package private(set) var objectFailures: [ObjectFailure] = []

  package struct Listed: Sendable {
    let sheets: [String: Sheet]
    /// `TimeSource.uptime` when it came.
    let at: Duration
    /// Objects of the listing without what tells them from others.
    let unusable: Int
    let unexpected: [String: Int]
  }

  package var failed: Int { failures.values.reduce(0, +) }

  mutating func fail(_ error: CloudError, object: String) {
    fail(error, objects: [object])
  }

  /// Several objects, to which the same happened.
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

  /// The error that stands for the refresh: of the most frequent reason.
  package var error: CloudError? {
    let worst = failures.max { ($0.value, $1.key.rawValue) < ($1.value, $0.key.rawValue) }
    guard let worst, var error = errors[worst.key] else { return nil }
    if failed > 1 { error.message = "\(failed) of \(asked) objects failed; \(error.message)" }
    return error
  }
}
