import HTTPTransport
import HuaweiCloud
import Testing

@testable import CloudSimulator

@Suite struct PaginationTests {
  private func cloud(registries: Int = 250, artifacts: Int = 230, faults: Faults = .none) throws -> CloudSimulator {
    var made = World.generated(repositories: 10, artifacts: artifacts)
    made.projects[0].instances[0].id = "i"
    made.projects[0].instances[0].registries = (0..<registries).map { SimulatedRegistry(id: Int64($0), name: "r\($0)") }
    made.projects[0].organisations = [
      SimulatedOrganisation(
        id: 1, name: "o", repositories: (0..<230).map { SimulatedImageRepository(name: "a/b\($0)") })
    ]
    made.projects[0].codeRepositories = (1...130).map { SimulatedCodeRepository(id: Int64($0), name: "c\($0)") }
    return try CloudSimulator(world: made, faults: faults)
  }

  @Test(arguments: [
    ("registries?offset=0&limit=101", 400), ("registries?offset=50&limit=100", 400), ("registries?offset=100", 400),
    ("registries?limit=100", 400), ("registries?offset=-100&limit=100", 400), ("registries?offset=0&limit=0", 400),
    ("registries?offset=x&limit=100", 400), ("registries?order_type=asc&offset=0&limit=10", 400),
    ("registries", 200), ("registries?offset=300&limit=100", 200),
    ("artifacts?marker=1&limit=101", 400), ("artifacts?marker=1", 400), ("artifacts?limit=10", 400),
    ("artifacts?marker=1&limit=100", 200), ("artifacts?marker=9223372036854775807&limit=100", 200),
    ("namespaces?offset=0&limit=100", 200),
    ("namespaces?offset=5&limit=100", 400),
  ])
  func parametersAreChecked(target: String, status: Int) throws {
    let cloud = try cloud()
    defer { cloud.stop() }
    let asked = try cloud.ask("/v2/\(projectID)/instances/i/\(target)")
    #expect(asked.status == status)
    #expect((asked.object["error_code"] as? String == "SWR.400003") == (status == 400))
  }

  @Test func registriesComeByOffsetInOrder() throws {
    let cloud = try cloud()
    defer { cloud.stop() }
    var names: [Int64] = []
    for offset in stride(from: 0, to: 300, by: 100) {
      let page = try cloud.ask(
        "/v2/\(projectID)/instances/i/registries?offset=\(offset)&limit=100&order_column=created_at&order_type=asc")
      #expect(page.object["total"] as? Int == 250)
      names += page.list("registries").compactMap { $0["id"] as? Int64 }
    }
    #expect(names == (0..<250).map(Int64.init))
    let newest = try cloud.ask("/v2/\(projectID)/instances/i/registries")
    #expect(newest.list("registries").count == 10)
    #expect(newest.list("registries").first?["id"] as? Int == 249)
  }

  @Test func artifactsComeByMarkerToTheEnd() throws {
    let cloud = try cloud()
    defer { cloud.stop() }
    var ids: [Int] = []
    var marker: Int? = 1
    var pages = 0
    while let asked = marker {
      let page = try cloud.ask("/v2/\(projectID)/instances/i/artifacts?marker=\(asked)&limit=100")
      ids += page.list("artifacts").compactMap { $0["id"] as? Int }
      marker = page.object["next_marker"] as? Int
      #expect(page.object["total"] == nil)
      pages += 1
    }
    #expect(pages == 3)
    #expect(ids.count == 230)
    #expect(Set(ids).count == 230)
  }

  @Test func repositoriesComeByMarkerAndByOffset() throws {
    let cloud = try cloud()
    defer { cloud.stop() }
    let first = try cloud.ask("/v3/manage/repos?limit=100")
    #expect(first.list("repos").count == 100)
    let marker = try #require(first.object["nextMarker"] as? Int)
    let second = try cloud.ask("/v3/manage/repos?limit=1000&marker=\(marker)")
    #expect(second.list("repos").count == 130)
    #expect(second.object["nextMarker"] == nil)
    #expect(second.list("repos").first?["namespace_name"] as? String == "o")

    let old = try cloud.ask("/v2/manage/repos?limit=100&offset=200")
    #expect(old.list.count == 30)
    #expect(old.headers.first(named: "Content-Range") == "200-30/230")
    #expect(old.list.first?["total_range"] as? Int == 230)
    #expect(old.list.first?["name"] as? String == "a/b200")
    let filtered = try cloud.ask("/v2/manage/repos?filter=namespace::o%7Climit::10%7Coffset::5")
    #expect(filtered.list.count == 10)

    cloud.world.projects[0].listsRepositoriesByMarker = false
    #expect(try cloud.ask("/v3/manage/repos?limit=100").status == 404)
  }

  @Test func codeRepositoriesComeUntilAShortPage() throws {
    let cloud = try cloud()
    defer { cloud.stop() }
    #expect(try cloud.ask("/v4/user/repositories").list.count == 20)
    #expect(try cloud.ask("/v4/user/repositories?offset=100&limit=100").list.count == 30)
    #expect(try cloud.ask("/v4/user/repositories?offset=0&limit=101").status == 400)
  }

  @Test(arguments: ["25.6.0", "25.5.9", "9.10.1", "24.12"]) func oldInstancesListNoArtifacts(version: String) throws {
    let cloud = try cloud()
    defer { cloud.stop() }
    cloud.world.projects[0].instances[0].version = version
    #expect(try cloud.ask("/v2/\(projectID)/instances/i/artifacts?marker=1&limit=10").status == 404)
    cloud.world.projects[0].instances[0].version = "25.10.0"
    #expect(try cloud.ask("/v2/\(projectID)/instances/i/artifacts?marker=1&limit=10").status == 200)
  }

  @Test func aLyingListingLies() throws {
    let cloud = try cloud()
    defer { cloud.stop() }
    func next(_ fault: PagingFault, marker: Int) throws -> (marker: Int?, ids: [Int], text: String) {
      cloud.faults.clear()
      cloud.faults.add(.paging(fault), to: .listInstanceAllArtifacts)
      let page = try cloud.ask("/v2/\(projectID)/instances/i/artifacts?marker=\(marker)&limit=100")
      return (
        page.object["next_marker"] as? Int, page.list("artifacts").compactMap { $0["id"] as? Int }, page.text
      )
    }
    #expect(try next(.repeatsMarker, marker: 101).marker == 101)
    #expect(try next(.markerGoesBack, marker: 101).marker == 1)
    #expect(try next(.endlessMarkers, marker: 901).marker == 1001)
    #expect(try next(.endlessMarkers, marker: 901).ids.count == 100)
    #expect(try next(.markerIsText, marker: 1).text.contains(#""next_marker":"101""#))
    #expect(try next(.repeatsObjects, marker: 101).ids.prefix(2) == [3903, 3904])
    #expect(try next(.emptyPages, marker: 101).ids.isEmpty)

    cloud.faults.clear()
    cloud.faults.add(.paging(.totalOff(by: -60)), to: .listInstanceRegistries, .next(1))
    cloud.faults.add(.paging(.totalOff(by: 60)), to: .listInstanceRegistries, .next(1))
    let totals = try (0..<3).map { _ in
      try cloud.ask("/v2/\(projectID)/instances/i/registries").object["total"] as? Int
    }
    #expect(totals == [190, 310, 250])
  }
}
