import HuaweiCloud
import System
import TestSupport
import Testing

@testable import CloudSimulator

@Suite struct RetentionTests {
  private let base = "/v2/\(projectID)/instances/i"

  private func cloud(_ policies: [SimulatedRetentionPolicy]) throws -> CloudSimulator {
    let instance = SimulatedInstance(id: "i", name: "n", retentionPolicies: policies)
    return try CloudSimulator(world: world { $0.instances = [instance] }, time: ManualTime().source)
  }

  private func execution(
    _ id: Int64, _ status: String?, isDryRun: Bool? = false, at seconds: Int64?
  ) -> SimulatedRetentionExecution {
    SimulatedRetentionExecution(
      id: .number(id), isDryRun: isDryRun, status: status,
      startedAt: seconds.map { .at(Timestamp(seconds: $0)) } ?? .absent,
      endedAt: seconds.map { .at(Timestamp(seconds: $0 + 5)) } ?? .never)
  }

  @Test func policiesLookAsDocumented() throws {
    let policy = SimulatedRetentionPolicy(
      id: 3, name: "keep-ten", namespaceID: 87, namespaceName: "library", trigger: "scheduled",
      schedule: SimulatedSchedule(cron: "0 0 0 * * ?", longestGap: .seconds(86_400)))
    var bare = SimulatedRetentionPolicy(
      id: "4", name: nil, namespaceID: nil, namespaceName: nil, isEnabled: .always(nil), trigger: nil)
    bare.replacements = ["rules": "null", "algorithm": ""]
    let cloud = try cloud([policy, bare])
    defer { cloud.stop() }
    try expect(
      cloud.ask(base + "/retention/policies?offset=0&limit=100"),
      equals: """
        {"retentions": [{"id": 3, "name": "keep-ten", "namespace_id": 87, "namespace_name": "library", "enabled": true,
        "algorithm": "or", "trigger": {"type": "scheduled", "trigger_settings": {"cron": "0 0 0 * * ?"}},
        "rules": [{"id": 1, "template": "latestPushedK", "disabled": false, "params": {"latestPushedK": 10}}]},
        {"id": "4", "rules": null}], "total": 2}
        """)
    #expect(try cloud.ask(base + "/retention/policies?namespace_id=87").object["total"] as? Int == 1)
  }

  @Test func executionsLookAsDocumented() throws {
    let policy = SimulatedRetentionPolicy(
      id: 3, name: "p", executions: SimulatedHistory([execution(30, "Succeed", isDryRun: true, at: 1_700_000_000)]))
    let cloud = try cloud([policy])
    defer { cloud.stop() }
    try expect(
      cloud.ask(base + "/namespaces/library/retention/policies/3/executions?offset=0&limit=100"),
      equals: """
        {"executions": [{"id": 30, "policy_id": 3, "dry_run": true, "status": "Succeed", "trigger": "manual",
        "start_time": "2023-11-14T22:13:20.000Z", "end_time": "2023-11-14T22:13:25.000Z"}], "total": 1}
        """)
  }

  @Test(arguments: [
    ("retention/policies?offset=0&limit=101", 400), ("retention/policies?limit=10", 400),
    ("namespaces/library/retention/policies/1/executions?offset=0&limit=0", 400),
    ("namespaces/library/retention/policies/1/executions", 200),
    ("namespaces/elsewhere/retention/policies/1/executions", 404),
    ("namespaces/library/retention/policies/9/executions", 404),
    ("namespaces/library/retention/policies/2/executions", 403),
  ])
  func whatIsAskedWronglyIsRefused(target: String, status: Int) throws {
    var forbidden = SimulatedRetentionPolicy(id: 2, name: "q")
    forbidden.executionsRefusal = 403
    let cloud = try cloud([SimulatedRetentionPolicy(id: 1, name: "p"), forbidden])
    defer { cloud.stop() }
    #expect(try cloud.ask(base + "/" + target).status == status)
  }

  @Test func truthLeavesDryRunsOut() throws {
    let ran = [
      execution(1, "Succeed", at: 100), execution(2, "Succeed", at: 200), execution(3, "Failed", at: 300),
      execution(5, "Stopped", at: 300), execution(6, "Succeed", isDryRun: true, at: 400),
      execution(7, "InProgress", isDryRun: true, at: 500), execution(9, "Succeed", isDryRun: nil, at: nil),
    ]
    func policy(_ id: SimulatedID, _ runs: [SimulatedRetentionExecution]) -> SimulatedRetentionPolicy {
      SimulatedRetentionPolicy(id: id, name: "p", executions: SimulatedHistory(runs))
    }
    let nowhere = SimulatedRetentionPolicy(id: 4, name: "p", namespaceName: nil)
    let cloud = try cloud([
      policy(1, ran), policy(2, [execution(1, "Succeed", isDryRun: true, at: 1)]), policy(3, []), nowhere,
    ])
    defer { cloud.stop() }
    let truth = cloud.world.retentionTruth(instanceID: "i", at: ManualTime.start)
    #expect(Set(truth.keys) == ["1", "2", "3"])
    #expect(
      truth["1"]
        == RetentionTruth(
          name: "p", namespace: "library", isEnabled: true, lastID: "5", lastStatus: "Stopped",
          lastStart: Timestamp(seconds: 300), lastSuccess: Timestamp(seconds: 205)))
    #expect(truth["2"] == truth["3"] && truth["3"]?.lastStatus == nil)
  }

  @Test(arguments: [false, true]) func generatedTruthIsWhatAReaderFinds(isHostile: Bool) throws {
    let made = World.generated(repositories: 12, retentionPolicies: 50, seed: 9, isHostile: isHostile)
    let cloud = try CloudSimulator(world: made, time: ManualTime().source)
    defer { cloud.stop() }
    let id = made.projects[0].instances[0].id
    let base = "/v2/\(projectID)/instances/\(id)"
    let policies = try cloud.all(base + "/retention/policies", "retentions")
    let truth = made.retentionTruth(instanceID: id, at: cloud.worldTime)
    #expect(policies.count == 50 && truth.count == 48)
    var succeeded = 0
    for policy in policies {
      let id = try #require(label(policy))
      guard let namespace = policy["namespace_name"] as? String else {
        #expect(truth[id] == nil)
        continue
      }
      let expected = try #require(truth[id])
      let path = "\(base)/namespaces/\(percentEncoded(namespace))/retention/policies/\(id)/executions"
      if let refusal = expected.refusal {
        #expect(try cloud.ask(path).status == refusal)
        continue
      }
      let runs = try cloud.firstAndLastPage(path, "executions").filter { $0["dry_run"] as? Bool != true }
      // By repeated comparison of two.
      func newest(_ runs: [[String: Any]]) -> [String: Any]? {
        runs.reduce(nil as [String: Any]?) { best, run in
          guard let best else { return run }
          let (left, right) = (time(best, "start_time")?.unixTime ?? 0, time(run, "start_time")?.unixTime ?? 0)
          if left != right { return left > right ? best : run }
          return Int(label(best) ?? "") ?? 0 > Int(label(run) ?? "") ?? 0 ? best : run
        }
      }
      let last = newest(runs)
      #expect(last.flatMap { label($0) } == expected.lastID)
      #expect(last.flatMap { time($0, "start_time") } == expected.lastStart)
      let success = newest(runs.filter { $0["status"] as? String == "Succeed" })
      #expect(success.flatMap { time($0, "end_time") } == expected.lastSuccess)
      succeeded += success == nil ? 0 : 1
    }
    #expect(succeeded > 10 && truth.values.contains { $0.lastID == nil && $0.refusal == nil })
    #expect(Set(truth.values.compactMap(\.lastStatus)).isSuperset(of: ["Succeed", "Failed"]))
  }

  private func percentEncoded(_ text: String) -> String {
    text.utf8.map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "%0" + digits : "%" + digits
    }.joined()
  }
}
