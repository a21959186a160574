import HuaweiCloud
import System

extension Collector {
  /// SWR Enterprise instances, which other collectors ask about, and the state of each.
  static let instances = Collector.discovery(
    "instances", "SWR Enterprise instances.",
    rows: .listing(
      Instance.self, in: "instances",
      .get(.swr, "ListInstance", "/v2/{project_id}/instances", permission: "swr:instance:list"), pages: .offset(),
      costs: .pages(of: .instances)),
    labels: ["instance_id": { $0.id }],
    metrics: [
      .info(
        "huaweicloud_swr_instance_info", "The SWR Enterprise instance.",
        ["instance_name": { $0.name }, "instance_version": { $0.version }, "instance_spec": { $0.spec }]),
      .states(
        "huaweicloud_swr_instance_status",
        "Status of the SWR Enterprise instance: 1 for the state it is in, 0 for the others.",
        ["Initial", "Creating", "Running", "Unavailable"]
      ) { $0.status },
      .gauge(
        "huaweicloud_swr_instance_created_timestamp_seconds",
        "When the SWR Enterprise instance was created, in Unix time."
      ) { $0.createdAt },
      .gauge(
        "huaweicloud_swr_instance_expiry_timestamp_seconds", "When the SWR Enterprise instance expires, in Unix time."
      ) { $0.expiresAt },
    ],
    yields: Yield(.instances) { $0 })
}

extension Fact where Element == Instance {
  package static var instances: Fact { Fact("instances") }
}

/// An SWR Enterprise instance.
package struct Instance: ListedObject {
  package let id: String
  package let name: String?
  package let version: String?
  package let spec: String?
  package let status: String?
  package let createdAt: Timestamp?
  package let expiresAt: Timestamp?

  package var identity: String { id }

  package init(_ json: JSON) throws(JSONFault) {
    id = try json.required("id", \.identifier)
    name = json["name"].string
    version = json["version"].string
    spec = json["spec"].string
    status = json["status"].state
    createdAt = json["created_at"].timestamp
    expiresAt = json["expires_at"].timestamp
  }
}
