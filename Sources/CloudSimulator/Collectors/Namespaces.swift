import System

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

/// A namespace of an instance; properties that are nil are left out of the answer.
package struct SimulatedNamespace: Sendable {
  package var id: Int64
  package var name: String
  package var hasMetadata = true
  package var isPublic: Changing<SimulatedFlag?>
  package var scansAutomatically: SimulatedFlag? = false
  package var blocksVulnerable: SimulatedFlag? = false
  package var severity: String? = "none"
  /// The number of repositories; nil counts those of the instance in the namespace.
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

extension GeneratedProject {
  /// Returns the namespace with this number, whose settings are texts or booleans, partly missing, odd, or absent.
  func namespace(_ index: Int, id: Int64) -> SimulatedNamespace {
    var namespace = SimulatedNamespace(id: id, name: name("namespace", index))
    let own = SeededHash(seed: hash.bits(23, index))
    func flag(_ purpose: UInt64) -> Bool { own.number(below: 2, purpose) == 0 }
    namespace.isPublic = .always(.text(flag(1)))
    namespace.scansAutomatically = .text(flag(2))
    namespace.blocksVulnerable = .text(flag(3))
    namespace.severity = ["none", "low", "medium", "high", "critical"][round: index]
    switch index % 7 {
    case 2:
      namespace.isPublic = .always(.boolean(flag(1)))
      namespace.scansAutomatically = .boolean(flag(2))
      namespace.blocksVulnerable = .boolean(flag(3))
    case 3: namespace.hasMetadata = false
    case 4:
      namespace.scansAutomatically = nil
      namespace.severity = nil
    case 5:
      namespace.isPublic = .always(.odd("True"))
      namespace.scansAutomatically = .odd("")
      namespace.blocksVulnerable = .odd("yes")
    case 6:
      namespace.hasMetadata = false
      namespace.replacements["metadata"] = "null"
      namespace.repositories = SimulatedCount(nil)
    default: break
    }
    namespace.createdAt = index % 11 == 10 ? .never : .at(time(index, 24))
    namespace.times = TimePattern.allCases[round: index]
    return namespace
  }
}

extension DemoProject {
  /// The namespaces of the demo, of which one is public and another becomes public from time to time.
  var namespaces: [SimulatedNamespace] {
    ["platform", "payments", "web"].enumerated().map { index, name in
      var namespace = SimulatedNamespace(id: Int64(80 + index), name: name, isPublic: index == 2)
      if index == 1 {
        namespace.isPublic = .round([(.text(false), .seconds(75)), (.text(true), .seconds(105))])
      }
      namespace.scansAutomatically = .text(index < 2)
      namespace.blocksVulnerable = .text(index == 1)
      namespace.severity = index == 1 ? "critical" : "none"
      namespace.createdAt = ago(380 - index)
      return namespace
    }
  }
}

/// The truth about a namespace; what its metadata does not say is nil.
package struct NamespaceTruth: Sendable, Hashable {
  package var name: String
  package var isPublic: Bool?
  package var scansAutomatically: Bool?
  package var blocksVulnerable: Bool?
  package var repositories: Int64?
  package var created: Timestamp?
}

extension World {
  /// Returns the truth about an instance's namespaces at a time, by id; the first of several with one id counts.
  package func namespaceTruth(instanceID: String, at now: Timestamp) -> [String: NamespaceTruth] {
    guard let instance = instance(instanceID) else { return [:] }
    let all = instance.namespaces.map { namespace in
      var truth = NamespaceTruth(
        name: namespace.name,
        repositories: instance.repositoryCount(of: namespace).value(at: now, since: beginning),
        created: namespace.times.shown(namespace.createdAt))
      if namespace.hasMetadata {
        truth.isPublic = namespace.isPublic.state(at: now, since: beginning).value?.meaning
        truth.scansAutomatically = namespace.scansAutomatically?.meaning
        truth.blocksVulnerable = namespace.blocksVulnerable?.meaning
      }
      return (String(namespace.id), truth)
    }
    return Dictionary(all) { first, _ in first }
  }
}
