import HuaweiCloud

/// SWR Enterprise: instances, and what they hold.
extension RouteRequest {
  func listInstances() throws(PageError) -> Reply {
    let page = try OffsetPage(self, defaultLimit: 100, needsMultiple: false)
    let wanted = value("status")
    let instances = (project?.instances ?? []).filter { instance in
      wanted.map { $0 == instance.status.state(at: now, since: world.beginning).value } ?? true
    }
    var json = writer()
    json.object {
      $0.array("instances") { json in
        for instance in listed(instances, page) { write(instance, &json) }
      }
      $0.integer("total", paging?.total(instances.count) ?? instances.count)
    }
    return .json(json)
  }

  func showInstance() -> Reply {
    guard let instance else { return missingInstance }
    var json = writer()
    write(instance, &json)
    return .json(json)
  }

  func listInstanceNamespaces() throws(PageError) -> Reply {
    guard let instance else { return missingInstance }
    let page = try OffsetPage(self, defaultLimit: 10)
    var json = writer()
    json.object {
      $0.array("namespaces") { json in
        for namespace in listed(instance.namespaces, page) {
          json.object {
            $0.string("name", namespace.name)
            $0.integer("namespace_id", namespace.id)
            $0.integer("repo_count", 3)
            $0.object("metadata") { $0.string("public", namespace.isPublic ? "true" : "false") }
            $0.string("created_at", "2024-01-03T08:00:00.000Z")
            $0.string("updated_at", "2024-01-03T08:00:00.000Z")
          }
        }
      }
      $0.integer("total", paging?.total(instance.namespaces.count) ?? instance.namespaces.count)
    }
    return .json(json)
  }

  func listInstanceRegistries() throws(PageError) -> Reply {
    guard let instance else { return missingInstance }
    let page = try OffsetPage(self, defaultLimit: 10)
    guard value("order_type") == nil || value("order_column") != nil else {
      throw PageError(message: "order_type must be used together with order_column")
    }
    var registries = instance.registries
    if let name = value("name") { registries = registries.filter { $0.name.contains(name) } }
    if let type = value("type") { registries = registries.filter { $0.type == type } }
    let column = value("order_column") ?? "created_at"
    let beginning = Timestamp(seconds: Int64.min)
    registries.sort { left, right in
      switch column {
      case "name": (left.name, left.id) < (right.name, right.id)
      case "updated_at":
        (left.updatedAt.timestamp ?? beginning, left.id) < (right.updatedAt.timestamp ?? beginning, right.id)
      default: (left.createdAt.timestamp ?? beginning, left.id) < (right.createdAt.timestamp ?? beginning, right.id)
      }
    }
    if value("order_type") ?? "desc" == "desc" { registries.reverse() }
    var json = writer()
    json.object {
      $0.integer("total", paging?.total(registries.count) ?? registries.count)
      $0.array("registries") { json in
        for registry in listed(registries, page) { write(registry, &json) }
      }
    }
    return .json(json)
  }

  func listInstanceAllArtifacts() throws(PageError) -> Reply {
    guard let instance else { return missingInstance }
    guard instance.listsArtifacts else {
      return .failure(
        404, "APIGW.0101", "The API does not exist or has not been published in the environment", requestID: requestID)
    }
    let markerText = value("marker")
    let limitText = value("limit")
    guard (markerText == nil) == (limitText == nil) else {
      throw PageError(message: "marker and limit must be used together")
    }
    guard let marker = markerText.map(Int.init) ?? 1, marker >= 0 else { throw PageError(message: "invalid marker") }
    guard let limit = limitText.map(Int.init) ?? 10, (1...100).contains(limit) else {
      throw PageError(message: "limit must be 1 to 100")
    }
    let count = instance.artifacts.count(now)
    let first = max(0, marker - 1)
    var indices = Array(first..<max(first, min(first + limit, count)))
    let next = first + limit < count ? first + limit + 1 : nil
    switch paging {
    case .endlessMarkers where indices.isEmpty && count > 0: indices = (first..<first + limit).map { $0 % count }
    case .repeatsObjects where first > 0 && !indices.isEmpty: indices.insert(first - 1, at: 0)
    case .emptyPages where first > 0: indices = []
    default: break
    }
    var json = writer()
    json.object {
      if let next = paging.map({ $0.marker(asked: marker, next: next) }) ?? next {
        if paging == .markerIsText { $0.string("next_marker", String(next)) } else { $0.integer("next_marker", next) }
      }
      $0.array("artifacts") { json in
        for index in indices { write(instance.artifacts.artifact(index, now), &json) }
      }
    }
    return .json(json)
  }

  /// A page of a list, after what the paging fault does to it.
  func listed<Element>(_ elements: [Element], _ page: OffsetPage) -> [Element] {
    let slice = Array(page.slice(elements))
    switch paging {
    case .repeatsObjects where page.offset > 0 && !slice.isEmpty: return [elements[page.offset - 1]] + slice
    case .emptyPages where page.offset > 0: return []
    default: return slice
    }
  }

  private var missingInstance: Reply { failure(404, "SWR.404001", "The instance does not exist") }

  private func write(_ instance: SimulatedInstance, _ json: inout JSONWriter) {
    json.object(replacing: instance.replacements) {
      $0.string("id", instance.id)
      $0.string("name", instance.name)
      $0.string("description", "")
      $0.string("spec", instance.spec)
      $0.string("version", instance.version)
      $0.string("charge_mode", "postPaid")
      $0.string("access_address", "\(instance.name).swr-pro.myhuaweicloud.com")
      $0.time("created_at", instance.createdAt) { CloudDate.rfc3339($0, digits: 6) }
      $0.time("expires_at", instance.expiresAt) { CloudDate.rfc3339($0, digits: 6) }
      $0.string("status", instance.status.state(at: now, since: world.beginning).value)
      $0.string("project_id", projectID)
      $0.string("enterprise_project_id", "0")
      $0.flag("user_def_obs", false)
    }
  }

  private func write(_ registry: SimulatedRegistry, _ json: inout JSONWriter) {
    let (status, since) = registry.status.state(at: now, since: world.beginning)
    var updatedAt = registry.updatedAt
    if case .round = registry.status { updatedAt = .at(since) }
    json.object(replacing: registry.replacements) {
      $0.integer("id", registry.id)
      $0.string("name", registry.name)
      $0.string("description", registry.description)
      $0.string("type", registry.type)
      $0.string("url", registry.url)
      $0.object("credential") {
        $0.string("type", "basic")
        $0.string("access_key", registry.accessKey)
        $0.string("access_secret", "")
      }
      $0.flag("insecure", registry.isInsecure)
      $0.string("status", status)
      $0.time("created_at", registry.createdAt) { CloudDate.rfc3339($0, digits: 6) }
      $0.time("updated_at", updatedAt) { CloudDate.rfc3339($0, digits: 6) }
      $0.string("region_id", registry.regionID)
      $0.string("instance_id", registry.instanceID)
    }
  }

  private func write(_ artifact: SimulatedArtifact, _ json: inout JSONWriter) {
    json.object(replacing: artifact.replacements) {
      $0.integer("id", artifact.id)
      $0.time("pull_time", artifact.pulledAt) { CloudDate.rfc3339($0, digits: 3) }
      $0.time("push_time", artifact.pushedAt) { CloudDate.rfc3339($0, digits: 3) }
      $0.integer("repository_id", artifact.repositoryID)
      $0.string("repository_name", artifact.repositoryName)
      $0.string("digest", artifact.digest)
      $0.string("manifest_media_type", artifact.manifestMediaType)
      $0.string("media_type", artifact.mediaType)
      $0.integer("namespace_id", artifact.namespaceID)
      $0.integer("size", artifact.size)
      $0.string("type", artifact.type)
      switch artifact.tags {
      case .absent: break
      case .null: $0.null("tags")
      case .names(let names):
        $0.array("tags") { json in
          for (index, name) in names.enumerated() {
            json.object {
              $0.integer("id", (artifact.id ?? 0) * 10 + Int64(index))
              $0.integer("repository_id", artifact.repositoryID)
              $0.integer("artifact_id", artifact.id)
              $0.string("name", name)
              $0.time("push_time", artifact.pushedAt) { CloudDate.rfc3339($0, digits: 3) }
              $0.time("pull_time", artifact.pulledAt) { CloudDate.rfc3339($0, digits: 3) }
            }
          }
        }
      }
    }
  }
}
