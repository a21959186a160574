import HuaweiCloud
import System
import TestSupport
import Testing

@testable import CloudSimulator

/// Repositories and namespaces of instances, and the repositories of the shared edition.
@Suite struct InventoryTests {
  private let base = "/v2/\(projectID)/instances/i"

  private func cloud(_ change: (inout SimulatedInstance) -> Void) throws -> CloudSimulator {
    var instance = SimulatedInstance(id: "i", name: "n")
    change(&instance)
    return try CloudSimulator(world: world { $0.instances = [instance] }, time: ManualTime().source)
  }

  // MARK: Repositories of an instance

  @Test func repositoriesLookAsDocumented() throws {
    var repository = SimulatedRepository(
      id: 402, name: "api", namespaceName: "library", namespaceID: 87, tags: 4, pulls: 3_000_000_000, artifacts: 5)
    repository.createdAt = .at(Timestamp(seconds: 1_612_347_731, nanoseconds: 840_000_000))
    repository.updatedAt = .null
    var bare = SimulatedRepository(
      id: "403", name: nil, namespaceName: nil, namespaceID: nil, tags: SimulatedCount(nil),
      pulls: SimulatedCount(nil), artifacts: 0)
    (bare.createdAt, bare.updatedAt) = (.never, .absent)
    let cloud = try cloud { $0.repositories = [repository, bare] }
    defer { cloud.stop() }
    try expect(
      cloud.ask(base + "/repositories?offset=0&limit=100"),
      equals: """
        {"repositories": [{"id": 402, "name": "api", "namespace_name": "library", "namespace_id": 87, "tag_count": 4,
        "pull_count": 3000000000, "artifact_count": 5, "description": "", "created_at": "2021-02-03T10:22:11.840Z",
        "updated_at": null}, {"id": "403", "artifact_count": 0, "description": "",
        "created_at": "0001-01-01T00:00:00.000Z"}], "total": 2}
        """)
  }

  @Test(arguments: [
    ("repositories?offset=0&limit=101", 400), ("repositories?limit=10", 400), ("repositories?offset=3&limit=2", 400),
    ("repositories?order_column=name&offset=0&limit=10", 400), ("repositories?namespace_id=2", 200),
    ("repositories?order_column=updated_at&offset=0&limit=10", 200), ("statistics", 200), ("statistics?offset=1", 200),
  ])
  func parametersAreChecked(target: String, status: Int) throws {
    let cloud = try cloud { $0.repositories = [SimulatedRepository(id: 1, name: "r", namespaceID: 2)] }
    defer { cloud.stop() }
    let asked = try cloud.ask(base + "/" + target)
    #expect(asked.status == status)
    #expect((asked.object["error_code"] as? String == "SWR.400003") == (status == 400))
  }

  @Test func repositoriesComeByOffset() throws {
    let made = (0..<230).map {
      SimulatedRepository(id: .number(Int64($0)), name: "r\($0)", namespaceID: .number(Int64($0 % 4)))
    }
    let cloud = try cloud { $0.repositories = made }
    defer { cloud.stop() }
    #expect(
      try cloud.all(base + "/repositories", "repositories").compactMap { label($0) } == (0..<230).map(String.init))
    #expect(try cloud.ask(base + "/repositories?namespace_id=3").object["total"] as? Int == 57)
  }

  /// What two collectors say of the same instance agrees.
  @Test func repositoriesCountTheArtifactsThatAreListed() throws {
    let clock = ManualTime()
    let demo = World.demo(beginning: ManualTime.start)
    let generated = World.generated(repositories: 40, artifacts: 700, seed: 4, isHostile: true)
    for made in [generated, demo] {
      let cloud = try CloudSimulator(world: made, time: clock.source)
      defer { cloud.stop() }
      clock.advance(by: .seconds(100))
      let instance = try #require(made.projects[0].instances.first)
      var artifacts: [String: Int] = [:]
      var tags: [String: Int] = [:]
      for group in made.artifactTruth(instanceID: instance.id, at: cloud.worldTime) {
        let id = try #require(group.key.repositoryID.map(String.init))
        artifacts[id, default: 0] += group.value.artifacts
        tags[id, default: 0] += group.value.tags
      }
      let listed = try cloud.all("/v2/\(projectID)/instances/\(instance.id)/repositories", "repositories")
      let truth = made.repositoryTruth(instanceID: instance.id, at: cloud.worldTime)
      #expect(listed.count == instance.repositories.count && truth.count == listed.count && listed.count > 10)
      let namespaces = Dictionary(instance.namespaces.map { ($0.id, $0.name) }) { first, _ in first }
      for repository in listed {
        let id = try #require(label(repository))
        #expect(repository["artifact_count"] as? Int == artifacts[id] && repository["tag_count"] as? Int == tags[id])
        #expect(truth[id]?.artifacts == artifacts[id].map(Int64.init) && truth[id]?.tags == tags[id].map(Int64.init))
        #expect(truth[id]?.pulls == repository["pull_count"] as? Int64)
        #expect(truth[id]?.created == time(repository, "created_at"))
        #expect(truth[id]?.updated == time(repository, "updated_at"))
        #expect(truth[id]?.name == repository["name"] as? String ?? "")
        #expect(namespaces[try #require(repository["namespace_id"] as? Int64)] == truth[id]?.namespace)
      }
      #expect(Set(truth.values.map(\.name)).count < truth.count)
    }
  }

  // MARK: Namespaces

  @Test func namespacesLookAsDocumented() throws {
    var full = SimulatedNamespace(id: 87, name: "library", isPublic: true)
    (full.scansAutomatically, full.blocksVulnerable, full.severity) = (false, .boolean(true), "high")
    full.updatedAt = .at(Timestamp(seconds: 1_704_268_801, nanoseconds: 5_000_000))
    var odd = SimulatedNamespace(id: 88, name: "odd")
    odd.isPublic = .always(.odd("yes"))
    (odd.scansAutomatically, odd.blocksVulnerable, odd.severity) = (nil, nil, nil)
    (odd.createdAt, odd.updatedAt) = (.absent, .absent)
    odd.repositories = SimulatedCount(nil)
    var bare = SimulatedNamespace(id: 89, name: "bare")
    (bare.hasMetadata, bare.createdAt, bare.updatedAt) = (false, .null, .empty)
    bare.replacements = ["namespace_id": #""89""#]
    let cloud = try cloud {
      $0.namespaces = [full, odd, bare]
      $0.repositories = [87, 87, 89].enumerated().map {
        SimulatedRepository(id: .number(Int64($0)), name: "r", namespaceID: .number($1))
      }
    }
    defer { cloud.stop() }
    try expect(
      cloud.ask(base + "/namespaces?offset=0&limit=100"),
      equals: """
        {"namespaces": [{"name": "library", "namespace_id": 87, "repo_count": 2, "metadata": {"public": "true",
        "auto_scan": "false", "prevent_vul": true, "severity": "high"}, "created_at": "2024-01-03T08:00:00.000Z",
        "updated_at": "2024-01-03T08:00:01.005Z"}, {"name": "odd", "namespace_id": 88, "metadata": {"public": "yes"}},
        {"name": "bare", "namespace_id": "89", "repo_count": 1, "created_at": null, "updated_at": ""}], "total": 3}
        """)
    #expect(
      try cloud.ask(base + "/namespaces?public=true").list("namespaces").map { $0["name"] as? String } == ["library"])
    let truth = cloud.world.namespaceTruth(instanceID: "i", at: ManualTime.start)
    #expect(
      truth["87"]
        == NamespaceTruth(
          name: "library", isPublic: true, scansAutomatically: false, blocksVulnerable: true, repositories: 2,
          created: Timestamp(seconds: 1_704_268_800)))
    #expect(truth["88"] == NamespaceTruth(name: "odd"))
    #expect(truth["89"] == NamespaceTruth(name: "bare", repositories: 1))
  }

  @Test func generatedNamespacesAreOfAllKinds() throws {
    let made = World.generated(repositories: 80, artifacts: 80, isHostile: true)
    let cloud = try CloudSimulator(world: made, time: ManualTime().source)
    defer { cloud.stop() }
    let id = made.projects[0].instances[0].id
    let listed = try cloud.all("/v2/\(projectID)/instances/\(id)/namespaces", "namespaces")
    let truth = made.namespaceTruth(instanceID: id, at: cloud.worldTime)
    #expect(listed.count == 40 && truth.count == 40)
    var kinds: Set<String> = []
    for namespace in listed {
      let expected = try #require(label(namespace, "namespace_id").flatMap { truth[$0] })
      let metadata = namespace["metadata"] as? [String: Any]
      for (key, meaning) in [
        ("public", expected.isPublic), ("auto_scan", expected.scansAutomatically),
        ("prevent_vul", expected.blocksVulnerable),
      ] {
        let value = metadata?[key]
        let text = value as? String
        #expect(meaning == (text.map { ["true": true, "false": false][$0] } ?? (value as? Bool)))
        kinds.insert(metadata == nil ? "none" : value == nil ? "absent" : text == nil ? "boolean" : "text")
      }
      #expect(expected.repositories == namespace["repo_count"] as? Int64)
      #expect(expected.created == time(namespace, "created_at"))
    }
    #expect(kinds == ["none", "absent", "boolean", "text"])
    #expect(truth.values.contains { $0.isPublic == true } && truth.values.contains { $0.isPublic == false })
  }

  // MARK: Repositories of the shared edition

  @Test func sharedRepositoriesLookAsDocumented() throws {
    var repository = SimulatedImageRepository(
      name: "a/b", size: 1_946_933_102, images: 17, downloads: 4_294_967_296, isPublic: .always(true))
    repository.createdAt = .at(Timestamp(seconds: 1_587_089_463, nanoseconds: 531_830_000))
    repository.updatedAt = .empty
    var older = SimulatedImageRepository(name: "c", size: SimulatedCount(nil), downloads: SimulatedCount(nil))
    older.isPublic = .always(nil)
    older.times = .zoneless
    // As it was called before.
    older.replacements = ["namespace_name": "", "namespace": #""o""#]
    let cloud = try CloudSimulator(
      world: world { $0.organisations = [SimulatedOrganisation(id: 1, name: "o", repositories: [repository, older])] })
    defer { cloud.stop() }
    try expect(
      cloud.ask("/v3/manage/repos?limit=1000"),
      equals: """
        {"repos": [{"name": "a/b", "category": "linux", "description": "", "size": 1946933102, "is_public": true,
        "num_images": 17, "num_download": 4294967296, "created_at": "2020-04-17T02:11:03.53183Z", "updated_at": "",
        "domain_name": "simulated", "namespace_name": "o"}, {"name": "c", "category": "linux", "description": "",
        "num_images": 1, "created_at": "2020-04-17 10:11:03", "updated_at": "2020-04-17 10:11:03",
        "domain_name": "simulated", "namespace": "o"}]}
        """)
    #expect(try cloud.ask("/v2/manage/repos").list.map { $0["size"] as? Int } == [1_946_933_102, nil])
    let truth = cloud.world.imageRepositoryTruth(projectID: projectID, at: ManualTime.start)
    #expect(
      truth == [
        ImageRepositoryTruth(
          namespace: "o", name: "a/b", size: 1_946_933_102, images: 17, downloads: 4_294_967_296, isPublic: true,
          created: Timestamp(seconds: 1_587_089_463, nanoseconds: 531_830_000)),
        ImageRepositoryTruth(
          namespace: "o", name: "c", images: 1, created: Timestamp(seconds: 1_587_089_463),
          updated: Timestamp(seconds: 1_587_089_463)),
      ])
  }

  @Test func bothListingsShowTheTruthOfGeneratedRepositories() throws {
    let made = World.generated(imageRepositories: 150)
    let cloud = try CloudSimulator(world: made)
    defer { cloud.stop() }
    let truth = made.imageRepositoryTruth(projectID: projectID, at: cloud.worldTime)
    let listings = [
      try cloud.ask("/v3/manage/repos?limit=1000").list("repos"), try cloud.ask("/v2/manage/repos?limit=1000").list,
    ]
    for listed in listings {
      #expect(listed.count == 150)
      for (repository, expected) in zip(listed, truth) {
        #expect(repository["name"] as? String == expected.name)
        #expect((repository["namespace_name"] ?? repository["namespace"]) as? String == expected.namespace)
        #expect(repository["size"] as? Int64 == expected.size && repository["num_images"] as? Int64 == expected.images)
        #expect(repository["num_download"] as? Int64 == expected.downloads)
        #expect(repository["is_public"] as? Bool == expected.isPublic)
        #expect(
          time(repository, "created_at") == expected.created && time(repository, "updated_at") == expected.updated)
      }
    }
    #expect(Set(truth.map(\.isPublic)) == [true, false, nil] && Set(truth.map(\.size)).count > 100)
    #expect(truth.contains { $0.size == nil } && truth.contains { $0.downloads == nil })
  }
}
