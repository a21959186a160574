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
  /// All image caches of the project. `GET /v5/imagecaches`, which has no pages.
  package func imageCaches() async throws(CloudError) -> [ImageCache] {
    let request = APIRequest(.cce, "ListImageCaches", path: ["v5", "imagecaches"], permission: "cce:imageCache:list")
    return try await decoded(request, ImageCache.list)
  }
}

extension ImageCache {
  private enum Field: String, CaseIterable, Sendable {
    case id, name, status, images
    case createdAt = "created_at"
    case size = "image_cache_size"
    case retentionDays = "retention_days"
    case buildingConfiguration = "building_config"
  }

  private enum BuildingField: String, CaseIterable, Sendable { case cluster }

  private static let fields = JSONFields<Field>()
  private static let buildingFields = JSONFields<BuildingField>()

  static func list(_ bytes: [UInt8]) throws(JSONError) -> [ImageCache] {
    try ListingPage(bytes, ListingNames(list: "image_caches")) { reader throws(JSONFault) in
      try ImageCache(&reader)
    }.elements
  }

  init?(_ reader: inout JSONReader) throws(JSONFault) {
    guard let start = try reader.beginElement() else { return nil }
    var id: String?
    images = []
    while try reader.nextKey() {
      switch reader.field(of: Self.fields) {
      case .id: id = try reader.identifier()
      case .name: name = try reader.string()
      case .status: status = try reader.string()
      case .createdAt: createdAt = try reader.timestamp()
      case .size: size = try reader.count()
      case .retentionDays: retentionDays = try reader.count()
      case .images: images = try Self.images(&reader)
      case .buildingConfiguration: clusterID = try Self.cluster(&reader)
      case nil: try reader.skip()
      }
    }
    self.id = try start.require(id, "id")
  }

  private static func images(_ reader: inout JSONReader) throws(JSONFault) -> [String] {
    var images: [String] = []
    guard try reader.beginArrayIfAny() else { return images }
    while try reader.nextElement() {
      if let image = try reader.string() { images.append(image) }
    }
    return images
  }

  private static func cluster(_ reader: inout JSONReader) throws(JSONFault) -> String? {
    var cluster: String?
    guard try reader.beginObjectIfAny() else { return nil }
    while try reader.nextKey() {
      if reader.field(of: buildingFields) == .cluster {
        cluster = try reader.string()
      } else {
        try reader.skip()
      }
    }
    return cluster
  }
}
