import HuaweiCloud

extension Operation {
  package static let listInstanceStatistics = Operation("ListInstanceStatistics")
}

extension Route {
  /// SWR Enterprise: what an instance uses of its quotas.
  static let statistics = [
    Route(
      .listInstanceStatistics, path: "/v2/{project_id}/instances/{instance_id}/statistics", service: .swrEnterprise,
      answer: listInstanceStatistics)
  ]

  private static func listInstanceStatistics(_ request: RouteRequest) -> Reply {
    guard let instance = request.instance else { return request.missingInstance }
    var json = request.writer()
    json.object(replacing: instance.statistics.replacements) {
      for field in SimulatedStatistics.fields { $0.integer(field, request.value(of: instance.statistic(field))) }
    }
    return .json(json)
  }
}

/// What an instance says of its quotas.
package struct SimulatedStatistics: Sendable {
  /// By field of the answer; a field that is not here counts what the instance has, or has a usual limit.
  package var values: [String: SimulatedCount]
  /// Raw JSON by field, as in `SimulatedInstance`.
  package var replacements: [String: String] = [:]

  package init(_ values: [String: SimulatedCount] = [:]) { self.values = values }

  static let fields =
    ["storage_used", "total_namespace_count", "total_image_count", "namespace_quota", "image_repo_quota"]
    + ["replica_policy", "replica_registry", "retention_policy", "notify_policy", "sign_policy", "intranet_endpoint"]
    .flatMap { ["\($0)_quota", "\($0)_count"] } + ["long_term_quota"]
}

extension SimulatedInstance {
  fileprivate func statistic(_ field: String) -> SimulatedCount {
    if let value = statistics.values[field] { return value }
    return switch field {
    case "storage_used": 0
    case "total_namespace_count": SimulatedCount(Int64(namespaces.count))
    case "total_image_count": SimulatedCount(Int64(repositories.count))
    case "replica_policy_count": SimulatedCount(Int64(replicationPolicies.count))
    case "replica_registry_count": SimulatedCount(Int64(registries.count))
    case "retention_policy_count": SimulatedCount(Int64(retentionPolicies.count))
    default: field.hasSuffix("_count") ? 0 : 100
    }
  }
}
