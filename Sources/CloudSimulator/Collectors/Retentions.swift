import System

extension Operation {
  package static let listInstanceRetentionPolicies = Operation("ListInstanceRetentionPolicies")
  package static let listInstanceRetentionPolicyExecutions = Operation("ListInstanceRetentionPolicyExecutions")
}

extension Route {
  /// SWR Enterprise: the policies that clean up, and their executions.
  static let retentions = [
    Route(
      .listInstanceRetentionPolicies, path: "/v2/{project_id}/instances/{instance_id}/retention/policies",
      service: .swrEnterprise, answer: listPolicies),
    Route(
      .listInstanceRetentionPolicyExecutions,
      path:
        "/v2/{project_id}/instances/{instance_id}/namespaces/{namespace}/retention/policies/{policy_id}/executions",
      service: .swrEnterprise, answer: listExecutions),
  ]

  private static func listPolicies(_ request: RouteRequest) throws(PageError) -> Reply {
    guard let instance = request.instance else { return request.missingInstance }
    let page = try OffsetPage(request)
    var policies = instance.retentionPolicies
    if let name = request.value("name") { policies = policies.filter { $0.name?.contains(name) ?? false } }
    if let id = request.value("namespace_id") { policies = policies.filter { $0.namespaceID?.label == id } }
    var json = request.writer()
    json.object {
      $0.array("retentions") { json in
        for policy in page.elements(of: policies) { json.policy(policy, request) }
      }
      $0.integer("total", page.total(of: policies))
    }
    return .json(json)
  }

  private static func listExecutions(_ request: RouteRequest) throws(PageError) -> Reply {
    guard let instance = request.instance else { return request.missingInstance }
    let page = try OffsetPage(request)
    let policy = instance.retentionPolicies.first {
      $0.id?.label == request.parameters["policy_id"] && $0.namespaceName == request.parameters["namespace"]
    }
    guard let policy else { return request.refusedExecutions(404) }
    if let status = policy.executionsRefusal { return request.refusedExecutions(status) }
    let listing = instance.executionOrder.listing(of: policy.executions.runs(request.now), id: \.id)
    var json = request.writer()
    json.object {
      $0.array("executions") { json in
        for execution in page.elements(of: listing) {
          json.object(replacing: execution.replacements) {
            $0.id("id", execution.id)
            $0.id("policy_id", policy.id)
            $0.flag("dry_run", execution.isDryRun)
            $0.string("status", execution.status)
            $0.string("trigger", execution.trigger)
            $0.time("start_time", execution.startedAt, execution.times.text)
            $0.time("end_time", execution.endedAt, execution.times.text)
          }
        }
      }
      $0.integer("total", page.total(of: listing))
    }
    return .json(json)
  }
}

extension JSONWriter {
  fileprivate mutating func policy(_ policy: SimulatedRetentionPolicy, _ request: RouteRequest) {
    object(replacing: policy.replacements) {
      $0.id("id", policy.id)
      $0.string("name", policy.name)
      $0.id("namespace_id", policy.namespaceID)
      $0.string("namespace_name", policy.namespaceName)
      $0.flag("enabled", request.state(of: policy.isEnabled))
      $0.string("algorithm", "or")
      $0.trigger(policy.trigger, policy.schedule)
      $0.array("rules") {
        $0.object {
          $0.integer("id", 1)
          $0.string("template", "latestPushedK")
          $0.flag("disabled", false)
          $0.object("params") { $0.integer("latestPushedK", 10) }
        }
      }
    }
  }
}

/// A retention policy of an instance; properties that are nil are left out of the answer.
package struct SimulatedRetentionPolicy: Sendable {
  package var id: SimulatedID?
  package var name: String?
  package var namespaceID: SimulatedID?
  package var namespaceName: String?
  package var isEnabled: Changing<Bool?>
  package var trigger: String?
  package var schedule: SimulatedSchedule?
  package var executions: SimulatedHistory<SimulatedRetentionExecution>
  /// The status with which listing its executions is refused, if any.
  package var executionsRefusal: Int?
  /// Raw JSON by field, as in `SimulatedInstance`.
  package var replacements: [String: String] = [:]

  package init(
    id: SimulatedID?, name: String?, namespaceID: SimulatedID? = 1, namespaceName: String? = "library",
    isEnabled: Changing<Bool?> = .always(true), trigger: String? = "manual", schedule: SimulatedSchedule? = nil,
    executions: SimulatedHistory<SimulatedRetentionExecution> = SimulatedHistory()
  ) {
    self.id = id
    self.name = name
    self.namespaceID = namespaceID
    self.namespaceName = namespaceName
    self.isEnabled = isEnabled
    self.trigger = trigger
    self.schedule = schedule
    self.executions = executions
  }
}

/// One run of a retention policy; properties that are nil are left out of the answer.
package struct SimulatedRetentionExecution: Sendable {
  package static let statuses = ["InProgress", "Succeed", "Failed", "Stopped"]

  package var id: SimulatedID?
  package var isDryRun: Bool?
  package var status: String?
  package var trigger: String? = "manual"
  package var startedAt: SimulatedTime
  package var endedAt: SimulatedTime
  /// How its times are written.
  package var times: TimePattern
  /// Raw JSON by field, as in `SimulatedInstance`.
  package var replacements: [String: String] = [:]

  package init(
    id: SimulatedID?, isDryRun: Bool? = false, status: String?, startedAt: SimulatedTime, endedAt: SimulatedTime,
    times: TimePattern = .milliseconds
  ) {
    self.id = id
    self.isDryRun = isDryRun
    self.status = status
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.times = times
  }
}

extension GeneratedProject {
  /// Returns policies for the namespaces in turn: some never ran, some only as dry runs, some a few times, and some
  /// more often than fits on a page.
  func retentionPolicies(
    _ count: Int, instance: Int, namespaces: [SimulatedNamespace]
  ) -> [SimulatedRetentionPolicy] {
    (0..<count).map { index in
      let own = SeededHash(seed: hash.bits(28, instance, index))
      let id = Int64(300 + index)
      let namespace = namespaces[round: index]
      var policy = SimulatedRetentionPolicy(
        id: index % 5 == 4 ? .text(String(id)) : .number(id),
        name: name("retention", index % 6 == 5 ? index - 1 : index), namespaceID: .number(namespace.id),
        namespaceName: index % 23 == 22 ? nil : namespace.name)
      policy.trigger = ["scheduled", "manual", "scheduled", "webhook", nil][own.number(below: 5, 1)]
      if policy.trigger == "scheduled" { policy.schedule = SimulatedSchedule.each[round: index] }
      policy.isEnabled = .always(index % 9 == 8 ? nil : own.number(below: 4, 2) > 0)
      let runs = [0, 12, 120, 3, 260, 60][index % 6]
      policy.executions = SimulatedHistory { _ in
        (0..<runs).map { number in
          let run = id * 1000 + Int64(number)
          let (began, ended) = times(ofRun: number, of: runs, own)
          return SimulatedRetentionExecution(
            id: number % 6 == 5 ? .text(String(run)) : .number(run),
            isDryRun: runs == 3 || own.number(below: 4, 8, number) == 0 ? true : number % 14 == 13 ? nil : false,
            status: status(ofRun: number, own, succeeds: index % 11 != 10), startedAt: began, endedAt: ended,
            times: TimePattern.allCases[own.number(below: TimePattern.allCases.count, 6, number)])
        }
      }
      policy.executionsRefusal = [15: 404, 16: 403][index % 17]
      return policy
    }
  }
}

extension DemoProject {
  /// The policies of the demo: one works, one stops running half a minute after the beginning, and one is off.
  var retentionPolicies: [SimulatedRetentionPolicy] {
    let everyMinute = SimulatedSchedule(cron: "0 * * * * *", longestGap: .seconds(60))
    let policies = [
      SimulatedRetentionPolicy(
        id: 11, name: "keep-ten", namespaceID: 80, namespaceName: "platform", trigger: "scheduled",
        schedule: everyMinute, executions: retentionExecutions(11, until: nil)),
      SimulatedRetentionPolicy(
        id: 12, name: "keep-a-month", namespaceID: 81, namespaceName: "payments", trigger: "scheduled",
        schedule: everyMinute, executions: retentionExecutions(12, until: beginning + .seconds(30))),
      SimulatedRetentionPolicy(
        id: 13, name: "try-out", namespaceID: 82, namespaceName: "web", isEnabled: .always(false),
        executions: SimulatedHistory([
          SimulatedRetentionExecution(
            id: 13_000, isDryRun: true, status: "Succeed", startedAt: ago(40), endedAt: ago(40))
        ])),
    ]
    return Array(policies.prefix(isProduction ? 3 : 1))
  }

  private func retentionExecutions(
    _ policy: Int, until end: Timestamp?
  ) -> SimulatedHistory<SimulatedRetentionExecution> {
    let pace = SteadyPace(start: wholeMinute, interval: .seconds(60), kept: 50, end: end)
    return SimulatedHistory { now in
      pace.runs(at: now).map { number, began, age in
        let isRunning = age < .seconds(8)
        var execution = SimulatedRetentionExecution(
          id: .number(Int64(policy * 1_000_000 + 100_000 + number)), status: isRunning ? "InProgress" : "Succeed",
          startedAt: .at(began), endedAt: isRunning ? .never : .at(began + .seconds(8)))
        execution.trigger = "scheduled"
        return execution
      }
    }
  }
}

/// The truth about a retention policy, without dry runs.
package struct RetentionTruth: Sendable, Hashable {
  package var name: String
  package var namespace: String
  package var isEnabled: Bool?
  package var scheduleInterval: Duration?
  /// The status with which listing the executions is refused, if any; nothing is known about them then.
  package var refusal: Int?
  /// The id of the newest execution, or nil if there is none; the two properties after it are of the same one.
  package var lastID: String?
  package var lastStatus: String?
  package var lastStart: Timestamp?
  /// The end of the newest execution that succeeded.
  package var lastSuccess: Timestamp?
}

extension World {
  /// Returns the truth about an instance's retention policies at a time, by id.
  ///
  /// Policies without a namespace are left out, since their executions can't be asked for.
  package func retentionTruth(instanceID: String, at now: Timestamp) -> [String: RetentionTruth] {
    guard let instance = instance(instanceID) else { return [:] }
    let all = instance.retentionPolicies.compactMap { policy -> (String, RetentionTruth)? in
      guard let id = policy.id, let namespace = policy.namespaceName else { return nil }
      var truth = RetentionTruth(
        name: policy.name ?? "", namespace: namespace,
        isEnabled: policy.isEnabled.state(at: now, since: beginning).value,
        scheduleInterval: policy.trigger == "scheduled" ? policy.schedule?.longestGap : nil,
        refusal: policy.executionsRefusal)
      if policy.executionsRefusal == nil {
        let listing = instance.executionOrder.listing(of: policy.executions.runs(now), id: \.id)
        truth.add(firstAndLastPage(of: listing, id: \.id).filter { $0.isDryRun != true })
      }
      return (id.label, truth)
    }
    return Dictionary(all) { first, _ in first }
  }
}

extension RetentionTruth {
  fileprivate mutating func add(_ listed: [SimulatedRetentionExecution]) {
    func recency(_ execution: SimulatedRetentionExecution) -> Recency {
      Recency(time: execution.times.shown(execution.startedAt), id: execution.id ?? "")
    }
    let newestFirst = listed.sorted { recency($1) < recency($0) }
    guard let last = newestFirst.first else { return }
    let success = newestFirst.first { $0.status == "Succeed" }
    lastID = last.id?.label
    lastStatus = knownStatus(last.status, SimulatedRetentionExecution.statuses)
    lastStart = last.times.shown(last.startedAt)
    lastSuccess = success.flatMap { $0.times.shown($0.endedAt) }
  }
}
