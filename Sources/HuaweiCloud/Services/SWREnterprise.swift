/// A target registry of an SWR Enterprise instance, without its credential, which is never read.
package struct Registry: Sendable, Equatable {
  package var id: Int64
  package var name: String?
  package var type: String?
  /// As sent: may hold a user and a password.
  package var url: String?
  package var insecure: Bool?
  package var status: String?
  package var createdAt: Timestamp?
  package var updatedAt: Timestamp?
  package var regionID: String?
  package var instanceID: String?
}

/// An SWR Enterprise instance.
package struct RegistryInstance: Sendable, Hashable {
  package var id: String
  package var name: String?
  package var version: String?
  package var spec: String?
  package var status: String?
  package var createdAt: Timestamp?
  package var expiresAt: Timestamp?
}

/// A namespace of an SWR Enterprise instance.
package struct RegistryNamespace: Sendable, Equatable {
  package var id: Int64
  package var name: String
}

extension CloudClient {
  /// All target registries of an instance, in the order of creation.
  ///
  /// `GET /v2/{project_id}/instances/{instance_id}/registries`
  package func registries(ofInstance instanceID: String) async throws(CloudError) -> [Registry] {
    let projectID = try await projectID()
    return try await listing(
      request: { offset in
        APIRequest(
          .swr, "ListInstanceRegistries", path: ["v2", projectID, "instances", instanceID, "registries"],
          query: [
            ("offset", "\(offset)"), ("limit", "100"), ("order_column", "created_at"), ("order_type", "asc"),
          ], permission: "swr:instance:listRegistries")
      },
      firstID: { "\($0.id)" },
      decode: Registry.page)
  }

  /// All instances of the project. `GET /v2/{project_id}/instances`
  package func registryInstances() async throws(CloudError) -> [RegistryInstance] {
    let projectID = try await projectID()
    return try await listing(
      request: { offset in
        APIRequest(
          .swr, "ListInstance", path: ["v2", projectID, "instances"],
          query: [("offset", "\(offset)"), ("limit", "100")], permission: "swr:instance:list")
      },
      firstID: { $0.id },
      decode: RegistryInstance.page)
  }

  /// All namespaces of an instance. `GET /v2/{project_id}/instances/{instance_id}/namespaces`
  package func registryNamespaces(ofInstance instanceID: String) async throws(CloudError) -> [RegistryNamespace] {
    let projectID = try await projectID()
    return try await listing(
      request: { offset in
        APIRequest(
          .swr, "ListInstanceNamespaces", path: ["v2", projectID, "instances", instanceID, "namespaces"],
          query: [("offset", "\(offset)"), ("limit", "100")], permission: "swr:repository:listNamespaces")
      },
      firstID: { "\($0.id)" },
      decode: RegistryNamespace.page)
  }
}

extension Registry {
  private enum Field: String, CaseIterable, Sendable {
    case id, name, type, url, insecure, status
    case createdAt = "created_at"
    case updatedAt = "updated_at"
    case regionID = "region_id"
    case instanceID = "instance_id"
  }

  private static let fields = JSONFields<Field>()

  static func page(_ bytes: [UInt8]) throws(JSONError) -> ListingPage<Registry> {
    try ListingPage(bytes, ListingNames(list: "registries", total: "total")) { reader throws(JSONFault) in
      try Registry(&reader)
    }
  }

  init?(_ reader: inout JSONReader) throws(JSONFault) {
    guard let start = try reader.beginElement() else { return nil }
    var id: Int64?
    while try reader.nextKey() {
      switch reader.field(of: Self.fields) {
      case .id: id = try reader.integer()
      case .name: name = try reader.string()
      case .type: type = try reader.string()
      case .url: url = try reader.uncutString()
      case .insecure: insecure = try reader.boolean()
      case .status: status = try reader.string()
      case .createdAt: createdAt = try reader.timestamp()
      case .updatedAt: updatedAt = try reader.timestamp()
      case .regionID: regionID = try reader.string()
      case .instanceID: instanceID = try reader.string()
      case nil: try reader.skip()
      }
    }
    self.id = try start.require(id, "id")
  }
}

extension RegistryInstance {
  private enum Field: String, CaseIterable, Sendable {
    case id, name, version, spec, status
    case createdAt = "created_at"
    case expiresAt = "expires_at"
  }

  private static let fields = JSONFields<Field>()

  static func page(_ bytes: [UInt8]) throws(JSONError) -> ListingPage<RegistryInstance> {
    try ListingPage(bytes, ListingNames(list: "instances", total: "total")) { reader throws(JSONFault) in
      try RegistryInstance(&reader)
    }
  }

  init?(_ reader: inout JSONReader) throws(JSONFault) {
    guard let start = try reader.beginElement() else { return nil }
    var id: String?
    while try reader.nextKey() {
      switch reader.field(of: Self.fields) {
      case .id: id = try reader.identifier()
      case .name: name = try reader.string()
      case .version: version = try reader.string()
      case .spec: spec = try reader.string()
      case .status: status = try reader.string()
      case .createdAt: createdAt = try reader.timestamp()
      case .expiresAt: expiresAt = try reader.timestamp()
      case nil: try reader.skip()
      }
    }
    self.id = try start.require(id, "id")
  }
}

extension RegistryNamespace {
  private enum Field: String, CaseIterable, Sendable {
    case name
    case id = "namespace_id"
  }

  private static let fields = JSONFields<Field>()

  static func page(_ bytes: [UInt8]) throws(JSONError) -> ListingPage<RegistryNamespace> {
    try ListingPage(bytes, ListingNames(list: "namespaces", total: "total")) { reader throws(JSONFault) in
      try RegistryNamespace(&reader)
    }
  }

  init?(_ reader: inout JSONReader) throws(JSONFault) {
    guard let start = try reader.beginElement() else { return nil }
    var id: Int64?
    var name: String?
    while try reader.nextKey() {
      switch reader.field(of: Self.fields) {
      case .id: id = try reader.integer()
      case .name: name = try reader.string()
      case nil: try reader.skip()
      }
    }
    self.id = try start.require(id, "namespace_id")
    self.name = try start.require(name, "name")
  }
}
