import HuaweiCloud

extension Collector {
  /// Are node image caches available, how big, when do they expire?
  static let imageCaches = Collector(
    name: "image_caches",
    summary: "State, size and expiry of CCE image caches.",
    operation: "ListImageCaches",
    defaultInterval: .seconds(300),
    scope: .project,
    options: [],
    metrics: ImageCacheMetrics.all,
    method: .listing { refresh throws(CloudError) in
      let listed = try await refresh.client.imageCaches()
      let caches = listed.uniqued { ImageCacheMetrics.identity(of: $0, in: refresh.target) }
      return Listing(
        ImageCacheMetrics.describe(caches, of: refresh.target),
        objects: listed.count, failedObjects: listed.count - caches.count)
    })
}

enum ImageCacheMetrics {
  private static let identity = ["project", "image_cache_id", "image_cache"]
  private static let states = ["Available", "Unavailable", "Creating", "Deleting", "Failed"]

  static let count = MetricDescriptor(
    "huaweicloud_cce_image_caches", labels: ["project"], help: "Image caches of the project.")
  static let status = MetricDescriptor(
    "huaweicloud_cce_image_cache_status", labels: identity + ["status"],
    help: "Status of the image cache: 1 for the state it is in, 0 for the others.")
  static let size = MetricDescriptor(
    "huaweicloud_cce_image_cache_size_bytes", labels: identity, help: "Size of the image cache.")
  static let images = MetricDescriptor(
    "huaweicloud_cce_image_cache_images", labels: identity, help: "Images in the image cache.")
  static let created = MetricDescriptor(
    "huaweicloud_cce_image_cache_created_timestamp_seconds", labels: identity,
    help: "When the image cache was created, in Unix time.")
  static let expiry = MetricDescriptor(
    "huaweicloud_cce_image_cache_expiry_timestamp_seconds", labels: identity,
    help: "When the image cache expires, in Unix time; absent when it is kept for ever.")
  static let info = MetricDescriptor(
    "huaweicloud_cce_image_cache_info", .info, labels: identity + ["cluster_id"],
    help: "The cluster that builds the image cache.")
  static let imageInfo = MetricDescriptor(
    "huaweicloud_cce_image_cache_image_info", .info, labels: identity + ["image"],
    help: "The images that the image cache holds, one series each.")

  static let all = [count, status, size, images, created, expiry, info, imageInfo]

  static func identity(of cache: ImageCache, in target: TargetID) -> LabelSet {
    LabelSet(["project": target.project, "image_cache_id": cache.id, "image_cache": cache.name ?? ""])
  }

  static func describe(_ caches: [ImageCache], of target: TargetID) -> [Family] {
    let count = Family(Self.count, [Sample(LabelSet(["project": target.project]), Double(caches.count))])
    var status = Family(Self.status)
    var size = Family(Self.size)
    var images = Family(Self.images)
    var created = Family(Self.created)
    var expiry = Family(Self.expiry)
    var info = Family(Self.info)
    var imageInfo = Family(Self.imageInfo)
    for cache in caches {
      let labels = identity(of: cache, in: target)
      status.add(labels, state: cache.status, of: states)
      size.add(labels, cache.size.map { Double($0) * 1_073_741_824 })
      images.add(labels, Double(cache.images.count))
      created.add(labels, cache.createdAt)
      if let start = cache.createdAt, let days = cache.retentionDays, days > 0 {
        expiry.add(labels, start.unixTime + Double(days) * 86_400)
      }
      info.add(labels.adding("cluster_id", cache.clusterID ?? ""), 1.0)
      for labels in cache.images.map({ labels.adding("image", $0) }).uniqued(by: { $0 }) {
        imageInfo.add(labels, 1.0)
      }
    }
    return [count, status, size, images, created, expiry, info, imageInfo]
  }
}
