import HuaweiCloud

extension Operation {
  package static let listInstanceRetentionPolicies = Operation("ListInstanceRetentionPolicies")
  package static let listInstanceRetentionPolicyExecutions = Operation("ListInstanceRetentionPolicyExecutions")
}

extension Route {
  /// SWR Enterprise: the policies that clean up, and what became of each run.
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

/// A retention policy of an instance; what is nil is left out of the answer.
package struct SimulatedRetentionPolicy: Sendable {
  package var id: SimulatedID?
  package var name: String?
  package var namespaceID: SimulatedID?
  package var namespaceName: String?
  package var isEnabled: Changing<Bool?>
  package var trigger: String?
  package var schedule: SimulatedSchedule?
  package var executions: SimulatedHistory<SimulatedRetentionExecution>
  /// The status that its executions are refused with.
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

/// One run of a retention policy; what is nil is left out of the answer.
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
