import HuaweiCloud
import System

extension Collector {
  /// Whether replication to the target registries works and, if not, since when.
  package static let replications = Collector(
    "replications", "Replication policies of SWR Enterprise instances and how their executions end.",
    every: .seconds(600), targets: .instances,
    rows: .listing(
      ReplicationPolicy.self, in: "policies",
      .get(
        .swr, "ListInstanceReplicationPolicies", "/v2/{project_id}/instances/{instance_id}/replication/policies",
        permission: "swr:instance:listReplicationPolicies"),
      pages: .offset(), costs: .pages(of: .replicationPolicies)),
    watching: { WatchedObject(key: $0.id, name: $0.name ?? "", isConfigured: false) },
    labels: ["policy_id": { $0.id }, "policy": { $0.name }],
    metrics: [
      .count("huaweicloud_swr_replication_policies", "Replication policies of the SWR Enterprise instance."),
      .gauge("huaweicloud_swr_replication_policy_enabled", "Whether the replication policy is on.") { $0.isEnabled },
      .info(
        "huaweicloud_swr_replication_policy_info",
        "What the policy replicates: registry_id is the far end, direction push or pull seen from the instance.",
        [
          "registry_id": { $0.farEnd?.id }, "direction": { $0.farEnd?.direction }, "trigger": { $0.triggerName },
          "remote_namespace": { $0.farEnd?.direction == "push" ? $0.destinationNamespace : "" },
        ]),
      .gauge(
        "huaweicloud_swr_replication_policy_schedule_interval_seconds",
        "Longest time between two runs of the policy's schedule; absent without one, and where it is not understood."
      ) { $0.trigger.longestInterval },
    ],
    ask: .of(Replications.self) { setup in
      let executions = setup.asks(
        Listing(
          Replication.self, in: "executions",
          .get(
            .swr, "ListInstanceReplicationPolicyExecutions",
            "/v2/{project_id}/instances/{instance_id}/replication/executions",
            permission: "swr:instance:listReplicationPolicyExecutions"),
          pages: .offset()), costs: .each(.replicationPolicies))
      return { run, policy throws(CloudError) in
        .found(
          Replications(
            executions: try await run.executions(executions, of: policy.id, query: [("policy_id", policy.id)])))
      }
    },
    outcomes: [
      .each(
        { $0.executions.prefix(1) }, [:],
        [
          .states(
            "huaweicloud_swr_replication_last_execution_status",
            "Status of the policy's newest execution: 1 for the state it is in, 0 for the others.", Replication.states
          ) { $0.status },
          .gauges(
            "huaweicloud_swr_replication_last_execution_tasks", "Tasks of the policy's newest execution, by result.",
            by: "result"
          ) { $0.tasks },
          .gauge(
            "huaweicloud_swr_replication_last_execution_created_timestamp_seconds",
            "When the policy's newest execution was created, in Unix time."
          ) { $0.moment },
          .gauge(
            "huaweicloud_swr_replication_last_execution_updated_timestamp_seconds",
            "When the policy's newest execution last changed, in Unix time."
          ) { $0.updatedAt },
        ]),
      .gauge(
        "huaweicloud_swr_replication_last_success_timestamp_seconds",
        "When the policy's newest successful execution ended, in Unix time; absent where none is listed."
      ) { $0.lastSuccess },
      .gauge(
        "huaweicloud_swr_replication_consecutive_failures",
        "Failed executions since the last successful one, of those that are listed; absent where the policy never ran."
      ) { $0.consecutiveFailures },
      .gauges(
        "huaweicloud_swr_replication_executions", "Executions of the policy that are listed, by status.", by: "status"
      ) { $0.byStatus },
    ])
}

/// A replication policy of an SWR Enterprise instance.
struct ReplicationPolicy: ListedObject {
  let id: String
  let name: String?
  let isEnabled: Bool?
  let trigger: PolicyTrigger
  let destinationNamespace: String?
  private let source: String?
  private let destination: String?

  var identity: String { id }

  init(_ json: JSON) throws(JSONFault) {
    id = try json.required("id", \.identifier)
    name = json["name"].string
    isEnabled = json["enabled"].boolean
    trigger = PolicyTrigger(json["trigger"])
    destinationNamespace = json["dest_namespace"].string
    source = json["src_registry"]["id"].identifier
    destination = json["dest_registry"]["id"].identifier
  }

  /// The one registry other than the instance itself, and which way images go; nil if both or neither are others.
  var farEnd: (id: String, direction: String)? {
    let registries = [(source, "pull"), (destination, "push")].filter { $0.0 != nil && $0.0 != "0" }
    guard registries.count == 1, let only = registries.first, let id = only.0 else { return nil }
    return (id, only.1)
  }

  var triggerName: String {
    trigger.type.flatMap { ["manual", "scheduled", "event_based"].contains($0) ? $0 : nil } ?? "unknown"
  }
}

/// One execution of a replication policy.
struct Replication: PolicyExecution {
  let id: String
  let policyID: String?
  let status: String?
  let moment: Timestamp?
  let updatedAt: Timestamp?
  let tasks: [(String, Int64?)]

  var identity: String { id }

  init(_ json: JSON) throws(JSONFault) {
    id = try json.required("id", \.identifier)
    policyID = json["policy_id"].identifier
    status = json["status"].state
    moment = json["created_at"].timestamp
    updatedAt = json["updated_at"].timestamp
    // Assumption `task-counts`.
    tasks = ["succeed", "failed", "in_progress", "stopped"].map { ($0, json[$0].count) }
  }
}

/// The listed executions of a policy, newest first.
struct Replications: Sendable {
  let executions: [Replication]

  var lastSuccess: Timestamp? { executions.first { $0.status == "Succeed" }?.updatedAt }

  var consecutiveFailures: Int? {
    executions.isEmpty ? nil : executions.prefix { $0.status != "Succeed" }.count { $0.status == "Failed" }
  }

  var byStatus: [(String, Int)] {
    executions.isEmpty ? [] : executions.map { $0.status ?? "" }.counts(of: Replication.states)
  }
}
