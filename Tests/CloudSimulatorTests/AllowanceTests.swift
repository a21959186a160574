import HuaweiCloud
import System
import TestSupport
import Testing

@testable import CloudSimulator

/// What fills up and what ends: statistics, quotas and long-term credentials.
@Suite struct AllowanceTests {
  private let base = "/v2/\(projectID)/instances/i"
  private let credentialPage = "/long-term-credentials?offset=0&limit=100"

  private func cloud(
    _ change: (inout SimulatedProject, inout SimulatedInstance) -> Void
  ) throws -> CloudSimulator {
    var instance = SimulatedInstance(id: "i", name: "n")
    let made = world { project in
      change(&project, &instance)
      project.instances = [instance]
    }
    return try CloudSimulator(world: made, time: ManualTime().source)
  }

  @Test func statisticsCountTheInstanceAndShowWhatIsSet() throws {
    let cloud = try cloud { _, instance in
      instance.namespaces = [SimulatedNamespace(id: 1, name: "a"), SimulatedNamespace(id: 2, name: "b")]
      instance.registries = [SimulatedRegistry(id: 1, name: "r")]
      instance.repositories = (0..<3).map { SimulatedRepository(id: .number($0), name: "r\($0)") }
      instance.replicationPolicies = [SimulatedReplicationPolicy(id: 1, name: "p")]
      instance.retentionPolicies = (0..<4).map { SimulatedRetentionPolicy(id: .number($0), name: "r") }
      instance.statistics = SimulatedStatistics([
        "storage_used": 5_000_000_000, "namespace_quota": 0, "image_repo_quota": -1,
        "sign_policy_quota": SimulatedCount(nil), "long_term_quota": 50,
      ])
    }
    defer { cloud.stop() }
    try expect(
      cloud.ask(base + "/statistics"),
      equals: """
        {"storage_used": 5000000000, "total_namespace_count": 2, "total_image_count": 3, "namespace_quota": 0,
        "image_repo_quota": -1, "replica_policy_quota": 100, "replica_policy_count": 1, "replica_registry_quota": 100,
        "replica_registry_count": 1, "retention_policy_quota": 100, "retention_policy_count": 4,
        "notify_policy_quota": 100, "notify_policy_count": 0, "sign_policy_count": 0, "intranet_endpoint_quota": 100,
        "intranet_endpoint_count": 0, "long_term_quota": 50}
        """)
    let truth = try #require(cloud.world.statisticsTruth(instanceID: "i", at: ManualTime.start))
    #expect(truth.storageUsed == 5_000_000_000)
    #expect(
      truth.limits == [
        "namespace": 0, "repository": -1, "replication_policy": 100, "target_registry": 100, "retention_policy": 100,
        "trigger": 100, "internal_endpoint": 100, "long_term_credential": 50,
      ])
    #expect(
      truth.used == [
        "namespace": 2, "repository": 3, "replication_policy": 1, "target_registry": 1, "retention_policy": 4,
        "trigger": 0, "signature_policy": 0, "internal_endpoint": 0,
      ])
  }

  @Test func quotasLookAsDocumented() throws {
    let cloud = try cloud { project, _ in
      project.quotas = [
        SimulatedQuota(key: "namespace", limit: 5, used: 1),
        SimulatedQuota(key: "repository", limit: 0, used: 7, unit: nil),
        SimulatedQuota(key: "tag", limit: -1, used: SimulatedCount(nil)),
        SimulatedQuota(key: "empty", limit: SimulatedCount(nil), used: SimulatedCount(nil)),
        SimulatedQuota(key: "namespace", limit: 6, used: 2), SimulatedQuota(key: nil, limit: 1, used: 1),
      ]
    }
    defer { cloud.stop() }
    try expect(
      cloud.ask("/v2/manage/projects/\(projectID)/quotas"),
      equals: """
        {"quotas": [{"quota_key": "namespace", "quota_limit": 5, "used": 1, "unit": ""},
        {"quota_key": "repository", "quota_limit": 0, "used": 7}, {"quota_key": "tag", "quota_limit": -1, "unit": ""},
        {"quota_key": "empty", "unit": ""}, {"quota_key": "namespace", "quota_limit": 6, "used": 2, "unit": ""},
        {"quota_limit": 1, "used": 1, "unit": ""}]}
        """)
    #expect(
      cloud.world.quotaTruth(projectID: projectID, at: ManualTime.start) == [
        "namespace": QuotaTruth(limit: 5, used: 1), "repository": QuotaTruth(limit: 0, used: 7),
        "tag": QuotaTruth(limit: -1), "empty": QuotaTruth(),
      ])
    #expect(try cloud.ask("/v2/manage/projects/other/quotas").status == 403)
  }

  @Test func credentialsLookAsDocumented() throws {
    var credential = SimulatedCredential(
      id: "d5ae9a6f", name: "ci", createdAt: .at(Timestamp(seconds: 1_704_067_200)),
      expiresAt: .at(Timestamp(seconds: 1_735_689_600)))
    credential.userProfile = "secret"
    var bare = SimulatedCredential(
      id: 5, name: nil, isEnabled: .always(nil), createdAt: .absent, expiresAt: .text("permanent"), isOwn: false)
    bare.userProfile = nil
    let cloud = try cloud { $1.credentials = [credential, bare] }
    defer { cloud.stop() }
    try expect(
      cloud.ask(base + credentialPage + "&self_only=false"),
      equals: """
        {"auth_tokens": [{"token_id": "d5ae9a6f", "name": "ci", "enable": true,
        "created_at": "2024-01-01T00:00:00.000Z", "expire_date": "2025-01-01T00:00:00.000Z", "instance_id": "i",
        "user_id": "05949a2ca800d5d21f3cc01d2ee6a6ef", "user_profile": "secret"},
        {"token_id": 5, "expire_date": "permanent", "instance_id": "i",
        "user_id": "07a1b3c5d7e9f1a3b5c7d9e1f3a5b7c9"}], "total": 2}
        """)
    let truth = cloud.world.credentialTruth(instanceID: "i", at: ManualTime.start)
    #expect(truth.scope == "all")
    #expect(
      truth.credentials == [
        "d5ae9a6f": CredentialTruth(
          name: "ci", isEnabled: true, created: Timestamp(seconds: 1_704_067_200),
          expiry: Timestamp(seconds: 1_735_689_600)), "5": CredentialTruth(name: ""),
      ])
  }

  @Test func onlyWhoMaySeesAllCredentials() throws {
    let cloud = try cloud { project, instance in
      project.seesAllCredentials = false
      instance.credentials = (0..<120).map {
        SimulatedCredential(id: .number($0), name: "c", expiresAt: .absent, isOwn: $0 % 3 == 0)
      }
    }
    defer { cloud.stop() }
    let refused = try cloud.ask(base + credentialPage + "&self_only=false")
    #expect(refused.status == 403 && refused.object["error_code"] as? String == "SWR.403001")
    #expect(try cloud.ask(base + credentialPage).object["total"] as? Int == 40)
    #expect(try cloud.ask(base + credentialPage + "&self_only=true").object["total"] as? Int == 40)
    let truth = cloud.world.credentialTruth(instanceID: "i", at: ManualTime.start)
    #expect(truth.scope == "own" && truth.credentials.count == 40)
    cloud.world.projects[0].seesAllCredentials = true
    #expect(try cloud.all(base + "/long-term-credentials?self_only=false", "auth_tokens").count == 120)
    #expect(try cloud.ask(base + "/long-term-credentials?limit=5").status == 400)
  }

  @Test func generatedEndsAreWrittenInEveryWay() throws {
    let made = World.generated(credentials: 60, isHostile: true)
    let cloud = try CloudSimulator(world: made, time: ManualTime().source)
    defer { cloud.stop() }
    let id = made.projects[0].instances[0].id
    let listed = try cloud.all("/v2/\(projectID)/instances/\(id)/long-term-credentials?self_only=false", "auth_tokens")
    let truth = made.credentialTruth(instanceID: id, at: cloud.worldTime).credentials
    #expect(listed.count == 60 && truth.count == 60)
    var forms: Set<String> = []
    for credential in listed {
      let expected = try #require(label(credential, "token_id").flatMap { truth[$0] })
      #expect(time(credential, "expire_date") == expected.expiry)
      #expect(time(credential, "created_at") == expected.created)
      #expect(credential["enable"] as? Bool == expected.isEnabled && credential["name"] as? String == expected.name)
      let end = credential["expire_date"] as? String
      forms.insert(end.map { String($0.map { $0.isNumber ? "d" : $0 }) } ?? "none")
    }
    #expect(forms.count >= TimePattern.allCases.count + 5)
    #expect(Set(truth.values.map(\.isEnabled)) == [true, false, nil])
    #expect(listed.allSatisfy { ($0["user_profile"] as? String)?.contains("SECRET") ?? false })
  }

  @Test func countsGrowAndBeginAnew() {
    let beginning = ManualTime.start
    func values(_ count: SimulatedCount) -> [Int64?] {
      [0, 9, 10, 25, 30, 65].map { count.value(at: beginning + .seconds($0), since: beginning) }
    }
    #expect(values(.growing(from: 5, every: .seconds(10))) == [5, 5, 6, 7, 8, 11])
    #expect(values(.growing(from: 5, by: 2, every: .seconds(10), steps: 3)) == [5, 5, 7, 9, 5, 5])
    #expect(values(SimulatedCount(nil)) == Array(repeating: nil, count: 6))
    #expect(SimulatedCount.growing(from: 5, every: .seconds(1)).value(at: Timestamp(seconds: 0), since: beginning) == 5)
  }
}
