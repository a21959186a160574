import HuaweiCloud
import System

/// An execution of a policy: a replication or a clean-up.
protocol PolicyExecution: ListedObject {
  var status: String? { get }
  /// The id of the policy that the execution names, or nil if it names none.
  var policyID: String? { get }
  /// The time by which executions are ordered.
  var moment: Timestamp? { get }
}

extension Run {
  /// Returns the listed executions of a policy, newest first: the first hundred and, if there are more, the last page.
  ///
  /// The order of the listing is not documented (assumption `executions-ordered`): the newest may be at either end.
  /// Executions between the two pages are not counted. Throws `malformed` if the first page is incomplete or some
  /// executions are another policy's.
  func executions<Execution: PolicyExecution>(
    _ asked: AskedListing<Execution>, of policyID: String, filling values: [String: String] = [:],
    query: [(String, String)] = []
  ) async throws(CloudError) -> [Execution] {
    let limit = 100
    func page(at offset: Int64) async throws(CloudError) -> (objects: [Execution], total: Int64?) {
      try await self.page(asked, filling: values, query: query + [("offset", "\(offset)"), ("limit", "\(limit)")])
    }
    let first = try await page(at: 0)
    if let total = first.total, first.objects.count + notes.unusable < min(total, Int64(limit)) {
      throw CloudError(
        .malformed, operation: asked.listing.endpoint.operation,
        message: "the first page has \(first.objects.count + notes.unusable) of \(total) executions")
    }
    var all = first.objects
    if let total = first.total, total > limit {
      all += try await page(at: (total - 1) / Int64(limit) * Int64(limit)).objects
    }
    guard all.compactMap(\.policyID).allSatisfy({ $0 == policyID }) else {
      throw CloudError(
        .malformed, operation: asked.listing.endpoint.operation,
        message: "asked for the executions of one policy, the cloud lists those of another")
    }
    var seen: Set<String> = []
    return all.filter { seen.insert($0.identity).inserted }.sorted { $0.recency > $1.recency }
  }
}

extension PolicyExecution {
  static var states: [String] { ["InProgress", "Succeed", "Failed", "Stopped"] }

  var recency: Recency { Recency(moment: moment, id: identity) }
}

/// Orders what happened by its moment, then by its id, as numbers if both are; what has no moment is the oldest.
struct Recency: Comparable {
  let moment: Timestamp?
  let id: String

  static func < (left: Self, right: Self) -> Bool {
    if left.moment != right.moment {
      guard let moment = right.moment else { return false }
      return left.moment.map { $0 < moment } ?? true
    }
    if let one = Int64(left.id), let other = Int64(right.id) { return one < other }
    return left.id < right.id
  }
}

extension [String] {
  /// Returns how often each of `states` occurs in these texts, including 0; anything else counts as `unknown`.
  func counts(of states: [String]) -> [(String, Int)] {
    let known = states.map { state in (state, count { $0 == state }) }
    return known + [("unknown", count - known.reduce(0) { $0 + $1.1 })]
  }
}

/// What makes a policy run.
struct PolicyTrigger: Sendable {
  /// `manual`, `scheduled` or `event_based`, as sent by the cloud.
  let type: String?
  private let cron: String?

  init(_ json: JSON) {
    type = json["type"].state
    cron = json["trigger_settings"]["cron"].string
  }

  /// The longest time between two runs, or nil without a schedule or with one that is not understood.
  var longestInterval: Duration? { type == "scheduled" ? cron.flatMap(Cron.init)?.longestGap : nil }
}
