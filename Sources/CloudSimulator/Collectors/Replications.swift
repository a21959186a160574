import System

extension Operation {
  package static let listInstanceReplicationPolicies = Operation("ListInstanceReplicationPolicies")
  package static let listInstanceReplicationPolicyExecutions = Operation("ListInstanceReplicationPolicyExecutions")
}

extension Route {
  /// SWR Enterprise: the policies that replicate images, and their executions.
  static let replications = [
    Route(
      .listInstanceReplicationPolicies, path: "/v2/{project_id}/instances/{instance_id}/replication/policies",
      service: .swrEnterprise, answer: listPolicies),
    Route(
      .listInstanceReplicationPolicyExecutions,
      path: "/v2/{project_id}/instances/{instance_id}/replication/executions", service: .swrEnterprise,
      answer: listExecutions),
  ]

  private static func listPolicies(_ request: RouteRequest) throws(PageError) -> Reply {
    guard let instance = request.instance else { return request.missingInstance }
    let page = try OffsetPage(request)
    var policies = instance.replicationPolicies
    if let name = request.value("name") { policies = policies.filter { $0.name?.contains(name) ?? false } }
    if let id = request.value("registry_id") {
      policies = policies.filter { $0.sourceRegistry?.label == id || $0.destinationRegistry?.label == id }
    }
    policies = try request.ordered(
      policies,
      by: [
        "created_at": { $0.createdAt.sortKey < $1.createdAt.sortKey },
        "updated_at": { $0.updatedAt.sortKey < $1.updatedAt.sortKey },
        "name": { $0.name ?? "" < $1.name ?? "" },
      ])
    var json = request.writer()
    json.object {
      $0.array("policies") { json in
        for policy in page.elements(of: policies) { json.policy(policy, request) }
      }
      $0.integer("total", page.total(of: policies))
    }
    return .json(json)
  }

  private static func listExecutions(_ request: RouteRequest) throws(PageError) -> Reply {
    guard let instance = request.instance else { return request.missingInstance }
    let page = try OffsetPage(request)
    var policies = instance.replicationPolicies
    if let id = request.value("policy_id") {
      policies = policies.filter { $0.id?.label == id }
      guard let policy = policies.first else { return request.refusedExecutions(404) }
      if let status = policy.executionsRefusal { return request.refusedExecutions(status) }
    }
    let runs = policies.flatMap { policy in policy.executions.runs(request.now).map { (policy: policy, run: $0) } }
    let listing = instance.executionOrder.listing(of: runs, id: \.run.id)
    var json = request.writer()
    json.object {
      $0.array("executions") { json in
        for (policy, execution) in page.elements(of: listing) { json.execution(execution, of: policy) }
      }
      $0.integer("total", page.total(of: listing))
    }
    return .json(json)
  }
}

extension JSONWriter {
  fileprivate mutating func policy(_ policy: SimulatedReplicationPolicy, _ request: RouteRequest) {
    object(replacing: policy.replacements) {
      $0.id("id", policy.id)
      $0.string("name", policy.name)
      $0.string("description", policy.description)
      if let id = policy.sourceRegistry { $0.object("src_registry") { $0.id("id", id) } }
      if let id = policy.destinationRegistry { $0.object("dest_registry") { $0.id("id", id) } }
      $0.string("dest_namespace", policy.destinationNamespace)
      $0.array("filters") {
        $0.object {
          $0.string("type", "name")
          $0.string("value", "library/**")
        }
      }
      $0.string("repo_scope_mode", "regular")
      $0.trigger(policy.trigger, policy.schedule)
      $0.flag("override", policy.overrides)
      $0.flag("enabled", request.state(of: policy.isEnabled))
      $0.time("created_at", policy.createdAt, policy.times.text)
      $0.time("updated_at", policy.updatedAt, policy.times.text)
    }
  }

  fileprivate mutating func execution(
    _ execution: SimulatedReplicationExecution, of policy: SimulatedReplicationPolicy
  ) {
    object(replacing: execution.replacements) {
      $0.id("id", execution.id)
      $0.id("policy_id", policy.id)
      $0.string("status", execution.status)
      $0.string("status_text", execution.statusText)
      $0.integer("total", execution.total)
      $0.integer("failed", execution.failed)
      $0.integer("succeed", execution.succeeded)
      $0.integer("in_progress", execution.inProgress)
      $0.integer("stopped", execution.stopped)
      $0.string("trigger", execution.trigger)
      $0.time("created_at", execution.createdAt, execution.times.text)
      $0.time("updated_at", execution.updatedAt, execution.times.text)
    }
  }
}

/// A replication policy of an instance; properties that are nil are left out of the answer.
package struct SimulatedReplicationPolicy: Sendable {
  package var id: SimulatedID?
  package var name: String?
  package var description = ""
  /// The registry that images are pulled from; 0 is no registry.
  package var sourceRegistry: SimulatedID?
  /// The registry that images are pushed to; 0 is no registry.
  package var destinationRegistry: SimulatedID?
  package var destinationNamespace: String?
  package var trigger: String?
  package var schedule: SimulatedSchedule?
  package var overrides: Bool? = true
  package var isEnabled: Changing<Bool?>
  package var createdAt: SimulatedTime = .at(Timestamp(seconds: 1_704_067_200))
  package var updatedAt: SimulatedTime = .at(Timestamp(seconds: 1_704_153_600))
  /// How the times of the policy are written.
  package var times: TimePattern = .microseconds
  package var executions: SimulatedHistory<SimulatedReplicationExecution>
  /// The status with which listing its executions is refused, if any.
  package var executionsRefusal: Int?
  /// Raw JSON by field, as in `SimulatedInstance`.
  package var replacements: [String: String] = [:]

  package init(
    id: SimulatedID?, name: String?, sourceRegistry: SimulatedID? = nil, destinationRegistry: SimulatedID? = 1,
    destinationNamespace: String? = "library", trigger: String? = "manual", schedule: SimulatedSchedule? = nil,
    isEnabled: Changing<Bool?> = .always(true),
    executions: SimulatedHistory<SimulatedReplicationExecution> = SimulatedHistory()
  ) {
    self.id = id
    self.name = name
    self.sourceRegistry = sourceRegistry
    self.destinationRegistry = destinationRegistry
    self.destinationNamespace = destinationNamespace
    self.trigger = trigger
    self.schedule = schedule
    self.isEnabled = isEnabled
    self.executions = executions
  }
}

/// One run of a replication policy; properties that are nil are left out of the answer.
package struct SimulatedReplicationExecution: Sendable {
  package static let statuses = ["InProgress", "Succeed", "Failed", "Stopped"]

  package var id: SimulatedID?
  package var status: String?
  package var statusText = ""
  /// The number of tasks, of which the next fields tell how many are in which state.
  package var total: Int64?
  package var failed: Int64?
  package var succeeded: Int64?
  package var inProgress: Int64?
  package var stopped: Int64?
  package var trigger: String? = "manual"
  package var createdAt: SimulatedTime
  package var updatedAt: SimulatedTime
  /// How its times are written.
  package var times: TimePattern
  /// Raw JSON by field, as in `SimulatedInstance`.
  package var replacements: [String: String] = [:]

  /// Creates an execution whose tasks all share its status.
  package init(
    id: SimulatedID?, status: String?, tasks: Int64 = 1, createdAt: SimulatedTime, updatedAt: SimulatedTime,
    times: TimePattern = .microseconds
  ) {
    self.id = id
    self.status = status
    total = tasks
    failed = status == "Failed" ? tasks : 0
    succeeded = status == "Succeed" ? tasks : 0
    inProgress = status == "InProgress" ? tasks : 0
    stopped = status == "Stopped" ? tasks : 0
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.times = times
  }
}

extension GeneratedProject {
  /// Returns policies that push, pull, both or neither, have various triggers, and have no executions, some, or more
  /// than fit on a page.
  ///
  /// Every sixth has the name of the one before.
  func replicationPolicies(_ count: Int, instance: Int) -> [SimulatedReplicationPolicy] {
    (0..<count).map { index in
      let own = SeededHash(seed: hash.bits(20, instance, index))
      let id = Int64(100 + index)
      var policy = SimulatedReplicationPolicy(
        id: index % 5 == 4 ? .text(String(id)) : .number(id),
        name: name("policy", index % 6 == 5 ? index - 1 : index))
      let registry = SimulatedID.number(Int64(1 + index % 3))
      let ends: [(SimulatedID?, SimulatedID?)] = [
        (nil, registry), (0, registry), (registry, nil), (registry, 0), (nil, .text(registry.label)),
        (registry, registry), (nil, nil), (0, 0),
      ]
      (policy.sourceRegistry, policy.destinationRegistry) = ends[index % ends.count]
      policy.destinationNamespace = index % 10 == 9 ? nil : name("far", index % 4)
      policy.trigger = ["scheduled", "scheduled", "event_based", "manual", "full_moon", nil][own.number(below: 6, 1)]
      if policy.trigger == "scheduled" || index % 7 == 3 {
        policy.schedule = SimulatedSchedule.each[round: index]
      }
      policy.isEnabled = .always(index % 9 == 8 ? nil : own.number(below: 4, 2) > 0)
      policy.createdAt = .at(time(index, 21))
      policy.times = TimePattern.allCases[round: index]
      let runs = [0, 260, 1, 30, 101, 7, 180, 99][index % 8]
      policy.executions = SimulatedHistory { _ in
        (0..<runs).map { replicationExecution($0, of: runs, policy: id, own, succeeds: index % 11 != 10) }
      }
      policy.executionsRefusal = [15: 404, 16: 403][index % 17]
      return policy
    }
  }

  private func replicationExecution(
    _ number: Int, of runs: Int, policy: Int64, _ own: SeededHash, succeeds: Bool
  ) -> SimulatedReplicationExecution {
    let id = policy * 1000 + Int64(number)
    let (began, ended) = times(ofRun: number, of: runs, own)
    var execution = SimulatedReplicationExecution(
      id: number % 6 == 5 ? .text(String(id)) : .number(id), status: status(ofRun: number, own, succeeds: succeeds),
      tasks: Int64(own.number(below: 40, 5, number)), createdAt: began, updatedAt: ended,
      times: TimePattern.allCases[own.number(below: TimePattern.allCases.count, 6, number)])
    execution.statusText = execution.status == "Failed" ? "some tasks failed" : ""
    if number % 11 == 10 { execution.failed = nil }
    return execution
  }
}

extension DemoProject {
  /// The policies of the demo: one that works, one that fails and recovers, one that stops succeeding, one that never
  /// ran, and one that is off.
  var replicationPolicies: [SimulatedReplicationPolicy] {
    let everyMinute = SimulatedSchedule(cron: "0 * * * * *", longestGap: .seconds(60))
    var policies = [
      SimulatedReplicationPolicy(
        id: 1, name: "to-dr", destinationRegistry: 24, destinationNamespace: "platform", trigger: "event_based",
        executions: replicationExecutions(1, every: 15) { _, _ in true }),
      SimulatedReplicationPolicy(
        id: 2, name: "to-onprem", destinationRegistry: 25, destinationNamespace: "mirror", trigger: "event_based",
        executions: replicationExecutions(2, every: 10) { number, _ in ((number % 9) + 9) % 9 < 5 }),
      SimulatedReplicationPolicy(
        id: 3, name: "to-hongkong", destinationRegistry: 26, destinationNamespace: "platform",
        trigger: "scheduled", schedule: everyMinute,
        executions: replicationExecutions(3, every: 60) { [beginning] _, began in began <= beginning }),
      SimulatedReplicationPolicy(
        id: 4, name: "pull-from-partner", sourceRegistry: 28, destinationRegistry: nil, destinationNamespace: nil),
      SimulatedReplicationPolicy(
        id: 5, name: "to-edge", destinationRegistry: 27, trigger: "scheduled", schedule: everyMinute,
        isEnabled: .always(false),
        executions: SimulatedHistory([
          SimulatedReplicationExecution(id: 5000, status: "Stopped", tasks: 3, createdAt: ago(9), updatedAt: ago(9))
        ])),
    ]
    for index in policies.indices { policies[index].createdAt = ago(200 - index) }
    return Array(policies.prefix(isProduction ? 5 : 2))
  }

  /// Returns executions of which each takes a third of the time to the next one; the last fifty are listed, as in the
  /// registry that SWR builds on.
  private func replicationExecutions(
    _ policy: Int, every seconds: Int, succeeds: @escaping @Sendable (_ number: Int, _ began: Timestamp) -> Bool
  ) -> SimulatedHistory<SimulatedReplicationExecution> {
    let pace = SteadyPace(start: wholeMinute, interval: .seconds(seconds), kept: 50)
    return SimulatedHistory { now in
      pace.runs(at: now).map { number, began, age in
        let duration = Duration.seconds(Double(seconds) / 3)
        let isRunning = age < duration
        let hasSucceeded = succeeds(number, began)
        var execution = SimulatedReplicationExecution(
          id: .number(Int64(policy * 1_000_000 + 100_000 + number)),
          status: isRunning ? "InProgress" : hasSucceeded ? "Succeed" : "Failed", tasks: 4, createdAt: .at(began),
          updatedAt: .at(isRunning ? now : began + duration))
        if !isRunning, !hasSucceeded {
          (execution.succeeded, execution.failed) = (1, 3)
          execution.statusText = "3 of 4 tasks failed"
        }
        return execution
      }
    }
  }
}

/// The truth about a replication policy.
package struct ReplicationTruth: Sendable, Hashable {
  package var name: String
  package var isEnabled: Bool?
  /// The id of the remote registry, empty if there is none or more than one.
  package var registryID = ""
  /// `push`, `pull` or empty.
  package var direction = ""
  package var remoteNamespace = ""
  /// One of the documented triggers, or `unknown`.
  package var trigger: String
  package var scheduleInterval: Duration?
  /// The status with which listing the executions is refused, if any; nothing is known about them then.
  package var refusal: Int?
  /// The truth about the executions, or nil if there are none or they are refused.
  package var executions: ReplicationExecutionsTruth?
}

/// The truth about the executions of a policy that are on the first and the last page of their listing.
package struct ReplicationExecutionsTruth: Sendable, Hashable {
  /// The id of the newest execution; the four properties after it are of the same one.
  package var lastID: String
  package var lastStatus: String
  package var lastTasks: [String: Int64]
  package var lastCreated: Timestamp?
  package var lastUpdated: Timestamp?
  /// The time at which the newest execution that succeeded was updated.
  package var lastSuccess: Timestamp?
  /// The number of failed executions that are newer than the newest that succeeded.
  package var consecutiveFailures: Int
  /// The number of executions by status, including 0.
  package var executions: [String: Int]
}

extension World {
  /// Returns the truth about an instance's replication policies at a time, by id; of several with one id, the first
  /// counts.
  package func replicationTruth(instanceID: String, at now: Timestamp) -> [String: ReplicationTruth] {
    guard let instance = instance(instanceID) else { return [:] }
    let all = instance.replicationPolicies.compactMap { policy in
      policy.id.map { ($0.label, policy.truth(at: now, since: beginning, order: instance.executionOrder)) }
    }
    return Dictionary(all) { first, _ in first }
  }
}

extension SimulatedReplicationPolicy {
  fileprivate func truth(at now: Timestamp, since beginning: Timestamp, order: ExecutionOrder) -> ReplicationTruth {
    var truth = ReplicationTruth(
      name: name ?? "", isEnabled: isEnabled.state(at: now, since: beginning).value,
      trigger: knownStatus(trigger, ["manual", "scheduled", "event_based"]))
    let source = sourceRegistry?.label == "0" ? nil : sourceRegistry
    let destination = destinationRegistry?.label == "0" ? nil : destinationRegistry
    if let destination, source == nil {
      (truth.registryID, truth.direction) = (destination.label, "push")
      truth.remoteNamespace = destinationNamespace ?? ""
    } else if let source, destination == nil {
      (truth.registryID, truth.direction) = (source.label, "pull")
    }
    if trigger == "scheduled" { truth.scheduleInterval = schedule?.longestGap }
    truth.refusal = executionsRefusal
    guard executionsRefusal == nil else { return truth }
    let listing = order.listing(of: executions.runs(now), id: \.id)
    truth.executions = ReplicationExecutionsTruth(firstAndLastPage(of: listing, id: \.id))
    return truth
  }
}

extension ReplicationExecutionsTruth {
  fileprivate init?(_ listed: [SimulatedReplicationExecution]) {
    func recency(_ execution: SimulatedReplicationExecution) -> Recency {
      Recency(time: execution.times.shown(execution.createdAt), id: execution.id ?? "")
    }
    let newestFirst = listed.sorted { recency($1) < recency($0) }
    guard let last = newestFirst.first else { return nil }
    let statuses = newestFirst.map(\.status)
    let success = newestFirst.first { $0.status == "Succeed" }
    lastID = last.id?.label ?? ""
    lastStatus = knownStatus(last.status, SimulatedReplicationExecution.statuses)
    lastTasks = [
      "succeed": last.succeeded, "failed": last.failed, "in_progress": last.inProgress, "stopped": last.stopped,
    ].compactMapValues(\.self)
    lastCreated = last.times.shown(last.createdAt)
    lastUpdated = last.times.shown(last.updatedAt)
    lastSuccess = success.flatMap { $0.times.shown($0.updatedAt) }
    consecutiveFailures = statuses.prefix { $0 != "Succeed" }.count { $0 == "Failed" }
    executions = countedStatuses(statuses, known: SimulatedReplicationExecution.statuses)
  }
}
