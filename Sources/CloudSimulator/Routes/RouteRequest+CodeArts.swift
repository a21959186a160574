/// CodeArts Repo: repositories and their mirrors.
extension RouteRequest {
  func listUserRepositories() throws(PageError) -> Reply {
    let page = try OffsetPage(self, defaultLimit: 20, needsMultiple: false)
    let repositories = project?.codeRepositories ?? []
    var json = writer()
    json.array { json in
      for repository in listed(repositories, page) {
        json.object {
          $0.integer("id", repository.id)
          $0.string("name", repository.name)
          $0.string("namespace", repository.group)
          $0.string("path", repository.name)
          $0.string("visibility", "private")
          $0.flag("archived", false)
          $0.integer("status", 0)
          $0.string("project_name", repository.group)
          $0.string("http_url_to_repo", "https://codehub.example.com/\(repository.group)/\(repository.id).git")
          $0.string("last_activity_at", "2025-06-01T10:00:00.000+08:00")
        }
      }
    }
    return .json(json)
  }

  func showRemoteMirror() -> Reply {
    guard let id = Int64(parameters["repository_id"] ?? ""), (1...2_147_483_647).contains(id) else {
      return failure(400, "CH.004400", "The parameter repository_id is invalid")
    }
    guard let repository = project?.codeRepositories.first(where: { $0.id == id }) else {
      return failure(404, "CH.004404", "Repository Not Found")
    }
    if repository.isForbidden { return failure(403, "CH.004403", "You have no permission to perform this operation") }
    guard let mirror = repository.mirror else { return failure(404, "CH.004404", "Repository Not Found") }
    let state = mirror.course.state(at: now, since: world.beginning)
    // A planted secret needs an error to hide in.
    let lastError = state.lastError ?? (tampering.secret == nil ? nil : "")
    var json = writer()
    json.object(replacing: mirror.replacements) {
      $0.integer("id", mirror.id)
      $0.integer("repository_id", repository.id)
      $0.string("update_status", state.status)
      $0.time("last_update_at", state.lastUpdate) { CloudDate.rfc3339($0, digits: 3, offsetHours: 8) }
      $0.string("url", mirror.url)
      $0.time("last_successful_update_at", state.lastSuccess) { CloudDate.rfc3339($0, digits: 3, offsetHours: 8) }
      $0.integer("number_of_failures", state.failures)
      $0.flag("mirroring_enabled", mirror.isEnabled)
      $0.flag("is_private", mirror.isPrivate)
      $0.null("endpoint_uuid")
      if let lastError { $0.string("last_error", lastError) } else { $0.null("last_error") }
    }
    return .json(json)
  }
}
