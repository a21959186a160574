import HuaweiCloud
import System

extension Collector {
  /// Which namespaces are public, scanned, and guarded against vulnerable images.
  package static let namespaces = Collector(
    "namespaces", "Namespaces of SWR Enterprise instances.", every: .seconds(1800), targets: .instances,
    rows: .listing(
      Namespace.self, in: "namespaces", .instanceNamespaces, pages: .offset(), costs: .pages(of: .namespaces)),
    labels: ["namespace_id": { $0.id }, "swr_namespace": { $0.name }],
    metrics: [
      .count("huaweicloud_swr_namespaces", "Namespaces of the SWR Enterprise instance."),
      .gauge("huaweicloud_swr_namespace_public", "Whether everybody may pull from the namespace.") { $0.isPublic },
      .gauge("huaweicloud_swr_namespace_auto_scan_enabled", "Whether images are scanned when they are pushed.") {
        $0.isScanned
      },
      .gauge("huaweicloud_swr_namespace_vulnerability_block_enabled", "Whether vulnerable images can't be pulled.") {
        $0.blocksVulnerable
      },
      .gauge("huaweicloud_swr_namespace_repositories", "Repositories in the namespace, as the cloud counts them.") {
        $0.repositories
      },
      .gauge("huaweicloud_swr_namespace_created_timestamp_seconds", "When the namespace was created, in Unix time.") {
        $0.createdAt
      },
    ])
}

extension Endpoint {
  static let instanceNamespaces = get(
    .swr, "ListInstanceNamespaces", "/v2/{project_id}/instances/{instance_id}/namespaces",
    permission: "swr:repository:listNamespaces")
}

/// A namespace of an SWR Enterprise instance.
struct Namespace: ListedObject {
  let id: String
  let name: String?
  let isPublic: Bool?
  let isScanned: Bool?
  let blocksVulnerable: Bool?
  let repositories: Int64?
  let createdAt: Timestamp?

  var identity: String { id }

  init(_ json: JSON) throws(JSONFault) {
    id = try json.required("namespace_id", \.identifier)
    name = json["name"].string
    // These are texts in the documents (assumption `flags-are-texts`).
    isPublic = json["metadata"]["public"].flag
    isScanned = json["metadata"]["auto_scan"].flag
    blocksVulnerable = json["metadata"]["prevent_vul"].flag
    repositories = json["repo_count"].count
    createdAt = json["created_at"].timestamp
  }
}
