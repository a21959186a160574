import HuaweiCloud

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

/// A quota of a project; what is nil is left out of the answer.
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
