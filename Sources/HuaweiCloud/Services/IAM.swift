/// A project as IAM lists it; its name is the region's, or that of a sub-project.
package struct IAMProject: Sendable, Equatable {
  package var id: String
  package var name: String
}

extension CloudClient {
  /// The projects that these credentials may use, among them at least those named like the region.
  ///
  /// `GET /v3/auth/projects`, which needs no permission, or where that is refused `GET /v3/projects?name=`.
  package func accessibleProjects() async throws(CloudError) -> [IAMProject] {
    var own: [IAMProject]?
    do throws(CloudError) {
      let request = APIRequest(.iam, "KeystoneListAuthProjects", path: ["v3", "auth", "projects"])
      let projects = try await decoded(request, IAMProject.iamProjects)
      if projects.contains(where: { $0.name == project.region }) { return projects }
      own = projects
    } catch {
      guard error.isRefusal else { throw error }
    }
    let named = APIRequest(
      .iam, "KeystoneListProjects", path: ["v3", "projects"], query: [("name", project.region)],
      permission: "iam:projects:listProjects")
    do throws(CloudError) {
      return try await decoded(named, IAMProject.iamProjects)
    } catch {
      // The first answer was good, so what is missing is the project, not a permission.
      guard let own, error.isRefusal else { throw error }
      return own
    }
  }
}

extension CloudError {
  /// The request was understood and declined, while others with the same credentials may do.
  fileprivate var isRefusal: Bool { [400, 403, 404, 405].contains(status) }
}

extension IAMProject {
  private enum Field: String, CaseIterable, Sendable { case id, name }

  private static let fields = JSONFields<Field>()

  /// The projects in the body of either endpoint.
  static func iamProjects(_ bytes: [UInt8]) throws(JSONError) -> [IAMProject] {
    try ListingPage(bytes, ListingNames(list: "projects")) { reader throws(JSONFault) in
      try IAMProject(&reader)
    }.elements
  }

  init?(_ reader: inout JSONReader) throws(JSONFault) {
    guard let start = try reader.beginElement() else { return nil }
    var id: String?
    var name: String?
    while try reader.nextKey() {
      switch reader.field(of: Self.fields) {
      case .id: id = try reader.identifier()
      case .name: name = try reader.string()
      case nil: try reader.skip()
      }
    }
    self.id = try start.require(id, "id")
    self.name = try start.require(name, "name")
  }
}
