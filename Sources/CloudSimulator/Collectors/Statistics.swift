import System

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

/// The statistics that an instance gives about its quotas.
package struct SimulatedStatistics: Sendable {
  /// The values by field of the answer; a field that is missing counts what the instance has, or has a usual limit.
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

extension GeneratedProject {
  /// Returns limits of 0 and below and some fields that are not sent; the other fields follow from the instance.
  func statistics(instance: Int) -> SimulatedStatistics {
    SimulatedStatistics([
      "storage_used": SimulatedCount(Int64(hash.number(below: 1 << 40, 25, instance))), "namespace_quota": 0,
      "image_repo_quota": 50_000, "replica_policy_quota": -1, "notify_policy_count": SimulatedCount(nil),
      "sign_policy_quota": SimulatedCount(nil), "sign_policy_count": SimulatedCount(nil),
    ])
  }
}

extension DemoProject {
  /// The statistics of the demo: storage grows, and the quota of triggers fills up within two minutes.
  var statistics: SimulatedStatistics {
    SimulatedStatistics([
      "storage_used": .growing(from: 412_316_860_416, by: 150_000_000, every: .seconds(12)), "namespace_quota": 50,
      "image_repo_quota": 500, "replica_policy_quota": 10, "replica_registry_quota": 20, "notify_policy_quota": 20,
      "notify_policy_count": .growing(from: 15, every: .seconds(15), steps: 6), "long_term_quota": 50,
    ])
  }
}

/// The truth about what an instance uses; values that are not sent are absent.
package struct StatisticsTruth: Sendable, Hashable {
  package var storageUsed: Int64?
  /// The limits by resource; `used` is by resource too.
  package var limits: [String: Int64] = [:]
  package var used: [String: Int64] = [:]
}

extension World {
  /// Returns the truth about an instance's quotas at a time, or nil if there is no such instance.
  package func statisticsTruth(instanceID: String, at now: Timestamp) -> StatisticsTruth? {
    guard let instance = instance(instanceID) else { return nil }
    func value(_ field: String) -> Int64? { instance.statistic(field).value(at: now, since: beginning) }
    var truth = StatisticsTruth(storageUsed: value("storage_used"))
    truth.limits["namespace"] = value("namespace_quota")
    truth.used["namespace"] = value("total_namespace_count")
    truth.limits["repository"] = value("image_repo_quota")
    truth.used["repository"] = value("total_image_count")
    truth.limits["long_term_credential"] = value("long_term_quota")
    for (resource, field) in [
      ("replication_policy", "replica_policy"), ("target_registry", "replica_registry"),
      ("retention_policy", "retention_policy"), ("trigger", "notify_policy"), ("signature_policy", "sign_policy"),
      ("internal_endpoint", "intranet_endpoint"),
    ] {
      truth.limits[resource] = value(field + "_quota")
      truth.used[resource] = value(field + "_count")
    }
    return truth
  }
}
