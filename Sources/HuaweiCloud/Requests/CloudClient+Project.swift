import HTTPTransport

extension CloudClient {
  /// A lookup is nobody's request alone, so it has a bound of its own.
  private static let lookupBound: Duration = .seconds(60)

  /// The IAM id of the project: configured, or looked up once from IAM by the region's name.
  package func projectID() async throws(CloudError) -> String {
    if let known = project.projectID ?? session.projectLookup.known { return known }
    let (flight, isFirst) = session.projectLookup.join(at: session.time.uptime())
    if isFirst {
      var client = self
      client.limits.deadline = session.time.uptime() + Self.lookupBound
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
    guard let result else { throw CloudError(.timeout, message: "time ran out while the project's id was looked up") }
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
