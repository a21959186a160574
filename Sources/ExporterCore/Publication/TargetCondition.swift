import HuaweiCloud

/// How a target is doing, as a person would say it; more trouble sorts first.
enum TargetCondition: Int, CaseIterable, Comparable {
  /// It fails, and nothing of it is on the page of metrics (any more).
  case dataGone
  /// It fails, and its last good data is still served.
  case failing
  /// Some of its objects fail.
  case partlyFailing
  /// Its first refresh has not ended.
  case waiting
  /// The cloud has no such function here.
  case unsupported
  case well

  init(_ status: TargetStatus) {
    let somethingFailed = status.failedObjects > 0
    switch status.lastSucceeded {
    case nil: self = .waiting
    case true?: self = somethingFailed ? .partlyFailing : .well
    case false? where status.isUnsupported: self = .unsupported
    // Where objects are asked one by one, those that answered have their data.
    case false? where somethingFailed && status.failedObjects < status.objects: self = .partlyFailing
    case false?: self = status.isStale || status.lastSuccess == nil ? .dataGone : .failing
    }
  }

  static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

  var words: String {
    switch self {
    case .dataGone: "No data"
    case .failing: "Failing"
    case .partlyFailing: "Partly failing"
    case .waiting: "Waiting"
    case .unsupported: "Not supported"
    case .well: "Well"
    }
  }

  /// The class that colours it.
  var styleClass: String {
    switch self {
    case .dataGone: "gone"
    case .failing: "failing"
    case .partlyFailing: "partly"
    case .waiting, .unsupported: "waiting"
    case .well: "well"
    }
  }
}
