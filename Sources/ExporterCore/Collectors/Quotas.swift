import HuaweiCloud

extension Collector {
  /// Which quotas of SWR's shared edition are nearly full.
  package static let quotas = Collector(
    "quotas", "Quotas of SWR's shared edition.", every: .seconds(3600), targets: .wholeProject,
    rows: .listing(
      Quota.self, in: "quotas",
      .get(.swr, "ListQuotas", "/v2/manage/projects/{project_id}/quotas", permission: "swr::listQuotas"),
      costs: .one),
    labels: ["resource": { $0.resource }],
    metrics: [
      .gauge(
        "huaweicloud_swr_quota_limit",
        "Limit of SWR's shared edition, by resource; 0 or less has no documented meaning."
      ) { $0.limit },
      .gauge("huaweicloud_swr_quota_used", "How much of the limit is used, by resource.") { $0.used },
    ])
}

/// A quota of SWR's shared edition.
struct Quota: ListedObject {
  let resource: String
  let limit: Int64?
  let used: Int64?

  var identity: String { resource }

  init(_ json: JSON) throws(JSONFault) {
    resource = try json.required("quota_key", \.identifier)
    limit = json["quota_limit"].integer
    used = json["used"].integer
  }
}
