/// An image cache of CCE Autopilot.
package struct ImageCache: Sendable, Equatable {
  package var id: String
  package var name: String?
  package var status: String?
  package var createdAt: Timestamp?
  /// GiB.
  package var size: Int64?
  package var images: [String]
  /// 0 keeps for ever.
  package var retentionDays: Int64?
  package var clusterID: String?
}

extension CloudClient {
  /// All image caches of the project. `GET /v5/imagecaches`
  package func imageCaches() async throws(CloudError) -> [ImageCache] { [] }
}
