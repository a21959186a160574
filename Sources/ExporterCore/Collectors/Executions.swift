import HuaweiCloud
import System

/// An execution of a policy: a replication or a clean-up.
protocol PolicyExecution: ListedObject {
  var status: String? { get }
  /// Of the policy that it says it belongs to; nil where it says nothing.
  var policyID: String? { get }
  /// What executions are ordered by.
  var moment: Timestamp? { get }
}

extension Run {
  /// The executions of a policy that are listed, the newest first: the first hundred, and where there are more the last page;
  /// throws `malformed` where some are another policy's.
  ///
  /// The order of the listing is not documented (assumption `executions-ordered`): the newest may be at either end. What lies
  /// between stays uncounted.
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
    return all.filter { seen.insert($0.identity).inserted }.sorted { $0.isNewer(than: $1) }
  }
}

extension PolicyExecution {
  static var states: [String] { ["InProgress", "Succeed", "Failed", "Stopped"] }

  /// By moment, then by id, as a number where both are; one without a moment is oldest.
  func isNewer(than other: Self) -> Bool {
    if moment != other.moment {
      guard let moment else { return false }
      return other.moment.map { moment > $0 } ?? true
    }
    if let own = Int64(identity), let others = Int64(other.identity) { return own > others }
    return identity > other.identity
  }
}

extension [String] {
  /// How often each of some states stands among these texts, 0 included; anything else counts as `unknown`.
  func counts(of states: [String]) -> [(String, Int)] {
    let known = states.map { state in (state, count { $0 == state }) }
    return known + [("unknown", count - known.reduce(0) { $0 + $1.1 })]
  }
}

/// When a policy runs by itself.
struct PolicyTrigger: Sendable {
  /// `manual`, `scheduled` or `event_based`, as the cloud has it.
  let type: String?
  private let cron: String?

  init(_ json: JSON) {
    type = json["type"].state
    cron = json["trigger_settings"]["cron"].string
  }

  /// The longest time between two runs; nil where it does not run by a schedule, or by one that is not understood.
  var longestInterval: Duration? { type == "scheduled" ? cron.flatMap(Cron.init)?.longestGap : nil }
}
