import HTTPTransport

extension CloudClient {
  /// A lookup is nobody's request alone, so it has a bound of its own.
  private static let lookupBound: Duration = .seconds(60)

  /// The IAM id of the project: configured, or looked up once from IAM by the region's name.
  package func projectID() async throws(CloudError) -> String {
    if let known = project.projectID ?? session.projectLookup.known { return known }
    let start = session.time.uptime()
    let (flight, isFirst) = session.projectLookup.join(at: start)
    if isFirst {
      var client = self
      client.limits.deadline = start + Self.lookupBound
      Task { [client] in
        let result: Result<String, CloudError>
        do throws(CloudError) { result = .success(try await client.lookUpProject()) } catch { result = .failure(error) }
        client.session.projectLookup.land(result, at: client.session.time.uptime())
      }
    }
    let result: Result<String, CloudError>?
    do {
      result = try await deadline.bound { () throws(CancellationError) in try await flight.value() }
    } catch { throw .cancelled }
    guard let result else { throw timeRanOut("time ran out while the project's id was looked up", since: start) }
    return try result.get()
  }

  /// A token for the project names it; else the projects that the user may enter are asked for.
  private func lookUpProject() async throws(CloudError) -> String {
    if let id = try await session.credentials.current(for: self).issued.projectID { return id }
    guard let found = try await accessibleProjects().first(where: { $0.name == project.region }) else {
      throw CloudError(
        .notFound,
        message: "IAM knows no project named \(project.region) for these credentials: set project_id")
    }
    return found.id
  }
}

/// A project as IAM lists it; its name is the region's, or that of a sub-project.
struct IAMProject: ListedObject {
  let id: String
  let name: String

  var identity: String { id }

  init(_ json: JSON) throws(JSONFault) {
    id = try json.required("id", \.identifier)
    name = try json.required("name", \.string)
  }
}

extension CloudClient {
  /// The projects that these credentials may use, among them at least those named like the region.
  ///
  /// The first endpoint needs no permission; where it is refused, or knows no such project, the second is asked.
  private func accessibleProjects() async throws(CloudError) -> [IAMProject] {
    var own: [IAMProject]?
    do throws(CloudError) {
      let accessible = Endpoint.get(.iam, "KeystoneListAuthProjects", "/v3/auth/projects", permission: .notNeeded)
      let projects = try await all(of: Listing(IAMProject.self, in: "projects", accessible))
      if projects.contains(where: { $0.name == project.region }) { return projects }
      own = projects
    } catch {
      guard error.isRefusal else { throw error }
    }
    let listed = Endpoint.get(.iam, "KeystoneListProjects", "/v3/projects", permission: "iam:projects:listProjects")
    do throws(CloudError) {
      return try await all(of: Listing(IAMProject.self, in: "projects", listed, query: ["name": project.region]))
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
