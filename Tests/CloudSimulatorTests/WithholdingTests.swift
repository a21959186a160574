import HTTPTransport
import HuaweiCloud
import Testing

@testable import CloudSimulator

/// Operations that an instance or a project lacks, that the account may not call, and secrets where the cloud could send
/// one back.
@Suite struct WithholdingTests {
  private func cloud(_ faults: Faults = .none) throws -> CloudSimulator {
    let run = SimulatedReplicationExecution(id: 1, status: "Failed", createdAt: .absent, updatedAt: .absent)
    let instances = ["i", "j"].map { id in
      SimulatedInstance(
        id: id, name: "n", registries: [SimulatedRegistry(id: 1, name: "r")],
        repositories: [SimulatedRepository(id: 1, name: "r")],
        replicationPolicies: [SimulatedReplicationPolicy(id: 1, name: "p", executions: SimulatedHistory([run]))],
        credentials: [SimulatedCredential(id: 1, name: "c", expiresAt: .absent)])
    }
    return try CloudSimulator(
      world: world {
        $0.instances = instances
        $0.organisations = [
          SimulatedOrganisation(id: 1, name: "o", repositories: [SimulatedImageRepository(name: "r")])
        ]
      }, faults: faults)
  }

  private func refusal(_ cloud: CloudSimulator, _ target: String) throws -> String {
    let asked = try cloud.ask(target)
    return "\(asked.status) \(asked.object["error_code"] ?? "")"
  }

  @Test func anInstanceMayLackAnOperation() throws {
    let cloud = try cloud()
    defer { cloud.stop() }
    cloud.world.projects[0].instances[0].unpublished = [.listInstanceStatistics, .listInstanceRegistries]
    #expect(try refusal(cloud, "/v2/\(projectID)/instances/i/statistics") == "404 APIGW.0101")
    #expect(try refusal(cloud, "/v2/\(projectID)/instances/i/registries") == "404 APIGW.0101")
    #expect(try refusal(cloud, "/v2/\(projectID)/instances/j/statistics") == "200 ")
    #expect(try refusal(cloud, "/v2/\(projectID)/instances/i/repositories") == "200 ")
  }

  @Test func aProjectMayLackOrForbidAnOperation() throws {
    let cloud = try cloud()
    defer { cloud.stop() }
    let jobs = "/v2/manage/namespaces/o/repos/r/sync_job?filter=limit::100%7Coffset::0"
    cloud.world.projects[0].unpublished = [.showSyncJob]
    cloud.world.projects[0].forbidden = [.listQuotas, .listInstanceRepositories, .listImageCaches, .showSyncJob]
    #expect(try refusal(cloud, jobs) == "404 APIGW.0101")
    #expect(try refusal(cloud, "/v2/manage/projects/\(projectID)/quotas") == "403 SVCSTG.SWR.4030170")
    #expect(try refusal(cloud, "/v2/\(projectID)/instances/j/repositories") == "403 SWR.403001")
    #expect(try cloud.ask("/v5/imagecaches").object["errorCode"] as? String == "CCE.01403001")
    #expect(try refusal(cloud, "/v2/\(projectID)/instances/j/statistics") == "200 ")
    cloud.world.projects[0].unpublished = []
    #expect(try refusal(cloud, jobs) == "403 SVCSTG.SWR.4030170")
  }

  @Test(arguments: [
    ("replication/policies", "description"), ("replication/executions?policy_id=1", "status_text"),
    ("long-term-credentials", "user_profile"), ("repositories", "description"), ("registries", "url"),
  ])
  func secretsArePlanted(target: String, field: String) throws {
    var faults = Faults()
    faults.add(.tampering(Tampering(secret: "s3cr3t")))
    let cloud = try cloud(faults)
    defer { cloud.stop() }
    let asked = try cloud.ask("/v2/\(projectID)/instances/i/\(target)")
    let objects = asked.object.values.compactMap { $0 as? [[String: Any]] }.joined()
    #expect((objects.first?[field] as? String)?.contains("s3cr3t") ?? false, "\(asked.text)")
  }

  @Test func pagesLieHereToo() throws {
    var faults = Faults()
    faults.add(.paging(.totalOff(by: 5)), to: .showSyncJob, .next(1))
    faults.add(.paging(.totalOff(by: 5)), to: .listInstanceReplicationPolicies, .next(1))
    let cloud = try cloud(faults)
    defer { cloud.stop() }
    let jobs = try cloud.ask("/v2/manage/namespaces/o/repos/r/sync_job?filter=limit::100%7Coffset::0")
    #expect(jobs.headers.first(named: "Content-Range") == "0-0/5")
    let policies = "/v2/\(projectID)/instances/i/replication/policies"
    #expect(try cloud.ask(policies).object["total"] as? Int == 6)
    #expect(try cloud.ask(policies).object["total"] as? Int == 1)
  }
}
