import HuaweiCloud
import System

extension Collector {
  /// What is pulled, and how many artifacts and tags there are, also on instances without an artifact listing.
  package static let repositories = Collector(
    "repositories", "Repositories of SWR Enterprise instances.", every: .seconds(1800), targets: .instances,
    rows: .listing(
      Repository.self, in: "repositories",
      .get(
        .swr, "ListInstanceRepositories", "/v2/{project_id}/instances/{instance_id}/repositories",
        permission: .notDocumented),
      pages: .offset(), query: ["order_column": "created_at", "order_type": "asc"], costs: .pages(of: .repositories)),
    labels: [
      "repository_id": { $0.id }, "swr_namespace": { $0.namespace }, "repository": { $0.name },
    ],
    metrics: [
      .count("huaweicloud_swr_repositories", "Repositories of the SWR Enterprise instance."),
      .counter("huaweicloud_swr_repository_pulls_total", "Pulls from the repository, as the cloud counts them.") {
        $0.pulls
      },
      .gauge("huaweicloud_swr_repository_artifacts", "Artifacts in the repository, as the cloud counts them.") {
        $0.artifacts
      },
      .gauge("huaweicloud_swr_repository_tags", "Tags in the repository, as the cloud counts them.") { $0.tags },
      .gauge(
        "huaweicloud_swr_repository_created_timestamp_seconds", "When the repository was created, in Unix time."
      ) { $0.createdAt },
      .gauge(
        "huaweicloud_swr_repository_updated_timestamp_seconds", "When the repository was last changed, in Unix time."
      ) { $0.updatedAt },
    ])
}

/// A repository of an SWR Enterprise instance.
struct Repository: ListedObject {
  let id: String
  let name: String?
  let namespace: String?
  let pulls: Int64?
  let artifacts: Int64?
  let tags: Int64?
  let createdAt: Timestamp?
  let updatedAt: Timestamp?

  var identity: String { id }

  init(_ json: JSON) throws(JSONFault) {
    id = try json.required("id", \.identifier)
    name = json["name"].string
    namespace = json["namespace_name"].string
    pulls = json["pull_count"].count
    artifacts = json["artifact_count"].count
    tags = json["tag_count"].count
    createdAt = json["created_at"].timestamp
    updatedAt = json["updated_at"].timestamp
  }
}
