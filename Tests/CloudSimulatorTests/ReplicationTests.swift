import HuaweiCloud
import System
import TestSupport
import Testing

@testable import CloudSimulator

@Suite struct ReplicationTests {
  private let base = "/v2/\(projectID)/instances/i/replication"

  private func cloud(
    _ policies: [SimulatedReplicationPolicy], _ change: (inout SimulatedInstance) -> Void = { _ in }
  ) throws -> CloudSimulator {
    var instance = SimulatedInstance(id: "i", name: "n", replicationPolicies: policies)
    change(&instance)
    return try CloudSimulator(world: world { $0.instances = [instance] }, time: ManualTime().source)
  }

  private func execution(_ id: Int64, _ status: String?, at seconds: Int64?) -> SimulatedReplicationExecution {
    SimulatedReplicationExecution(
      id: .number(id), status: status, createdAt: seconds.map { .at(Timestamp(seconds: $0)) } ?? .absent,
      updatedAt: seconds.map { .at(Timestamp(seconds: $0 + 5)) } ?? .absent)
  }

  @Test func policiesLookAsDocumented() throws {
    var policy = SimulatedReplicationPolicy(
      id: 7, name: "to-dr", sourceRegistry: nil, destinationRegistry: 24, destinationNamespace: "mirror",
      trigger: "scheduled", schedule: SimulatedSchedule(cron: "0 0 0 * * ?", longestGap: .seconds(86_400)))
    policy.createdAt = .at(Timestamp(seconds: 1_612_517_460, nanoseconds: 298_426_000))
    policy.updatedAt = .null
    var bare = SimulatedReplicationPolicy(
      id: "8", name: nil, destinationRegistry: nil, destinationNamespace: nil, trigger: nil, isEnabled: .always(nil))
    (bare.createdAt, bare.updatedAt, bare.overrides) = (.absent, .empty, nil)
    bare.replacements = ["description": "", "filters": "null", "repo_scope_mode": "", "src_registry": "{}"]
    let cloud = try cloud([policy, bare])
    defer { cloud.stop() }
    try expect(
      cloud.ask(base + "/policies?offset=0&limit=100"),
      equals: """
        {"policies": [{"id": 7, "name": "to-dr", "description": "", "dest_registry": {"id": 24},
        "dest_namespace": "mirror", "filters": [{"type": "name", "value": "library/**"}],
        "repo_scope_mode": "regular", "trigger": {"type": "scheduled", "trigger_settings": {"cron": "0 0 0 * * ?"}},
        "override": true, "enabled": true, "created_at": "2021-02-05T09:31:00.298426Z", "updated_at": null},
        {"id": "8", "filters": null, "updated_at": "", "src_registry": {}}], "total": 2}
        """)
  }

  @Test func executionsLookAsDocumented() throws {
    var failed = execution(70, "Failed", at: 1_700_000_000)
    (failed.total, failed.failed, failed.succeeded, failed.stopped) = (5, 2, 3, nil)
    failed.statusText = "2 of 5 tasks failed"
    let cloud = try cloud([
      SimulatedReplicationPolicy(id: 7, name: "p", executions: SimulatedHistory([failed])),
      SimulatedReplicationPolicy(id: 8, name: "q", executions: SimulatedHistory([execution(80, nil, at: nil)])),
    ])
    defer { cloud.stop() }
    try expect(
      cloud.ask(base + "/executions?policy_id=7&offset=0&limit=100"),
      equals: """
        {"executions": [{"id": 70, "policy_id": 7, "status": "Failed", "status_text": "2 of 5 tasks failed",
        "total": 5, "failed": 2, "succeed": 3, "in_progress": 0, "trigger": "manual",
        "created_at": "2023-11-14T22:13:20.000000Z", "updated_at": "2023-11-14T22:13:25.000000Z"}], "total": 1}
        """)
    #expect(try cloud.ask(base + "/executions").object["total"] as? Int == 2)
    #expect(try cloud.ask(base + "/executions?policy_id=8").list("executions").first?["status"] == nil)
  }

  @Test(arguments: [
    ("policies?offset=0&limit=101", 400), ("policies?limit=100", 400), ("policies?offset=50&limit=100", 400),
    ("policies?order_column=size&offset=0&limit=10", 400), ("policies?order_type=asc&offset=0&limit=10", 400),
    ("policies?order_column=created_at&order_type=asc&offset=0&limit=10", 200), ("policies?name=third", 200),
    ("executions?policy_id=1&offset=5&limit=10", 400), ("executions?policy_id=9&offset=0&limit=10", 404),
    ("executions?policy_id=2&offset=0&limit=10", 403), ("executions?policy_id=3&offset=0&limit=10", 404),
    ("executions?policy_id=1&offset=0&limit=10", 200),
  ])
  func whatIsAskedWronglyIsRefused(target: String, status: Int) throws {
    var policies = ["first", "second", "third"].enumerated().map {
      SimulatedReplicationPolicy(id: .number(Int64($0 + 1)), name: $1)
    }
    policies[1].executionsRefusal = 403
    policies[2].executionsRefusal = 404
    let cloud = try cloud(policies)
    defer { cloud.stop() }
    let asked = try cloud.ask(base + "/" + target)
    #expect(asked.status == status, "\(asked.text)")
    #expect((asked.object["error_code"] as? String != nil) == (status != 200))
  }

  @Test func policiesAreSortedAndFiltered() throws {
    var policies = (1...30).map {
      SimulatedReplicationPolicy(
        id: .number($0), name: "p\($0 % 7)", sourceRegistry: $0 % 2 == 0 ? 5 : nil,
        destinationRegistry: $0 % 2 == 0 ? nil : 6)
    }
    for index in policies.indices { policies[index].createdAt = .at(Timestamp(seconds: Int64(index * 7 % 30))) }
    let cloud = try cloud(policies)
    defer { cloud.stop() }
    let ascending = try cloud.all(base + "/policies?order_column=created_at&order_type=asc", "policies")
    #expect(ascending.compactMap { time($0, "created_at")?.seconds } == (0..<30).map(Int64.init))
    #expect(try cloud.ask(base + "/policies?registry_id=5").object["total"] as? Int == 15)
    #expect(try cloud.ask(base + "/policies?name=p3").object["total"] as? Int == 4)
  }

  @Test func executionsAreShuffledButTheSameOnEveryPage() throws {
    let runs = (0..<260).map { execution(Int64($0), "Succeed", at: Int64(1_700_000_000 + $0)) }
    let policy = SimulatedReplicationPolicy(id: 1, name: "p", executions: SimulatedHistory(runs))
    func ids(_ order: ExecutionOrder) throws -> [String] {
      let cloud = try cloud([policy]) { $0.executionOrder = order }
      defer { cloud.stop() }
      return try cloud.all(base + "/executions?policy_id=1", "executions").compactMap { label($0) }
    }
    let inOrder = (0..<260).map(String.init)
    let shuffled = try ids(.shuffled(seed: 1))
    #expect(shuffled != inOrder && shuffled.sorted() == inOrder.sorted())
    #expect(
      Set(shuffled.prefix(100)) != Set(inOrder.prefix(100)) && Set(shuffled.prefix(100)) != Set(inOrder.suffix(100)))
    #expect(try ids(.shuffled(seed: 1)) == shuffled)
    #expect(try ids(.shuffled(seed: 2)) != shuffled)
    #expect(try ids(.oldestFirst) == inOrder)
    #expect(try ids(.newestFirst) == inOrder.reversed())
  }

  @Test func truthOfAHandWrittenHistory() throws {
    // The last two were created in the same second, of which that with the greater number is newer; the one without a
    // time is the oldest, whatever its id.
    let runs = [
      execution(900, "Failed", at: nil), execution(3, "Failed", at: 100), execution(4, "Succeed", at: 200),
      execution(5, "Failed", at: 300), execution(6, "Stopped", at: 400), execution(7, nil, at: 450),
      execution(9, "InProgress", at: 500), execution(10, "Failed", at: 500),
    ]
    let policy = SimulatedReplicationPolicy(
      id: "1", name: "p", sourceRegistry: 0, destinationRegistry: 24, trigger: "event_based",
      executions: SimulatedHistory(runs))
    let cloud = try cloud([policy])
    defer { cloud.stop() }
    let truth = try #require(cloud.world.replicationTruth(instanceID: "i", at: ManualTime.start)["1"])
    #expect(truth.registryID == "24" && truth.direction == "push" && truth.remoteNamespace == "library")
    #expect(truth.trigger == "event_based" && truth.scheduleInterval == nil && truth.isEnabled == true)
    let executions = try #require(truth.executions)
    #expect(executions.lastID == "10" && executions.lastStatus == "Failed")
    #expect(executions.lastTasks == ["succeed": 0, "failed": 1, "in_progress": 0, "stopped": 0])
    #expect(executions.lastCreated == Timestamp(seconds: 500) && executions.lastUpdated == Timestamp(seconds: 505))
    #expect(executions.lastSuccess == Timestamp(seconds: 205))
    #expect(executions.consecutiveFailures == 2)
    #expect(executions.executions == ["InProgress": 1, "Succeed": 1, "Failed": 4, "Stopped": 1, "unknown": 1])
  }

  @Test(
    arguments: [
      (nil, 5, "5", "push"), (0, 5, "5", "push"), (5, nil, "5", "pull"), (5, 0, "5", "pull"), (5, 6, "", ""),
      (nil, nil, "", ""), (0, 0, "", ""),
    ] as [(Int64?, Int64?, String, String)])
  func theFarEndIsTheOneThatIsThere(_ source: Int64?, _ destination: Int64?, registry: String, direction: String) throws
  {
    let policy = SimulatedReplicationPolicy(
      id: 1, name: "p", sourceRegistry: source.map { .number($0) },
      destinationRegistry: destination.map { .number($0) })
    let made = world { $0.instances = [SimulatedInstance(id: "i", name: "n", replicationPolicies: [policy])] }
    let truth = made.replicationTruth(instanceID: "i", at: ManualTime.start)["1"]
    #expect(truth?.registryID == registry && truth?.direction == direction)
    #expect(truth?.remoteNamespace == (direction == "push" ? "library" : ""))
    #expect(truth?.executions == nil && truth?.refusal == nil)
  }

  @Test func truthOfMoreThanAPageIsThatOfTheFirstAndTheLast() throws {
    let runs = (0..<250).map { execution(Int64($0), $0 < 120 ? "Failed" : "Succeed", at: Int64(1000 + $0)) }
    let policy = SimulatedReplicationPolicy(id: 1, name: "p", executions: SimulatedHistory(runs))
    func truth(_ order: ExecutionOrder) -> ReplicationExecutionsTruth? {
      let made = world {
        var instance = SimulatedInstance(id: "i", name: "n", replicationPolicies: [policy])
        instance.executionOrder = order
        $0.instances = [instance]
      }
      return made.replicationTruth(instanceID: "i", at: ManualTime.start)["1"]?.executions
    }
    #expect(truth(.oldestFirst)?.executions["Failed"] == 100 && truth(.oldestFirst)?.executions["Succeed"] == 50)
    #expect(truth(.newestFirst)?.executions["Failed"] == 50 && truth(.newestFirst)?.executions["Succeed"] == 100)
    #expect(truth(.oldestFirst)?.lastID == "249" && truth(.newestFirst)?.lastID == "249")
  }

  @Test(arguments: [false, true]) func generatedTruthIsWhatAReaderFinds(isHostile: Bool) throws {
    let made = World.generated(instances: 2, replicationPolicies: 40, seed: 5, isHostile: isHostile)
    let cloud = try CloudSimulator(world: made, time: ManualTime().source)
    defer { cloud.stop() }
    var neverRan = 0
    var refusals: Set<Int> = []
    for instance in made.projects[0].instances {
      let truth = made.replicationTruth(instanceID: instance.id, at: cloud.worldTime)
      let base = "/v2/\(projectID)/instances/\(instance.id)/replication"
      let policies = try cloud.all(base + "/policies", "policies")
      #expect(Set(policies.compactMap { label($0) }) == Set(truth.keys) && truth.count == 40)
      for policy in policies {
        let id = try #require(label(policy))
        let expected = try #require(truth[id])
        #expect(expected.name == policy["name"] as? String)
        if let refusal = expected.refusal {
          refusals.insert(refusal)
          #expect(try cloud.ask(base + "/executions?policy_id=\(id)").status == refusal)
          continue
        }
        let listed = try cloud.firstAndLastPage(base + "/executions?policy_id=\(id)", "executions")
        guard let executions = expected.executions else {
          neverRan += 1
          #expect(listed.isEmpty)
          continue
        }
        // Of each two, one is newer: without any sorting.
        func isNewer(_ left: [String: Any], _ right: [String: Any]) -> Bool {
          let (first, second) = (time(left, "created_at"), time(right, "created_at"))
          if first != second { return second.map { second in first.map { $0 > second } ?? false } ?? true }
          return Int(label(left) ?? "") ?? 0 > Int(label(right) ?? "") ?? 0
        }
        let newest = try #require(listed.first { candidate in !listed.contains { isNewer($0, candidate) } })
        #expect(label(newest) == executions.lastID)
        #expect(time(newest, "created_at") == executions.lastCreated)
        #expect(time(newest, "updated_at") == executions.lastUpdated)
        #expect(newest["failed"] as? Int64 == executions.lastTasks["failed"])
        let successes = listed.filter { $0["status"] as? String == "Succeed" }
        let success = successes.first { candidate in !successes.contains { isNewer($0, candidate) } }
        #expect(success.flatMap { time($0, "updated_at") } == executions.lastSuccess)
        let failures = listed.filter { run in
          run["status"] as? String == "Failed" && success.map { isNewer(run, $0) } ?? true
        }
        #expect(failures.count == executions.consecutiveFailures)
        for status in ["InProgress", "Succeed", "Failed", "Stopped"] {
          #expect(listed.count { $0["status"] as? String == status } == executions.executions[status])
        }
        #expect(listed.count == executions.executions.values.reduce(0, +))
        #expect(executions.executions.count == 5)
      }
      let names = policies.compactMap { $0["name"] as? String }
      #expect(Set(names).count < names.count)
      #expect(policies.contains { $0["id"] is String } && policies.contains { $0["id"] is Int64 })
      #expect(Set(truth.values.map(\.trigger)) == ["manual", "scheduled", "event_based", "unknown"])
      #expect(Set(truth.values.map(\.direction)) == ["push", "pull", ""])
    }
    #expect(neverRan > 0 && refusals == [403, 404])
  }
}
