import HTTPTransport

/// SWR basic: organisations, repositories, sync rules.
extension RouteRequest {
  func listNamespaces() -> Reply {
    var organisations = project?.organisations ?? []
    if let name = value("namespace") { organisations = organisations.filter { $0.name == name } }
    var json = writer()
    json.object {
      $0.array("namespaces") { json in
        for organisation in organisations {
          json.object {
            $0.integer("id", organisation.id)
            $0.string("name", organisation.name)
            $0.string("creator_name", "builder")
            $0.integer("auth", 7)
          }
        }
      }
    }
    return .json(json)
  }

  func listRepositoriesByMarker() throws(PageError) -> Reply {
    guard project?.listsRepositoriesByMarker ?? true else {
      return .failure(
        404, "APIGW.0101", "The API does not exist or has not been published in the environment", requestID: requestID)
    }
    guard let limit = value("limit").map(Int.init) ?? 100, (1...1000).contains(limit) else {
      throw PageError(message: "limit must be 1 to 1000")
    }
    guard let marker = value("marker").map(Int.init) ?? 0, marker >= 0 else {
      throw PageError(message: "invalid marker")
    }
    let repositories = matchingRepositories()
    var page = OffsetSlice(repositories, first: marker, limit: limit)
    page.apply(paging, to: repositories)
    var json = writer()
    json.object {
      $0.array("repos") { json in
        for entry in page.entries {
          json.object {
            $0.string("name", entry.repository.name)
            $0.string("category", "linux")
            $0.string("description", "")
            $0.integer("size", entry.repository.size)
            $0.flag("is_public", entry.repository.isPublic)
            $0.integer("num_images", entry.repository.images)
            $0.integer("num_download", entry.repository.downloads)
            $0.string("created_at", CloudDate.rfc3339Nano(entry.repository.createdAt))
            $0.string("updated_at", CloudDate.rfc3339Nano(entry.repository.updatedAt))
            $0.string("domain_name", "simulated")
            $0.string("namespace_name", entry.organisation)
          }
        }
      }
      if let next = paging.map({ $0.marker(asked: marker, next: page.next) }) ?? page.next {
        if paging == .markerIsText { $0.string("nextMarker", String(next)) } else { $0.integer("nextMarker", next) }
      }
    }
    return .json(json)
  }

  func listRepositoriesByOffset() throws(PageError) -> Reply {
    // A filter, where there is one, overrides the other parameters: `namespace::a|limit::100|offset::0`.
    var filter: [String: String] = [:]
    for part in (value("filter") ?? "").split(separator: "|") {
      if let colons = part.firstRange(of: "::") {
        filter[String(part[..<colons.lowerBound])] = String(part[colons.upperBound...])
      }
    }
    func parameter(_ name: String) -> String? { filter.isEmpty ? value(name) : filter[name] }
    guard let limit = parameter("limit").map(Int.init) ?? 100, (1...1000).contains(limit) else {
      throw PageError(message: "limit must be 1 to 1000")
    }
    guard let offset = parameter("offset").map(Int.init) ?? 0, offset >= 0 else {
      throw PageError(message: "invalid offset")
    }
    let repositories = matchingRepositories(namespace: parameter("namespace"), name: parameter("name"))
    var page = OffsetSlice(repositories, first: offset, limit: limit)
    page.apply(paging, to: repositories)
    let total = paging?.total(repositories.count) ?? repositories.count
    var json = writer()
    json.array { json in
      for entry in page.entries {
        json.object {
          $0.string("name", entry.repository.name)
          $0.string("category", "linux")
          $0.string("description", "")
          $0.integer("size", entry.repository.size)
          $0.flag("is_public", entry.repository.isPublic)
          $0.integer("num_images", entry.repository.images)
          $0.integer("num_download", entry.repository.downloads)
          $0.string("created_at", CloudDate.rfc3339Nano(entry.repository.createdAt))
          $0.string("updated_at", CloudDate.rfc3339Nano(entry.repository.updatedAt))
          $0.string("path", "swr.example.com/\(entry.organisation)/\(entry.repository.name)")
          $0.string("domain_name", "simulated")
          $0.string("namespace", entry.organisation)
          $0.array("tags") { $0.string(nil, "latest") }
          $0.string("status", "false")
          $0.integer("total_range", total)
        }
      }
    }
    return .json(
      json, headers: [HTTPHeader("Content-Range", "\(offset)-\(page.entries.count)/\(total)")])
  }

  func listImageAutoSyncRepos() -> Reply {
    guard let organisation = project?.organisations.first(where: { $0.name == parameters["namespace"] }) else {
      return failure(404, "SVCSTG.SWR.4040009", "The organization does not exist")
    }
    // The path has no room for a nested name's slash: `$` stands for it.
    let name = (parameters["repository"] ?? "").replacing("$", with: "/")
    guard let repository = organisation.repositories.first(where: { $0.name == name }) else {
      return failure(404, "SVCSTG.SWR.4040010", "The repository does not exist")
    }
    var json = writer()
    json.array { json in
      for rule in repository.rules {
        json.object(replacing: rule.replacements) {
          $0.time("createdAt", rule.createdAt, CloudDate.rfc3339Nano)
          $0.string("domainID", project?.domainID)
          $0.string("domainName", "simulated")
          $0.integer("id", rule.id)
          $0.string("namespace", organisation.name)
          $0.flag("override", rule.overrides)
          $0.string("remoteNamespace", rule.remoteNamespace)
          $0.string("remoteRegionId", rule.remoteRegionID)
          $0.string("repoName", repository.name)
          $0.flag("syncAuto", rule.isAutomatic)
          $0.time("updatedAt", rule.updatedAt, CloudDate.rfc3339Nano)
        }
      }
    }
    return .json(json)
  }

  private typealias Entry = (organisation: String, repository: SimulatedImageRepository)

  private func matchingRepositories(namespace: String? = nil, name: String? = nil) -> [Entry] {
    let namespace = namespace ?? value("namespace") ?? value("namespace_name")
    let name = name ?? value("name")
    return (project?.organisations ?? []).filter { namespace == nil || $0.name == namespace }.flatMap { organisation in
      organisation.repositories.filter { name.map($0.name.contains) ?? true }.map { (organisation.name, $0) }
    }
  }

  /// A page by position, with what follows it.
  private struct OffsetSlice {
    var entries: [Entry]
    var next: Int?
    private let first: Int

    init(_ all: [Entry], first: Int, limit: Int) {
      entries = Array(all.dropFirst(first).prefix(limit))
      next = first + limit < all.count ? first + limit : nil
      self.first = first
    }

    mutating func apply(_ fault: PagingFault?, to all: [Entry]) {
      switch fault {
      case .repeatsObjects where first > 0 && !entries.isEmpty: entries.insert(all[first - 1], at: 0)
      case .emptyPages where first > 0: entries = []
      case .endlessMarkers where entries.isEmpty: entries = Array(all.prefix(1))
      default: break
      }
    }
  }
}
