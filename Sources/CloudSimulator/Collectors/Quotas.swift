import System

extension Operation {
  package static let listQuotas = Operation("ListQuotas")
}

extension Route {
  /// SWR basic: what a project uses of its quotas.
  static let quotas = [
    Route(.listQuotas, path: "/v2/manage/projects/{project_id}/quotas", service: .swrBasic, answer: listQuotas)
  ]

  private static func listQuotas(_ request: RouteRequest) -> Reply {
    var json = request.writer()
    json.object {
      $0.array("quotas") { json in
        for quota in request.project?.quotas ?? [] {
          json.object(replacing: quota.replacements) {
            $0.string("quota_key", quota.key)
            $0.integer("quota_limit", request.value(of: quota.limit))
            $0.integer("used", request.value(of: quota.used))
            $0.string("unit", quota.unit)
          }
        }
      }
    }
    return .json(json)
  }
}

/// A quota of a project; properties that are nil are left out of the answer.
package struct SimulatedQuota: Sendable {
  package var key: String?
  package var limit: SimulatedCount
  package var used: SimulatedCount
  package var unit: String?
  /// Raw JSON by field, as in `SimulatedInstance`.
  package var replacements: [String: String] = [:]

  package init(key: String?, limit: SimulatedCount, used: SimulatedCount, unit: String? = "") {
    self.key = key
    self.limit = limit
    self.used = used
    self.unit = unit
  }
}

extension GeneratedProject {
  /// Returns quotas with limits of 0 and below, and some that lack a limit, a use or a unit.
  func quotas(organisations: Int) -> [SimulatedQuota] {
    [
      SimulatedQuota(key: "namespace", limit: 5, used: SimulatedCount(Int64(organisations))),
      SimulatedQuota(key: "repository", limit: 0, used: 12, unit: nil),
      SimulatedQuota(key: "tag", limit: -1, used: SimulatedCount(nil)),
      SimulatedQuota(key: name("extra", 0), limit: SimulatedCount(nil), used: 3),
    ]
  }
}

extension DemoProject {
  /// The quotas of the demo; that of repositories fills up within two minutes.
  var quotas: [SimulatedQuota] {
    [
      SimulatedQuota(key: "namespace", limit: 5, used: SimulatedCount(isProduction ? 2 : 1)),
      SimulatedQuota(key: "repository", limit: 100, used: .growing(from: 78, by: 2, every: .seconds(10), steps: 11)),
    ]
  }
}

/// The truth about a quota; properties that are not sent are nil.
package struct QuotaTruth: Sendable, Hashable {
  package var limit: Int64?
  package var used: Int64?
}

extension World {
  /// Returns the truth about a project's quotas at a time, by key; the first of several with one key counts.
  package func quotaTruth(projectID: String, at now: Timestamp) -> [String: QuotaTruth] {
    let all = (project(projectID)?.quotas ?? []).compactMap { quota in
      quota.key.map {
        (
          $0,
          QuotaTruth(
            limit: quota.limit.value(at: now, since: beginning), used: quota.used.value(at: now, since: beginning))
        )
      }
    }
    return Dictionary(all) { first, _ in first }
  }
}
