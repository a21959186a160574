import HuaweiCloud

/// An organisation of SWR basic, with its repositories.
package struct SimulatedOrganisation: Sendable {
  package var id: Int64
  package var name: String
  package var repositories: [SimulatedImageRepository]

  package init(id: Int64, name: String, repositories: [SimulatedImageRepository] = []) {
    self.id = id
    self.name = name
    self.repositories = repositories
  }
}

/// A repository of SWR basic; a nested name is `a/b` here.
package struct SimulatedImageRepository: Sendable {
  package var name: String
  /// Bytes.
  package var size: Int64
  package var images: Int
  package var downloads: Int64
  package var isPublic: Bool
  package var createdAt: Timestamp
  package var updatedAt: Timestamp
  package var rules: [SimulatedSyncRule]

  package init(
    name: String, size: Int64 = 8_049_952, images: Int = 1, downloads: Int64 = 0, isPublic: Bool = false,
    createdAt: Timestamp = Timestamp(seconds: 1_587_089_463), updatedAt: Timestamp = Timestamp(seconds: 1_587_089_463),
    rules: [SimulatedSyncRule] = []
  ) {
    self.name = name
    self.size = size
    self.images = images
    self.downloads = downloads
    self.isPublic = isPublic
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.rules = rules
  }
}

/// An automatic sync rule of a repository.
package struct SimulatedSyncRule: Sendable {
  package var id: Int64
  package var remoteRegionID: String
  package var remoteNamespace: String
  package var isAutomatic: Bool
  package var overrides: Bool
  package var createdAt: SimulatedTime
  package var updatedAt: SimulatedTime
  /// Raw JSON by field, as in `SimulatedInstance`.
  package var replacements: [String: String] = [:]

  package init(
    id: Int64, remoteRegionID: String = "cn-north-1", remoteNamespace: String = "backup", isAutomatic: Bool = true,
    overrides: Bool = true,
    createdAt: SimulatedTime = .at(Timestamp(seconds: 1_587_089_463, nanoseconds: 531_830_000)),
    updatedAt: SimulatedTime = .at(Timestamp(seconds: 1_587_089_463, nanoseconds: 531_831_000))
  ) {
    self.id = id
    self.remoteRegionID = remoteRegionID
    self.remoteNamespace = remoteNamespace
    self.isAutomatic = isAutomatic
    self.overrides = overrides
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }
}
