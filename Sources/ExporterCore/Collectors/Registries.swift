import HuaweiCloud
import System

extension Collector {
  /// Whether the registries that images are replicated to are healthy.
  package static let registries = Collector(
    "registries", "Health of the target registries of SWR Enterprise instances.", every: .seconds(300),
    targets: .instances,
    // Registries are listed in the order of creation, so that those added meanwhile do not shift the pages (assumption
    // `listings-in-order`).
    rows: .listing(
      Registry.self, in: "registries",
      .get(
        .swr, "ListInstanceRegistries", "/v2/{project_id}/instances/{instance_id}/registries",
        permission: "swr:instance:listRegistries"),
      pages: .offset(), query: ["order_column": "created_at", "order_type": "asc"], costs: .pages(of: .registries)),
    labels: ["registry_id": { $0.id }, "registry": { $0.name }],
    metrics: [
      .count("huaweicloud_swr_registries", "Target registries of the SWR Enterprise instance."),
      .gauge("huaweicloud_swr_registry_healthy", "Whether the cloud reports the target registry as healthy.") {
        $0.status == "healthy"
      },
      .states(
        "huaweicloud_swr_registry_status",
        "Status of the target registry: 1 for the state it is in, 0 for the others.", ["healthy", "unhealthy"]
      ) { $0.status },
      .gauge(
        "huaweicloud_swr_registry_created_timestamp_seconds", "When the target registry was created, in Unix time."
      ) { $0.createdAt },
      .gauge(
        "huaweicloud_swr_registry_updated_timestamp_seconds",
        "When the target registry was last changed, in Unix time."
      ) { $0.updatedAt },
      .info(
        "huaweicloud_swr_registry_info",
        "What the target registry is and where; insecure as the cloud sends it.",
        [
          "registry_type": { $0.type }, "url": { publicURL($0.url ?? "") }, "remote_region": { $0.regionID },
          "remote_instance_id": { $0.instanceID }, "insecure": { $0.insecure.map(String.init) },
        ]),
    ])
}

/// A target registry of an SWR Enterprise instance, without its credential, which is never read.
struct Registry: ListedObject {
  let id: String
  let name: String?
  let type: String?
  /// The URL as sent, which may hold a user and a password.
  let url: String?
  let insecure: Bool?
  let status: String?
  let createdAt: Timestamp?
  let updatedAt: Timestamp?
  let regionID: String?
  let instanceID: String?

  var identity: String { id }

  init(_ json: JSON) throws(JSONFault) {
    id = try json.required("id", \.identifier)
    name = json["name"].string
    type = json["type"].state
    url = json["url"].uncutString
    insecure = json["insecure"].boolean
    status = json["status"].state
    createdAt = json["created_at"].timestamp
    updatedAt = json["updated_at"].timestamp
    regionID = json["region_id"].string
    instanceID = json["instance_id"].string
  }
}
