import CloudSimulator
import HuaweiCloud
import TestSupport
import Testing

@testable import ExporterCore

/// What the documents and `check` say that collectors cost is what they ask for.
@Suite struct CostTests {
  /// The first refresh of everything, counted by the cloud.
  @Test func isWhatTheCloudCounts() async throws {
    var world = World.generated(
      instances: 2, repositories: 130, artifacts: 250, imageRepositories: 45, codeRepositories: 130,
      replicationPolicies: 30, syncJobs: 3, retentionPolicies: 8, credentials: 120)
    // More than a hundred executions cost another page, which is not what is told.
    for index in world.projects[0].instances.indices {
      var instance = world.projects[0].instances[index]
      instance.replicationPolicies.removeAll { $0.executions.runs(world.beginning).count > 100 }
      instance.retentionPolicies.removeAll { $0.executions.runs(world.beginning).count > 100 }
      world.projects[0].instances[index] = instance
    }
    let project = world.projects[0]
    func count(_ things: (SimulatedInstance) -> Int) -> Int { project.instances.reduce(0) { $0 + things($1) } }
    let repositories = project.organisations.flatMap(\.repositories)
    let account = AccountSize([
      .instances: 2, .registries: count(\.registries.count),
      .artifacts: 500, .namespaces: count(\.namespaces.count), .repositories: 260,
      .replicationPolicies: count(\.replicationPolicies.count),
      .retentionPolicies: count(\.retentionPolicies.count), .credentials: 240, .basicRepositories: repositories.count,
      .syncedRepositories: repositories.count { !$0.rules.isEmpty }, .codeRepositories: project.codeRepositories.count,
      .mirrors: project.codeRepositories.count { $0.mirror != nil },
    ])
    let cloud = try CloudSimulator(world: world, time: ManualTime().source)
    defer { cloud.stop() }
    _ = try await collectOnce(
      """
      projects:
        - {name: prod, region: cn-north-4, requests_per_second: 100000, credentials: {token: t}, \(endpoints(cloud.url))}
      """)

    var expected: [String: Int] = [:]
    let catalog = Catalog.standard
    // One that lists what a discovery would look up saves it.
    let lookups = catalog.discoveries.filter { lookup in !catalog.collectors.contains { $0.fact == lookup.fact } }
    for collector in catalog.collectors + lookups {
      for load in try #require(collector.standard).loads {
        let (refresh, discovery) = load.requests(in: account)
        if refresh + discovery > 0 { expected[load.endpoint.operation, default: 0] += refresh + discovery }
      }
    }
    let asked = Dictionary(grouping: cloud.requests.compactMap { $0.operation?.rawValue }) { $0 }.mapValues(\.count)
    #expect(asked.filter { expected.keys.contains($0.key) } == expected)
    #expect(expected.count == 18)
  }

  @Test func isToldForAnAccountOfAGivenSize() throws {
    let account = try #require(AccountSize("instances=3,artifacts=1000,mirrors=4,code_repositories=10"))
    let configuration = try Configuration(
      yaml: Array(
        """
        projects:
          - {name: prod, region: cn-north-4, project_id: p, credentials: {token: t},
             collectors: {artifacts: {interval: 1h}, mirrors: {interval: 5m}}}
        """.utf8), source: "test.yaml", environment: [:])
    let report = ConfigurationReport(configuration, for: account).text
    // Three instances of 334 artifacts are four pages each; 20 namespaces are one page each.
    #expect(report.contains("idle for 30d, 90d, about 15 requests/h\n"))
    // Four mirrors twelve times, six other repositories once.
    #expect(report.contains("repositories discovered, about 54 requests/h\n"))
    // A page of instances and one of code repositories more.
    #expect(report.contains("cost: about 71 requests/h in an account of 3 instances, "))
  }

  @Test(arguments: ["", "artifacts", "artifacts=", "artifacts=-1", "artifacts=many", "toys=1", "artifacts=1,"])
  func aSizeIsThingsAndNumbers(_ text: String) {
    #expect(AccountSize(text) == nil)
  }
}
