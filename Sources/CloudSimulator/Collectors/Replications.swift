import HuaweiCloud

extension Operation {
  package static let listInstanceReplicationPolicies = Operation("ListInstanceReplicationPolicies")
  package static let listInstanceReplicationPolicyExecutions = Operation("ListInstanceReplicationPolicyExecutions")
}

extension Route {
  /// SWR Enterprise: the policies that replicate images, and what became of each run.
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

/// A replication policy of an instance; what is nil is left out of the answer.
package struct SimulatedReplicationPolicy: Sendable {
  package var id: SimulatedID?
  package var name: String?
  package var description = ""
  /// Where images are pulled from; 0 is no registry.
  package var sourceRegistry: SimulatedID?
  /// Where images are pushed to; 0 is no registry.
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
  /// The status that its executions are refused with.
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

/// One run of a replication policy; what is nil is left out of the answer.
package struct SimulatedReplicationExecution: Sendable {
  package static let statuses = ["InProgress", "Succeed", "Failed", "Stopped"]

  package var id: SimulatedID?
  package var status: String?
  package var statusText = ""
  /// Tasks, and of these how many are in which state.
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

  /// One whose tasks all share its status.
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
