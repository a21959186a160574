import HuaweiCloud
import System

extension Collector {
  /// Whether clean-up runs.
  package static let retentions = Collector(
    "retentions", "Retention policies of SWR Enterprise instances and how their executions end.", every: .seconds(3600),
    targets: .instances,
    rows: .listing(
      RetentionPolicy.self, in: "retentions",
      .get(
        .swr, "ListInstanceRetentionPolicies", "/v2/{project_id}/instances/{instance_id}/retention/policies",
        permission: "swr:repository:listRetentionPolicies"),
      pages: .offset(), costs: .pages(of: .retentionPolicies)),
    watching: { WatchedObject(key: $0.id, name: $0.name ?? "", isConfigured: false) },
    labels: ["swr_namespace": { $0.namespace }, "policy_id": { $0.id }, "policy": { $0.name }],
    metrics: [
      .count("huaweicloud_swr_retention_policies", "Retention policies of the SWR Enterprise instance."),
      .gauge("huaweicloud_swr_retention_policy_enabled", "Whether the retention policy is on.") { $0.isEnabled },
      .gauge(
        "huaweicloud_swr_retention_policy_schedule_interval_seconds",
        "Longest time between two runs of the policy's schedule; absent without one, and where it is not understood."
      ) { $0.trigger.longestInterval },
    ],
    ask: .of(CleanUps.self) { setup in
      let executions = setup.asks(
        Listing(
          CleanUp.self, in: "executions",
          .get(
            .swr, "ListInstanceRetentionPolicyExecutions",
            "/v2/{project_id}/instances/{instance_id}/namespaces/{namespace}/retention/policies/{policy_id}/executions",
            permission: "swr:repository:listRetentionPolicyExecutions"),
          pages: .offset()), costs: .each(.retentionPolicies))
      return { run, policy throws(CloudError) in
        let place = ["namespace": policy.namespace, "policy_id": policy.id]
        return .found(
          CleanUps(
            executions: try await run.executions(executions, of: policy.id, filling: place).filter {
              $0.isDryRun != true
            }))
      }
    },
    outcomes: [
      .each(
        { $0.executions.prefix(1) }, [:],
        [
          .states(
            "huaweicloud_swr_retention_last_execution_status",
            "Status of the policy's newest execution that is no dry run: 1 for the state it is in, 0 for the others.",
            CleanUp.states
          ) { $0.status },
          .gauge(
            "huaweicloud_swr_retention_last_execution_timestamp_seconds",
            "When the policy's newest execution that is no dry run began, in Unix time."
          ) { $0.moment },
        ]),
      .gauge(
        "huaweicloud_swr_retention_last_success_timestamp_seconds",
        "When the policy's newest successful execution that is no dry run ended, in Unix time; absent where none is listed."
      ) { $0.executions.first { $0.status == "Succeed" }?.endedAt },
    ])
}

/// A retention policy of an SWR Enterprise instance.
struct RetentionPolicy: ListedObject {
  let id: String
  let name: String?
  let namespace: String
  let isEnabled: Bool?
  let trigger: PolicyTrigger

  var identity: String { id }

  init(_ json: JSON) throws(JSONFault) {
    id = try json.required("id", \.identifier)
    name = json["name"].string
    namespace = try json.required("namespace_name", \.identifier)
    isEnabled = json["enabled"].boolean
    trigger = PolicyTrigger(json["trigger"])
  }
}

/// One execution of a retention policy.
struct CleanUp: PolicyExecution {
  let id: String
  let policyID: String?
  let status: String?
  let isDryRun: Bool?
  let moment: Timestamp?
  let endedAt: Timestamp?

  var identity: String { id }

  init(_ json: JSON) throws(JSONFault) {
    id = try json.required("id", \.identifier)
    policyID = json["policy_id"].identifier
    status = json["status"].state
    isDryRun = json["dry_run"].boolean
    moment = json["start_time"].timestamp
    endedAt = json["end_time"].timestamp
  }
}

/// The listed executions of a policy that are no dry runs, newest first.
struct CleanUps: Sendable {
  let executions: [CleanUp]
}
