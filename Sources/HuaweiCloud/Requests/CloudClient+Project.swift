import HTTPTransport

extension CloudClient {
  /// The IAM id of the project: configured, or looked up once from IAM by its name.
  package func projectID() async throws(CloudError) -> String {
    if let known = project.projectID { return known }
    return try await session.projectLookup.value(
      for: self, orElse: "time ran out while the project's id was looked up"
    ) { client throws(CloudError) in try await client.lookUpProject() }.value
  }

  /// A token for the project names it; else the projects that the user may enter are asked for.
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

  /// What is asked where the configuration names no project's id.
  package static let lookupEndpoints = [accessible, listed]

  /// What is read of their answers.
  package static var lookupFields: [ReadField] { Listing(IAMProject.self, in: "projects", accessible).fields }

  /// The projects that these credentials may use, among them at least those that have its name.
  ///
  /// The first endpoint needs no permission; where it is refused, or knows no such project, the second is asked.
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
  /// The request was understood and declined, while others with the same credentials may do.
  fileprivate var isRefusal: Bool { [400, 403, 404, 405].contains(status) }
}
