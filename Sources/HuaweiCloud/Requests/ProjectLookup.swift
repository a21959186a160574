extension CloudClient {
  /// Returns the IAM id of the project: the configured one, or one that is looked up once from IAM by name.
  package func projectID() async throws(CloudError) -> String {
    if let known = project.projectID { return known }
    return try await session.projectLookup.value(
      for: self, orElse: "time ran out while the project's id was looked up"
    ) { client throws(CloudError) in try await client.lookUpProject() }.value
  }

  /// Returns the id that a token for the project names; else looks it up among the projects that the user may enter.
  private func lookUpProject() async throws(CloudError) -> String {
    if let id = try await session.credentials.current(for: self).issued.projectID { return id }
    let namesakes = try await accessibleProjects().filter { $0.name == project.lookupName }
    guard let found = namesakes.first(where: { $0.isEnabled != false }) ?? namesakes.first else {
      throw CloudError(
        .notFound,
        message: "IAM knows no project named \(project.lookupName) for these credentials: set project_id")
    }
    return found.id
  }
}

/// A project as IAM lists it; its name is the region's, or that of a sub-project.
struct IAMProject: ListedObject {
  let id: String
  let name: String
  let isEnabled: Bool?

  var identity: String { id }

  init(_ json: JSON) throws(JSONFault) {
    id = try json.required("id", \.identifier)
    name = try json.required("name", \.string)
    isEnabled = json["enabled"].flag
  }
}

extension CloudClient {
  private static let accessible = Endpoint.get(
    .iam, "KeystoneListAuthProjects", "/v3/auth/projects", permission: .notNeeded)
  private static let listed = Endpoint.get(
    .iam, "KeystoneListProjects", "/v3/projects", permission: "iam:projects:listProjects")

  /// The endpoints that are asked if the configuration names no project's id.
  package static let lookupEndpoints = [accessible, listed]

  /// The fields that are read of their answers.
  package static var lookupFields: [ReadField] { Listing(IAMProject.self, in: "projects", accessible).fields }

  /// Returns projects that these credentials may use, at least those that have the project's name.
  ///
  /// The first endpoint needs no permission; if it refuses, or knows no such project, the second is asked.
  private func accessibleProjects() async throws(CloudError) -> [IAMProject] {
    var own: [IAMProject]?
    do throws(CloudError) {
      let projects = try await all(of: Listing(IAMProject.self, in: "projects", Self.accessible))
      if projects.contains(where: { $0.name == project.lookupName }) { return projects }
      own = projects
    } catch {
      guard error.isRefusal else { throw error }
    }
    do throws(CloudError) {
      return try await all(
        of: Listing(IAMProject.self, in: "projects", Self.listed, query: ["name": project.lookupName]))
    } catch {
      // The first answer was good, so what is missing is the project, not a permission.
      guard let own, error.isRefusal else { throw error }
      return own
    }
  }
}

extension CloudError {
  /// Whether the request was understood and declined, while another one with the same credentials may succeed.
  fileprivate var isRefusal: Bool { [400, 403, 404, 405].contains(status) }
}
