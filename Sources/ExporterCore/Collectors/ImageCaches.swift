import HuaweiCloud
import System

extension Collector {
  /// Whether node image caches are available, how big they are, and when they expire.
  package static let imageCaches = Collector(
    "image_caches", "State, size and expiry of CCE image caches.", every: .seconds(300), targets: .wholeProject,
    rows: .listing(
      ImageCache.self, in: "image_caches",
      // Assumption `caches-in-one-answer`.
      .get(.cce, "ListImageCaches", "/v5/imagecaches", permission: "cce:imageCache:list"),
      costs: .one),
    labels: ["image_cache_id": { $0.id }, "image_cache": { $0.name }],
    metrics: [
      .remark(of: { $0.name ?? $0.id }) { $0.remark },
      .count("huaweicloud_cce_image_caches", "Image caches of the project."),
      .states(
        "huaweicloud_cce_image_cache_status", "Status of the image cache: 1 for the state it is in, 0 for the others.",
        ["Available", "Unavailable", "Creating", "Deleting", "Failed"]
      ) { $0.status },
      .gauge("huaweicloud_cce_image_cache_size_bytes", "Size of the image cache.") { $0.size },
      .gauge("huaweicloud_cce_image_cache_images", "Images in the image cache.") { $0.images.count },
      .gauge(
        "huaweicloud_cce_image_cache_retention_seconds",
        "How long the image cache is kept; 0 where that is for ever."
      ) { $0.retentionDays.map { Double($0) * 86_400 } },
      .gauge(
        "huaweicloud_cce_image_cache_created_timestamp_seconds", "When the image cache was created, in Unix time."
      ) { $0.createdAt },
      .gauge(
        "huaweicloud_cce_image_cache_expiry_timestamp_seconds",
        "When the image cache expires, in Unix time; absent when it is kept for ever."
      ) { $0.expiry },
      .info(
        "huaweicloud_cce_image_cache_info", "The cluster that builds the image cache.", ["cluster_id": { $0.clusterID }]
      ),
      .infos(
        "huaweicloud_cce_image_cache_image_info", "The images that the image cache holds, one series each.", "image"
      ) { $0.images },
    ])
}

/// An image cache of CCE Autopilot.
struct ImageCache: ListedObject {
  let id: String
  let name: String?
  let status: String?
  let createdAt: Timestamp?
  /// The size in bytes; the cloud sends GiB.
  let size: Double?
  let images: [String]
  /// How many days the cache is kept: 0 for ever, nil if the cloud sent no number of days.
  let retentionDays: Int64?
  let clusterID: String?
  let remark: String?

  var identity: String { id }

  var expiry: Double? {
    guard let createdAt, let retentionDays, retentionDays > 0 else { return nil }
    return createdAt.unixTime + Double(retentionDays) * 86_400
  }

  init(_ json: JSON) throws(JSONFault) {
    id = try json.required("id", \.identifier)
    name = json["name"].string
    status = json["status"].state
    createdAt = json["created_at"].timestamp
    // Assumption `caches-in-gib`.
    size = json["image_cache_size"].count.map { Double($0) * 1_073_741_824 }
    images = json["images"].elements.compactMap(\.string)
    // The documents say that a value that is not sent is 0.
    retentionDays = json["retention_days"].isAbsent ? 0 : json["retention_days"].count
    clusterID = json["building_config"]["cluster"].string
    remark = json["message"].remark
  }
}
