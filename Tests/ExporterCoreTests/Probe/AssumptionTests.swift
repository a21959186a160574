import CloudSimulator
import ExporterCore
import Foundation
import HTTPTransport
import HuaweiCloud
import System
import TestSupport
import Testing

import struct CloudSimulator.Operation
import struct CloudSimulator.Route

/// A report about a simulated account: its Markdown and its verdicts.
func accountReport(
  _ cloud: CloudSimulator, collectors: String? = nil, credentials: String = "{token: t}"
) async throws -> (report: AccountReport, result: SingleCollection.Result) {
  let yaml = """
    projects:
      - {name: the-name-of-the-project, region: cn-north-4, project_id: \(SmallCloud.projectID),
         credentials: \(credentials), requests_per_second: 100000, \(endpoints(cloud.url))\
    \(collectors.map { ", collectors: \($0)" } ?? "")}
    """
  let configuration = try Configuration(yaml: Array(yaml.utf8), source: "test.yaml", environment: [:])
    .completed(by: .standard)
  let transport = HTTPClient()
  defer { transport.shutdown() }
  let answers = AnswerLog(limit: Probe.requests)
  let result = await SingleCollection(
    configuration: configuration, transport: transport, build: BuildInformation(), environment: [:], log: silence,
    probe: .kept(in: answers)
  ).run()
  return (AccountReport(result, answers: answers, of: configuration, version: "1.0.0"), result)
}

/// Each assumption is made to hold, not to hold, and not to be seen.
@Suite struct AssumptionTests {
  struct Reply: Sendable {
    let operation: Operation
    var status = 200
    let body: String

    init(_ operation: Operation, _ status: Int, _ body: String) {
      self.operation = operation
      self.status = status
      self.body = body
    }
  }

  /// Replies in place of the simulated ones.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let holds: [Reply]
    let fails: [Reply]
    let unseen: [Reply]

    init(_ name: String, holds: [Reply], fails: [Reply], unseen: [Reply]) {
      self.name = name
      self.holds = holds
      self.fails = fails
      self.unseen = unseen
    }

    /// One operation, whose answer is this.
    init(
      _ name: String, _ operation: Operation, holds: String, fails: String, unseen: String, beside: [Reply] = []
    ) {
      self.init(
        name, holds: [Reply(operation, 200, holds)] + beside, fails: [Reply(operation, 200, fails)] + beside,
        unseen: [Reply(operation, 200, unseen)] + beside)
    }

    /// One operation, which is refused where the assumption is not to hold, or to.
    init(_ name: String, _ operation: Operation, holds: Reply, fails: Reply, unseen: Reply) {
      self.init(name, holds: [holds], fails: [fails], unseen: [unseen])
    }

    var testDescription: String { name }
  }

  private static func time(daysAgo days: Double) -> String {
    let now = Double(TimeSource.system.now().seconds)
    return Date(timeIntervalSince1970: now - 86_400 * days - 60).formatted(.iso8601)
  }

  private static func executions(_ days: [Int], _ tasks: String = "") -> String {
    let list = days.map { #"{"id":\#($0),"status":"Succeed","created_at":"2026-01-0\#($0)T00:00:00Z"\#(tasks)}"# }
    return #"{"executions":[\#(list.joined(separator: ","))],"total":\#(list.count)}"#
  }

  private static func mirror(isEnabled: Bool, daysAgo days: Double) -> String {
    #"{"id":1,"update_status":"finished","mirroring_enabled":\#(isEnabled),"last_update_at":"\#(time(daysAgo: days))"}"#
  }

  private static func registries(_ days: [Int], total: Int? = nil) -> String {
    let list = days.map { #"{"id":\#($0),"created_at":"\#(2000 + $0)-01-01T00:00:00Z"}"# }
    return #"{"registries":[\#(list.joined(separator: ","))],"total":\#(total ?? days.count)}"#
  }

  private static func rules(to region: String = "r", isAutomatic: Bool, count: Int = 1) -> String {
    let list = (0..<count).map {
      #"{"id":\#($0),"remoteRegionId":"\#(region)","remoteNamespace":"n","syncAuto":\#(isAutomatic)}"#
    }
    return "[\(list.joined(separator: ","))]"
  }

  private static func jobs(to region: String, _ days: [Int] = [1]) -> String {
    let list = days.map {
      #"{"id":\#($0),"remoteRegionId":"\#(region)","remoteNamespace":"n","createdAt":"2026-01-0\#($0)T00:00:00Z"}"#
    }
    return "[\(list.joined(separator: ","))]"
  }

  private static func failure(_ operation: Operation, _ status: Int, _ code: String) -> Reply {
    Reply(operation, status, #"{"error_code":"\#(code)","error_msg":"no"}"#)
  }

  private static let noCleanUps = Reply(.listInstanceRetentionPolicyExecutions, 200, #"{"executions":[],"total":0}"#)
  private static let noRepositories = Reply(.listInstanceRepositories, 200, #"{"repositories":[],"total":0}"#)
  private static let oneCodeRepository = Reply(.listUserRepositories, 200, #"[{"id":101}]"#)
  private static let storage = Reply(.listInstanceStatistics, 200, #"{"storage_used":5000000}"#)
  /// No other listing says anything about pages.
  private static let noMorePages = [
    noRepositories, Reply(.listInstances, 200, #"{"instances":[{"id":"instance-a","status":"Running"}]}"#),
    Reply(.listInstanceNamespaces, 200, #"{"namespaces":[],"total":0}"#),
    Reply(.listInstanceLtCredentials, 200, #"{"auth_tokens":[],"total":0}"#),
    Reply(.listInstanceReplicationPolicies, 200, #"{"policies":[],"total":0}"#),
    Reply(.listInstanceRetentionPolicies, 200, #"{"retentions":[],"total":0}"#),
  ]

  private static let ofReplications = [
    Case(
      "executions-ordered", .listInstanceReplicationPolicyExecutions, holds: executions([3, 2, 1]),
      fails: executions([2, 3, 1]), unseen: executions([2]), beside: [noCleanUps]),
    Case(
      "task-counts", .listInstanceReplicationPolicyExecutions,
      holds: executions([1], #","total":3,"succeed":1,"failed":1,"in_progress":1,"stopped":0"#),
      fails: executions([1], #","total":4,"succeed":1,"failed":1,"in_progress":1,"stopped":0"#), unseen: executions([1])
    ),
  ]

  private static let ofMirrorsAndRules = [
    Case(
      "mirror-schedule", .showRemoteMirror, holds: mirror(isEnabled: true, daysAgo: 0),
      fails: mirror(isEnabled: true, daysAgo: 9), unseen: mirror(isEnabled: false, daysAgo: 9)),
    Case(
      "no-mirror-is-404", .showRemoteMirror, holds: failure(.showRemoteMirror, 404, "CH.004404"),
      fails: Reply(.showRemoteMirror, 200, "{}"),
      unseen: Reply(.showRemoteMirror, 200, mirror(isEnabled: true, daysAgo: 0))),
    Case(
      "switched-off-rules", .listImageAutoSyncRepos, holds: rules(isAutomatic: false),
      fails: rules(to: "q", isAutomatic: true),
      unseen: rules(isAutomatic: true), beside: [Reply(.showSyncJob, 200, jobs(to: "r"))]),
    Case(
      "rules-in-one-answer", .listImageAutoSyncRepos, holds: rules(isAutomatic: true),
      fails: rules(isAutomatic: true, count: 100), unseen: "[]"),
    Case(
      "no-jobs-is-empty", .showSyncJob, holds: Reply(.showSyncJob, 200, "[]"),
      fails: failure(.showSyncJob, 404, "SVCSTG.SWR.4040011"), unseen: Reply(.showSyncJob, 200, jobs(to: "r"))),
    Case(
      "jobs-newest-first", .showSyncJob, holds: jobs(to: "r", [2, 1]), fails: jobs(to: "r", [1, 2]),
      unseen: jobs(to: "r", [1])),
  ]

  private static let ofPages = [
    Case(
      "markers-are-integers", .listInstanceAllArtifacts, holds: #"{"artifacts":[],"next_marker":7}"#,
      fails: #"{"artifacts":[],"next_marker":"7"}"#, unseen: #"{"artifacts":[]}"#),
    Case(
      "pages-are-full", .listInstanceRegistries, holds: registries(Array(1...100), total: 130),
      fails: registries(Array(1...40), total: 130), unseen: registries(Array(1...40)), beside: noMorePages),
    Case(
      "total-is-of-all", .listInstanceRegistries, holds: registries(Array(1...100), total: 130),
      fails: registries(Array(1...40), total: 39), unseen: registries(Array(1...100)), beside: noMorePages),
    Case(
      "listings-in-order", .listInstanceRegistries, holds: registries([1, 2]), fails: registries([2, 1]),
      unseen: registries([1]), beside: [noRepositories, oneCodeRepository]),
    Case(
      "newer-listing", .listRepositoriesByMarker, holds: Reply(.listRepositoriesByMarker, 200, #"{"repos":[]}"#),
      fails: failure(.listRepositoriesByMarker, 404, "APIGW.0101"),
      unseen: failure(.listRepositoriesByMarker, 400, "SVCSTG.SWR.4000014")),
    Case(
      "caches-in-one-answer", .listImageCaches, holds: #"{"image_caches":[{"id":1}]}"#,
      fails: #"{"image_caches":[{"id":1}],"total":60}"#, unseen: #"{"image_caches":[]}"#),
  ]

  private static let ofInstances = [
    Case(
      "artifacts-everywhere", .listInstanceAllArtifacts, holds: failure(.listInstanceAllArtifacts, 404, "APIGW.0101"),
      fails: failure(.listInstanceAllArtifacts, 404, "SWR.404001"),
      unseen: Reply(.listInstanceAllArtifacts, 200, #"{"artifacts":[]}"#)),
    Case(
      "artifacts-name-their-repository", .listInstanceAllArtifacts,
      holds: #"{"artifacts":[{"id":1,"repository_name":"a"}]}"#, fails: #"{"artifacts":[{"id":1}]}"#,
      unseen: #"{"artifacts":[]}"#),
    Case(
      "never-pulled", .listInstanceAllArtifacts,
      holds: #"{"artifacts":[{"id":1,"pull_time":"0001-01-01T00:00:00.000Z"}]}"#, fails: #"{"artifacts":[{"id":1}]}"#,
      unseen: #"{"artifacts":[{"id":1,"pull_time":"2026-01-01T00:00:00Z"}]}"#),
    Case(
      "storage-in-bytes", .listInstanceAllArtifacts, holds: #"{"artifacts":[{"id":1,"size":5000000}]}"#,
      fails: #"{"artifacts":[{"id":1,"size":5000001}]}"#, unseen: #"{"artifacts":[]}"#, beside: [storage]),
    Case(
      "limits-are-positive", .listQuotas, holds: #"{"quotas":[{"quota_key":"namespace","quota_limit":5}]}"#,
      fails: #"{"quotas":[{"quota_key":"namespace","quota_limit":-1}]}"#, unseen: #"{"quotas":[]}"#, beside: [storage]),
    Case(
      "flags-are-texts", .listInstanceNamespaces,
      holds: #"{"namespaces":[{"namespace_id":1,"metadata":{"public":"true"}}]}"#,
      fails: #"{"namespaces":[{"namespace_id":1,"metadata":{"public":true}}]}"#,
      unseen: #"{"namespaces":[{"namespace_id":1}]}"#),
    Case(
      "everybodys-credentials", .listInstanceLtCredentials,
      holds: Reply(.listInstanceLtCredentials, 200, #"{"auth_tokens":[]}"#),
      fails: failure(.listInstanceLtCredentials, 403, "SWR.403001"),
      unseen: failure(.listInstanceLtCredentials, 400, "SWR.400001")),
    Case(
      "credentials-end", .listInstanceLtCredentials,
      holds: #"{"auth_tokens":[{"token_id":1,"expire_date":"2026-01-01T00:00:00Z"}]}"#,
      fails: #"{"auth_tokens":[{"token_id":1,"expire_date":"1 January"}]}"#,
      unseen: #"{"auth_tokens":[{"token_id":1}]}"#
    ),
    Case(
      "caches-in-gib", .listImageCaches, holds: #"{"image_caches":[{"id":1,"image_cache_size":20}]}"#,
      fails: #"{"image_caches":[{"id":1,"image_cache_size":21474836480}]}"#, unseen: #"{"image_caches":[{"id":1}]}"#),
  ]

  /// Every answer tells of these, so they are not seen where there is none.
  private static let ofAll = [
    Case(
      "success-is-success", holds: [],
      fails: [Reply(.showRemoteMirror, 200, #"{"error":{"code":"CH.080504"},"result":null,"status":"failed"}"#)],
      unseen: []),
    Case(
      "times-have-zones", holds: [],
      fails: [Reply(.listImageCaches, 200, #"{"image_caches":[{"id":1,"created_at":"2026-01-01 00:00:00"}]}"#)],
      unseen: []),
    Case(
      "words-are-known", holds: [],
      fails: [Reply(.listImageCaches, 200, #"{"image_caches":[{"id":1,"status":"Melting"}]}"#)], unseen: []),
  ]

  static let cases = ofReplications + ofMirrorsAndRules + ofPages + ofInstances + ofAll

  private func verdict(_ name: String, _ replies: [Reply], isDown: Bool = false) async throws -> Assumption.Verdict? {
    let cloud = try CloudSimulator(world: SmallCloud.world())
    defer { cloud.stop() }
    cloud.changeFaults { faults in
      for reply in replies {
        faults.add(.answer(status: reply.status, body: Array(reply.body.utf8)), to: reply.operation)
      }
      if isDown { faults.add(.status(400)) }
    }
    return try await accountReport(cloud).report.findings.first { $0.assumption.name == name }?.verdict
  }

  @Test(arguments: cases) func isJudged(_ given: Case) async throws {
    #expect(try await verdict(given.name, given.holds) == .holds)
    #expect(try await verdict(given.name, given.fails) == .fails)
    #expect(try await verdict(given.name, given.unseen, isDown: given.unseen.isEmpty) == .unseen)
  }

  @Test func eachIsTriedAndNamedOnce() {
    let names = Assumption.all.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(Set(names) == Set(Self.cases.map(\.name)))
    var collectors: Set<String> = ["all"]
    for collector in Catalog.standard.collectors { collectors.insert(collector.key) }
    for assumption in Assumption.all {
      #expect(!assumption.collectors.isEmpty && collectors.isSuperset(of: assumption.collectors), "\(assumption.name)")
      for text in [assumption.statement, assumption.remark] { #expect(text.hasSuffix(".") && !text.contains("|")) }
    }
  }
}
