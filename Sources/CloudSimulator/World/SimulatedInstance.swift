import HuaweiCloud

/// An SWR Enterprise instance.
package struct SimulatedInstance: Sendable {
  package var id: String
  package var name: String
  package var version: String
  package var spec: String
  package var status: Changing<String>
  package var createdAt: SimulatedTime
  package var expiresAt: SimulatedTime
  package var registries: [SimulatedRegistry]
  package var namespaces: [SimulatedNamespace]
  package var artifacts: ArtifactShelf
  /// Raw JSON by field of the instance, in place of what would stand there or additionally; empty leaves it out.
  package var replacements: [String: String] = [:]

  package init(
    id: String, name: String, version: String = "25.8.2", spec: String = "swr.ee.professional",
    status: Changing<String> = .always("Running"), createdAt: SimulatedTime = .at(Timestamp(seconds: 1_704_067_200)),
    expiresAt: SimulatedTime = .null, registries: [SimulatedRegistry] = [], namespaces: [SimulatedNamespace] = [],
    artifacts: ArtifactShelf = ArtifactShelf([])
  ) {
    self.id = id
    self.name = name
    self.version = version
    self.spec = spec
    self.status = status
    self.createdAt = createdAt
    self.expiresAt = expiresAt
    self.registries = registries
    self.namespaces = namespaces
    self.artifacts = artifacts
  }

  /// Only versions above 25.6.0 have the listing of all artifacts.
  package var listsArtifacts: Bool {
    let numbers = version.split(separator: ".").map { Int($0) ?? 0 }
    return [25, 6, 0].lexicographicallyPrecedes(numbers)
  }
}

/// A target registry of an instance.
package struct SimulatedRegistry: Sendable {
  package var id: Int64
  package var name: String
  package var description: String
  package var type: String
  package var url: String
  package var accessKey: String
  package var isInsecure: Bool?
  /// Nil leaves the field out.
  package var status: Changing<String?>
  package var createdAt: SimulatedTime
  package var updatedAt: SimulatedTime
  package var regionID: String
  package var instanceID: String
  /// Raw JSON by field, as in `SimulatedInstance`.
  package var replacements: [String: String] = [:]

  package init(
    id: Int64, name: String, description: String = "", type: String = "huawei-SWR",
    url: String = "https://10.185.79.188", accessKey: String = "cn-north-4@SIMULATEDKEY", isInsecure: Bool? = true,
    status: Changing<String?> = .always("healthy"),
    createdAt: SimulatedTime = .at(Timestamp(seconds: 1_612_517_460, nanoseconds: 298_426_000)),
    updatedAt: SimulatedTime = .at(Timestamp(seconds: 1_613_737_191, nanoseconds: 912_632_000)),
    regionID: String = "", instanceID: String = ""
  ) {
    self.id = id
    self.name = name
    self.description = description
    self.type = type
    self.url = url
    self.accessKey = accessKey
    self.isInsecure = isInsecure
    self.status = status
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.regionID = regionID
    self.instanceID = instanceID
  }
}

/// A namespace of an instance.
package struct SimulatedNamespace: Sendable, Hashable {
  package var id: Int64
  package var name: String
  package var isPublic: Bool

  package init(id: Int64, name: String, isPublic: Bool = false) {
    self.id = id
    self.name = name
    self.isPublic = isPublic
  }
}
