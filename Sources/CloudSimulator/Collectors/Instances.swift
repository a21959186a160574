import System

extension Operation {
  package static let listInstances = Operation("ListInstance")
  package static let showInstance = Operation("ShowInstance")
}

extension SimulatedService {
  package static let swrEnterprise = SimulatedService(errors: .flat, refusedPage: "SWR.400003", forbidden: "SWR.403001")
}

extension Route {
  /// SWR Enterprise: the instances.
  static let instances = [
    Route(.listInstances, path: "/v2/{project_id}/instances", service: .swrEnterprise, answer: listInstances),
    Route(
      .showInstance, path: "/v2/{project_id}/instances/{instance_id}", service: .swrEnterprise, answer: showInstance),
  ]

  private static func listInstances(_ request: RouteRequest) throws(PageError) -> Reply {
    let page = try OffsetPage(request, defaultLimit: 100, needsMultiple: false)
    let wanted = request.value("status")
    let instances = (request.project?.instances ?? []).filter { instance in
      wanted.map { $0 == instance.status.state(at: request.now, since: request.world.beginning).value } ?? true
    }
    var json = request.writer()
    json.object {
      $0.array("instances") { json in
        for instance in page.elements(of: instances) { json.instance(instance, request) }
      }
      $0.integer("total", page.total(of: instances))
    }
    return .json(json)
  }

  private static func showInstance(_ request: RouteRequest) -> Reply {
    guard let instance = request.instance else { return request.missingInstance }
    var json = request.writer()
    json.instance(instance, request)
    return .json(json)
  }
}

extension RouteRequest {
  /// The instance that the path names.
  package var instance: SimulatedInstance? { project?.instances.first { $0.id == parameters["instance_id"] } }

  package var missingInstance: Reply { failure(404, "SWR.404001", "The instance does not exist") }
}

extension JSONWriter {
  fileprivate mutating func instance(_ instance: SimulatedInstance, _ request: RouteRequest) {
    object(replacing: instance.replacements) {
      $0.string("id", instance.id)
      $0.string("name", instance.name)
      $0.string("description", "")
      $0.string("spec", instance.spec)
      $0.string("version", instance.version)
      $0.string("charge_mode", "postPaid")
      $0.string("access_address", "\(instance.name).swr-pro.myhuaweicloud.com")
      $0.time("created_at", instance.createdAt) { CloudDate.rfc3339($0, digits: 6) }
      $0.time("expires_at", instance.expiresAt) { CloudDate.rfc3339($0, digits: 6) }
      $0.string("status", instance.status.state(at: request.now, since: request.world.beginning).value)
      $0.string("project_id", request.projectID)
      $0.string("enterprise_project_id", "0")
      $0.flag("user_def_obs", false)
    }
  }
}

/// An SWR Enterprise instance.
package struct SimulatedInstance: Sendable {
  package var id: String
  package var name: String
  package var version: String
  package var spec: String
  package var status: Changing<String>
  package var createdAt: SimulatedTime
  package var expiresAt: SimulatedTime
  package var registries: [SimulatedRegistry]
  package var namespaces: [SimulatedNamespace]
  package var artifacts: ArtifactListing
  package var repositories: [SimulatedRepository]
  package var replicationPolicies: [SimulatedReplicationPolicy]
  package var retentionPolicies: [SimulatedRetentionPolicy]
  package var credentials: [SimulatedCredential]
  package var statistics = SimulatedStatistics()
  /// The order in which the executions of its policies are listed.
  package var executionOrder: ExecutionOrder = .shuffled(seed: 1)
  /// The operations that are answered like a path that is not published.
  package var unpublished: Set<Operation> = []
  /// Raw JSON by field, in place of the field's value or in addition; an empty text leaves the field out.
  package var replacements: [String: String] = [:]

  package init(
    id: String, name: String, version: String = "25.8.2", spec: String = "swr.ee.professional",
    status: Changing<String> = .always("Running"), createdAt: SimulatedTime = .at(Timestamp(seconds: 1_704_067_200)),
    expiresAt: SimulatedTime = .null, registries: [SimulatedRegistry] = [], namespaces: [SimulatedNamespace] = [],
    artifacts: ArtifactListing = ArtifactListing([]), repositories: [SimulatedRepository] = [],
    replicationPolicies: [SimulatedReplicationPolicy] = [], retentionPolicies: [SimulatedRetentionPolicy] = [],
    credentials: [SimulatedCredential] = []
  ) {
    self.id = id
    self.name = name
    self.version = version
    self.spec = spec
    self.status = status
    self.createdAt = createdAt
    self.expiresAt = expiresAt
    self.registries = registries
    self.namespaces = namespaces
    self.artifacts = artifacts
    self.repositories = repositories
    self.replicationPolicies = replicationPolicies
    self.retentionPolicies = retentionPolicies
    self.credentials = credentials
  }

  /// Only versions above 25.6.0 have the listing of all artifacts.
  package var listsArtifacts: Bool {
    let numbers = version.split(separator: ".").map { Int($0) ?? 0 }
    return [25, 6, 0].lexicographicallyPrecedes(numbers)
  }
}

extension GeneratedProject {
  /// Returns instances of the same size, with everything that an instance has.
  func instances(_ count: Int, repositories: Int, artifacts: Int) -> [SimulatedInstance] {
    (0..<count).map { number in
      let maker = artifactMaker(instance: number, repositories: repositories)
      let namespaces = (0..<maker.namespaces).map { namespace($0, id: maker.namespaceID($0)) }
      var instance = SimulatedInstance(
        id: seed.uuid(2, number), name: "instance-\(number)", registries: registries(3), namespaces: namespaces,
        artifacts: ArtifactListing(count: { _ in artifacts }, artifact: { maker.artifact($0, at: $1) }),
        repositories: maker.repositories(of: { _ in artifacts }, namespaces: namespaces.map(\.name)),
        replicationPolicies: replicationPolicies(replicationPolicies, instance: number),
        retentionPolicies: retentionPolicies(retentionPolicies, instance: number, namespaces: namespaces),
        credentials: credentials(credentials, instance: number))
      instance.statistics = statistics(instance: number)
      return instance
    }
  }
}

extension DemoProject {
  /// The instances of the demo: one with everything; in `prod` also one too old to list its artifacts, and one that
  /// goes off and on.
  var instances: [SimulatedInstance] {
    var images = SimulatedInstance(
      id: hash.uuid(3), name: isProduction ? "prod-images" : "staging-images", version: "25.8.2", createdAt: ago(400))
    images.expiresAt = .at(beginning + Self.day * (isProduction ? 200 : 20))
    images.registries = registries
    images.namespaces = namespaces
    let maker = artifactMaker(repositories: 18, initially: isProduction ? 900 : 240)
    images.artifacts = maker.listing
    images.repositories = maker.repositories(of: maker.listing.count, namespaces: namespaces.map(\.name))
    images.replicationPolicies = replicationPolicies
    images.retentionPolicies = retentionPolicies
    images.credentials = credentials
    images.statistics = statistics
    guard isProduction else { return [images] }
    var archive = SimulatedInstance(
      id: hash.uuid(4), name: "prod-archive", version: "25.6.0", spec: "swr.ee.basic", createdAt: ago(900))
    archive.registries = [SimulatedRegistry(id: 31, name: "archive-copy", createdAt: ago(800), updatedAt: ago(3))]
    archive.namespaces = [SimulatedNamespace(id: 80, name: "archive")]
    archive.repositories = archivedRepositories
    let edge = SimulatedInstance(
      id: hash.uuid(5), name: "prod-edge", version: "25.9.0",
      status: .round([("Creating", .seconds(300)), ("Running", .seconds(3600))]), createdAt: ago(0))
    return [images, archive, edge]
  }
}
