import HuaweiCloud

extension Operation {
  package static let listInstanceNamespaces = Operation("ListInstanceNamespaces")
}

extension Route {
  /// SWR Enterprise: the namespaces of an instance.
  static let namespaces = [
    Route(
      .listInstanceNamespaces, path: "/v2/{project_id}/instances/{instance_id}/namespaces", service: .swrEnterprise,
      answer: listInstanceNamespaces)
  ]

  private static func listInstanceNamespaces(_ request: RouteRequest) throws(PageError) -> Reply {
    guard let instance = request.instance else { return request.missingInstance }
    let page = try OffsetPage(request)
    var namespaces = instance.namespaces
    if let name = request.value("name") { namespaces = namespaces.filter { $0.name.contains(name) } }
    if let isPublic = request.value("public") {
      namespaces = namespaces.filter { request.state(of: $0.isPublic)?.meaning == (isPublic == "true") }
    }
    namespaces = try request.ordered(
      namespaces,
      by: [
        "created_at": { $0.createdAt.sortKey < $1.createdAt.sortKey },
        "updated_at": { $0.updatedAt.sortKey < $1.updatedAt.sortKey },
        "name": { $0.name < $1.name },
      ])
    var json = request.writer()
    json.object {
      $0.array("namespaces") { json in
        for namespace in page.elements(of: namespaces) { json.namespace(namespace, of: instance, request) }
      }
      $0.integer("total", page.total(of: namespaces))
    }
    return .json(json)
  }
}

extension JSONWriter {
  fileprivate mutating func namespace(
    _ namespace: SimulatedNamespace, of instance: SimulatedInstance, _ request: RouteRequest
  ) {
    object(replacing: namespace.replacements) {
      $0.string("name", namespace.name)
      $0.integer("namespace_id", namespace.id)
      $0.integer("repo_count", request.value(of: instance.repositoryCount(of: namespace)))
      if namespace.hasMetadata {
        $0.object("metadata") {
          $0.flag("public", request.state(of: namespace.isPublic))
          $0.flag("auto_scan", namespace.scansAutomatically)
          $0.flag("prevent_vul", namespace.blocksVulnerable)
          $0.string("severity", namespace.severity)
        }
      }
      $0.time("created_at", namespace.createdAt, namespace.times.text)
      $0.time("updated_at", namespace.updatedAt, namespace.times.text)
    }
  }
}

/// A namespace of an instance; what is nil is left out of the answer.
package struct SimulatedNamespace: Sendable {
  package var id: Int64
  package var name: String
  package var hasMetadata = true
  package var isPublic: Changing<SimulatedFlag?>
  package var scansAutomatically: SimulatedFlag? = false
  package var blocksVulnerable: SimulatedFlag? = false
  package var severity: String? = "none"
  /// Nil counts the instance's repositories in it.
  package var repositories: SimulatedCount?
  package var createdAt: SimulatedTime = .at(Timestamp(seconds: 1_704_268_800))
  package var updatedAt: SimulatedTime = .at(Timestamp(seconds: 1_704_268_800))
  /// How its times are written.
  package var times: TimePattern = .milliseconds
  /// Raw JSON by field, as in `SimulatedInstance`.
  package var replacements: [String: String] = [:]

  package init(id: Int64, name: String, isPublic: Bool = false) {
    self.id = id
    self.name = name
    self.isPublic = .always(.text(isPublic))
  }
}

extension SimulatedInstance {
  fileprivate func repositoryCount(of namespace: SimulatedNamespace) -> SimulatedCount {
    namespace.repositories
      ?? SimulatedCount(Int64(repositories.count { $0.namespaceID?.label == String(namespace.id) }))
  }
}
