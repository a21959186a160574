import HuaweiCloud

extension Collector {
  /// How much storage is used, and which quotas are nearly full.
  package static let statistics = Collector(
    "statistics", "Storage and quotas of SWR Enterprise instances.", every: .seconds(600), targets: .instances,
    rows: .of(Statistics.self) { setup in
      let statistics = setup.asks(
        .get(
          .swr, "ListInstanceStatistics", "/v2/{project_id}/instances/{instance_id}/statistics",
          permission: "swr:instance:getStatistics"),
        reads: JSON.fields { json throws(JSONFault) in _ = try Statistics(json) }, costs: .each(.instances))
      return { run, emit throws(CloudError) in
        try emit(try await run.read(statistics) { json throws(JSONFault) in try Statistics(json) })
      }
    },
    labels: [:],
    metrics: [
      .gauge(
        "huaweicloud_swr_instance_storage_used",
        "Storage used by the SWR Enterprise instance as the cloud sends it; its unit is not documented."
      ) { $0.storageUsed },
      .gauges(
        "huaweicloud_swr_instance_quota_limit",
        "Limit of the SWR Enterprise instance, by resource; 0 or less has no documented meaning.", by: "resource"
      ) { $0.limits },
      .gauges(
        "huaweicloud_swr_instance_quota_used", "How much of the limit is used, by resource.", by: "resource"
      ) { $0.used },
    ])
}

/// What an SWR Enterprise instance says of its storage and its quotas.
struct Statistics: Sendable {
  /// The fields of each resource: its limit and, if the cloud gives it, how much of that is used.
  private static let fields: [(resource: String, limit: String, used: String?)] = [
    ("namespace", "namespace_quota", "total_namespace_count"), ("repository", "image_repo_quota", "total_image_count"),
    ("replication_policy", "replica_policy_quota", "replica_policy_count"),
    ("target_registry", "replica_registry_quota", "replica_registry_count"),
    ("retention_policy", "retention_policy_quota", "retention_policy_count"),
    ("trigger", "notify_policy_quota", "notify_policy_count"),
    ("signature_policy", "sign_policy_quota", "sign_policy_count"),
    ("internal_endpoint", "intranet_endpoint_quota", "intranet_endpoint_count"),
    ("long_term_credential", "long_term_quota", nil),
  ]

  let storageUsed: Int64?
  let limits: [(String, Int64?)]
  let used: [(String, Int64?)]

  /// Reads the statistics; throws if no value is there, since then it is some other answer.
  init(_ json: JSON) throws(JSONFault) {
    guard let json = try json.object() else { throw JSONFault(.notAnObject, at: 0) }
    // Assumption `storage-in-bytes`: the value is shown as it comes.
    storageUsed = json["storage_used"].integer
    // Assumption `limits-are-positive`: the limits are shown as they come.
    limits = Self.fields.map { ($0.resource, json[$0.limit].integer) }
    used = Self.fields.compactMap { field in field.used.map { (field.resource, json[$0].integer) } }
    if storageUsed == nil, (limits + used).allSatisfy({ $0.1 == nil }) {
      throw JSONFault(.missing("storage_used"), at: 0)
    }
  }
}
