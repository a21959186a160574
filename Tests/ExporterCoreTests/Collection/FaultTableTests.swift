import CloudSimulator
import ExporterCore
import HTTPTransport
import HuaweiCloud
import TestSupport
import Testing

/// Everything that the simulated cloud can do wrong: what the page says meanwhile, which reason is counted, and how many
/// requests are sent.
@Suite struct FaultTableTests {
  struct Row: Sendable {
    let name: String
    let operation: Operation
    let fault: Fault
    /// Nil where the answer is good all the same.
    let reason: FailureReason?
    /// Requests of the operation that one refresh sends.
    let requests: ClosedRange<Int>
  }

  private static func row(
    _ name: String, _ fault: Fault, at operation: Operation = .listInstanceRegistries,
    _ reason: FailureReason?, _ requests: ClosedRange<Int>
  ) -> Row {
    Row(name: name, operation: operation, fault: fault, reason: reason, requests: requests)
  }

  /// Attempts of a request that may be tried again, in the time that a refresh has here.
  private static let retried = 1...5
  private static let once = 1...1

  static let shapes: [Row] = ErrorShape.allCases.flatMap { shape in
    [
      row("500 as \(shape.rawValue)", .status(500, shape: shape), .serverError, retried),
      row("400 as \(shape.rawValue)", .status(400, shape: shape), .clientError, once),
    ]
  }

  static let statuses: [Row] = [
    row("502", .status(502, shape: .html), at: .listInstanceAllArtifacts, .serverError, retried),
    row("503", .status(503), at: .listImageCaches, .serverError, retried),
    row("401", .status(401, code: "APIGW.0301"), at: .listImageCaches, .unauthorized, once),
    row("403", .status(403), at: .listImageCaches, .forbidden, once),
    row("404", .status(404), .notFound, once),
    row("404 of the gateway", .status(404, code: "APIGW.0101"), at: .listInstanceAllArtifacts, .unsupported, once),
    row("a wrong clock", .status(401, code: "APIGW.0303", message: "signature expired"), .clockSkew, once),
    row("429", .throttled(), at: .listImageCaches, .throttled, 0...40),
    row("429 for 2 s", .throttled(retryAfter: .seconds(2)), at: .listImageCaches, .throttled, 0...1),
    row("429 until a date", .throttled(retryAfter: .date(secondsAhead: 3)), at: .listImageCaches, .throttled, 0...1),
    row("429 with nonsense", .throttled(retryAfter: .text("soon")), at: .listImageCaches, .throttled, 0...40),
    row(
      "429 with a limit", .throttled(statedLimit: "limit:200,time:5 minute"), at: .listImageCaches, .throttled, 0...1),
    row(
      "429 with a limit beyond belief", .throttled(statedLimit: "limit:1,time:1 day"), at: .listImageCaches, .throttled,
      0...1),
    row("429 at once", .throttled(retryAfter: .seconds(0)), at: .listImageCaches, .throttled, 0...15),
    row("429 since a date", .throttled(retryAfter: .date(secondsAhead: -60)), at: .listImageCaches, .throttled, 0...15),
    row(
      "503 at once", .answer(status: 503, headers: [HTTPHeader("Retry-After", "0")], body: []), .serverError, retried),
    row("403 as a throttle", .status(403, code: "SVCSTG.SWR.4031032"), .throttled, 0...15),
    row("403 as another throttle", .status(403, code: "SVCSTG.SWR.4031042"), .throttled, 0...15),
    row("409 of a busy service", .status(409, code: "SVCSTG.SWR.4090023"), .clientError, retried),
    row("a redirect", .redirect(to: "http://127.0.0.1:1/elsewhere"), .clientError, once),
  ]

  static let transport: [Row] = [
    row("silence", .neverAnswers, .timeout, retried),
    row("an answer that comes too late", .delay(.seconds(5)), .timeout, retried),
    row("a body that drips", .drips(bytesPerSecond: 20), .timeout, retried),
    row("a body that drips, of a mirror", .drips(bytesPerSecond: 20), at: .showRemoteMirror, .timeout, 3...15),
    row("a body that ends early", .cut(), .connection, retried),
    row("no body", .reset, .connection, retried),
    row("a gzip bomb", .gzipBomb(bytes: 256 << 20), .tooLarge, once),
    row("spaces without end", .spaces(bytes: 1 << 30), .tooLarge, once),
    row("spaces before artifacts", .spaces(bytes: 1 << 30), at: .listInstanceAllArtifacts, .tooLarge, once),
  ]

  static let bodies: [Row] = [
    row("half the JSON", .truncatedJSON, .malformed, once),
    row("half the artifacts", .truncatedJSON, at: .listInstanceAllArtifacts, .malformed, once),
    row("noise", .nonsense(bytes: 10_000), .malformed, once),
    row("noise for a mirror", .nonsense(bytes: 10_000), at: .showRemoteMirror, .malformed, 3...3),
    row("arrays in arrays", .nesting(depth: 200_000), .malformed, once),
    row("another content type", .contentType("text/html"), nil, 2...2),
    row("nothing", .answer(status: 200, body: []), .malformed, once),
    row("an array", .answer(status: 200, body: Array("[]".utf8)), .malformed, once),
    row("another object", .answer(status: 200, body: Array(#"{"message":"ok"}"#.utf8)), .malformed, once),
    row(
      "a list that is a text", .answer(status: 200, body: Array(#"{"image_caches":"none"}"#.utf8)),
      at: .listImageCaches, .malformed, once),
    row("NaN", .tampering(Tampering(numbers: "NaN")), .malformed, once),
    row("NaN in artifacts", .tampering(Tampering(numbers: "NaN")), at: .listInstanceAllArtifacts, .malformed, once),
    // Only the whole listing shows that most of it is of no use.
    row("ids that are no ids", .tampering(Tampering(numbers: "1e400", fields: ["id"])), .malformed, 2...2),
    row("ids beyond 64 bits", .tampering(Tampering(numbers: "99999999999999999999")), .malformed, 2...2),
    row("ids that are null", .tampering(Tampering(numbers: "null", fields: ["id"])), .malformed, 2...2),
    row(
      "a sync rule without id", .tampering(Tampering(numbers: "null", fields: ["id"])), at: .listImageAutoSyncRepos,
      .malformed, 3...3),
    row("invalid UTF-8", .tampering(Tampering(strings: [0xFF, 0xC0, 0x80])), .malformed, 2...2),
    row(
      "a description in another encoding", .tampering(Tampering(strings: [0xC4, 0xE3], fields: ["description"])), nil,
      2...2),
    row(
      "an error with the status 200",
      .answer(status: 200, body: Array(#"{"error_code":"SWR.500001","error_msg":"busy"}"#.utf8)), .serverError, once),
    row("an empty object", .answer(status: 200, body: Array("{}".utf8)), .malformed, once),
    row(
      "an empty object for artifacts", .answer(status: 200, body: Array("{}".utf8)), at: .listInstanceAllArtifacts,
      .malformed, once),
    row("a hundred thousand objects", .answer(status: 200, body: flood("registries")), .malformed, once),
    row(
      "a hundred thousand artifacts", .answer(status: 200, body: flood("artifacts")), at: .listInstanceAllArtifacts,
      .malformed, once),
    row(
      "a hundred thousand caches", .answer(status: 200, body: flood("image_caches")), at: .listImageCaches, .malformed,
      once),
    row("a control character", .tampering(Tampering(strings: [0x0A])), .malformed, once),
  ]

  /// A page on which there is far more than was asked for.
  private static func flood(_ list: String) -> [UInt8] {
    Array("{\"\(list)\":[\(String(repeating: "{},", count: 99_999)){}]}".utf8)
  }

  static let paging: [Row] = [
    row("a marker that repeats", .paging(.repeatsMarker), at: .listInstanceAllArtifacts, .malformed, 1...3),
    row("a marker that goes back", .paging(.markerGoesBack), at: .listInstanceAllArtifacts, .malformed, 1...3),
    row("a marker that is a text", .paging(.markerIsText), at: .listInstanceAllArtifacts, nil, 4...4),
    row("artifacts listed twice", .paging(.repeatsObjects), at: .listInstanceAllArtifacts, nil, 4...4),
    row("a total too large", .paging(.totalOff(by: 5)), .malformed, 2...2),
    row("a total too small", .paging(.totalOff(by: -50)), nil, 2...2),
    row("pages that end early", .paging(.emptyPages), .malformed, 2...2),
  ]

  /// The newer operations, and how many requests their targets send in a refresh in which each is answered once.
  private static let operations: [(Operation, Int)] = [
    (.listInstanceReplicationPolicies, 1), (.listInstanceReplicationPolicyExecutions, 4), (.showSyncJob, 3),
    (.listInstanceRepositories, 1), (.listRepositoriesByMarker, 1), (.listInstanceNamespaces, 1),
    (.listInstanceStatistics, 1), (.listQuotas, 1), (.listInstanceLtCredentials, 1),
    (.listInstanceRetentionPolicies, 1), (.listInstanceRetentionPolicyExecutions, 3),
  ]

  static let outcomes: [Row] = operations.flatMap { operation, requests in
    let name = operation.rawValue
    return [
      row("500 of \(name)", .status(500), at: operation, .serverError, requests...5 * requests),
      row("half of \(name)", .truncatedJSON, at: operation, .malformed, requests...requests),
      row(
        "an error in \(name)", .answer(status: 200, body: Array(#"{"error_code":"SWR.500001"}"#.utf8)), at: operation,
        .serverError, requests...requests),
      row(
        "{} of \(name)", .answer(status: 200, body: Array("{}".utf8)), at: operation, .malformed, requests...requests),
    ]
      // Where all credentials are forbidden, the user's own are asked for, which is another data.
      + (operation == .listInstanceLtCredentials
        ? [] : [row("403 of \(name)", .status(403), at: operation, .forbidden, requests...requests)])
  }

  static let outcomePages: [Row] = [
    row("no answer of policies", .neverAnswers, at: .listInstanceReplicationPolicies, .timeout, retried),
    row("no answer of executions", .neverAnswers, at: .listInstanceReplicationPolicyExecutions, .timeout, 4...20),
    row("no answer of jobs", .neverAnswers, at: .showSyncJob, .timeout, 3...15),
    row("no answer of statistics", .neverAnswers, at: .listInstanceStatistics, .timeout, retried),
    row("404 of policies", .status(404), at: .listInstanceReplicationPolicies, .notFound, once),
    row("404 of credentials", .status(404), at: .listInstanceLtCredentials, .notFound, once),
    // The older listing is asked then.
    row("404 of repositories", .status(404), at: .listRepositoriesByMarker, nil, 2...2),
    row(
      "statistics that are not published", .status(404, code: "APIGW.0101"), at: .listInstanceStatistics, .unsupported,
      once),
    row(
      "executions that are not published", .status(404, code: "APIGW.0101"),
      at: .listInstanceRetentionPolicyExecutions, .unsupported, 3...3),
    row("repositories that end early", .paging(.emptyPages), at: .listInstanceRepositories, .malformed, 2...2),
    row("repositories listed twice", .paging(.repeatsObjects), at: .listInstanceRepositories, nil, 2...2),
    row("more credentials than come", .paging(.totalOff(by: 5)), at: .listInstanceLtCredentials, .malformed, 2...2),
    row("fewer credentials than come", .paging(.totalOff(by: -50)), at: .listInstanceLtCredentials, nil, 2...2),
    row("more policies than come", .paging(.totalOff(by: 5)), at: .listInstanceRetentionPolicies, .malformed, once),
    row(
      "more executions than come", .paging(.totalOff(by: 5)), at: .listInstanceReplicationPolicyExecutions, .malformed,
      5...5),
    row(
      "policies without id", .tampering(Tampering(numbers: "null", fields: ["id"])),
      at: .listInstanceReplicationPolicies, .malformed, once),
    row(
      "executions without id", .tampering(Tampering(numbers: "null", fields: ["id"])),
      at: .listInstanceReplicationPolicyExecutions, .malformed, 4...5),
    row(
      "jobs without id", .tampering(Tampering(numbers: "null", fields: ["id"])), at: .showSyncJob, .malformed, 3...3),
    row("a hundred thousand quotas", .answer(status: 200, body: flood("quotas")), at: .listQuotas, .malformed, once),
    row(
      "a hundred thousand executions", .answer(status: 200, body: flood("executions")),
      at: .listInstanceReplicationPolicyExecutions, .malformed, 4...4),
  ]

  /// What a discovery found is dropped after three of its intervals; no throttle of a fault takes so long.
  private static let settings = """
    interval: 250ms, stale_after: 10m, request_timeout: 900ms, refresh_timeout: 1900ms, max_response_bytes: 1000000,
    discovery_interval: 5s
    """

  static let table = [
    "shapes": shapes, "statuses": statuses, "transport": transport, "bodies": bodies, "paging": paging,
    "outcomes": outcomes, "pages of outcomes": outcomePages,
  ]

  /// So many rows of a part go side by side: each of them mostly waits, and with all at once a busy machine waits too long.
  private static let rowsAtOnce = 12

  @Test(arguments: table.keys.sorted())
  func theFaultIsShownAndTheDataStays(_ part: String) async throws {
    let rows = try #require(Self.table[part])
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (index, row) in rows.enumerated() {
        if index >= Self.rowsAtOnce { try await group.next() }
        group.addTask { try await show(row) }
      }
      try await group.waitForAll()
    }
  }

  private func show(_ row: Row) async throws {
    let cloud = try CloudSimulator(world: SmallCloud.world())
    defer { cloud.stop() }
    let collector = try #require(Self.collectors[row.operation])
    let yaml = SmallCloud.yaml(
      cloud, defaults: Self.settings, collectors: SmallCloud.outcomes[collector].map(SmallCloud.listed(with:)))
    try await withLoop(yaml) { running in
      try await running.until("the first data") { $0.isAllGood }
      let before = running.page.data
      func failures() -> [FailureReason: Double] {
        let scope = running.status(collector)?.target.scope ?? ""
        return Dictionary(
          uniqueKeysWithValues: FailureReason.allCases.map { reason in
            let labels = ",reason=\"\(reason.label)\""
            return (reason, running.own("refresh_failures_total", collector, scope, labels) ?? -1)
          })
      }
      // A busy machine may have missed the time limit of a first refresh.
      let failuresBefore = failures()
      cloud.changeFaults { $0.add(row.fault, to: row.operation, .fromFirstPage) }
      try await running.untilRefreshed(1)
      let (first, others) = (running.refreshes(collector), running.refreshesBesides(collector))
      cloud.forgetRequests()
      // What is not there is asked for again at the next discovery.
      try await running.until("a refresh with \(row.name)") {
        // One that had begun before shows nothing of the fault.
        let shows = row.reason == nil || $0.status(collector)?.lastError != nil
        return $0.refreshes(collector) > first && shows || $0.status(collector)?.isUnsupported == true
      }
      try await running.until("the others go on") { $0.refreshesBesides(collector) > others }
      let status = try #require(running.status(collector))
      #expect(status.lastError?.reason == row.reason, "\(row.name): \(status.lastError?.message ?? "no error")")
      #expect(row.requests.contains(status.requests), "\(row.name): \(status.requests) requests")
      let change = Set(running.page.data).symmetricDifference(before).sorted()
      #expect(running.page.data == before, "\(row.name): what is shown has changed: \(change.prefix(4))")
      let scope = status.target.scope
      #expect(running.own("refresh_success", collector, scope) == (row.reason == nil ? 1 : 0), "\(row.name)")
      for (reason, count) in failures() {
        let isMore = count > failuresBefore[reason, default: 0]
        #expect(isMore == (reason == row.reason), "\(row.name): \(reason): \(count)")
      }
      try await running.until("the others to do well beside \(row.name)") { running in
        running.statuses.allSatisfy { $0.target.collector == collector || $0.lastSucceeded == true }
      }
      cloud.changeFaults { $0.clear() }
      // A stated limit of five minutes is kept; nothing else outlasts the fault but what waits for the next discovery.
      if row.reason == .unsupported { return }
      if case .throttled(_, .some) = row.fault { return }
      try await running.until("recovery from \(row.name)") { $0.isAllGood }
      #expect(running.page.data == before, "\(row.name)")
    }
  }

  static let collectors: [Operation: String] = [
    .listInstanceRegistries: "registries", .listInstanceAllArtifacts: "artifacts", .listImageCaches: "image_caches",
    .showRemoteMirror: "mirrors", .listImageAutoSyncRepos: "sync_rules",
    .listInstanceReplicationPolicies: "replications", .listInstanceReplicationPolicyExecutions: "replications",
    .showSyncJob: "sync_jobs", .listInstanceRepositories: "repositories",
    .listRepositoriesByMarker: "basic_repositories", .listInstanceNamespaces: "namespaces",
    .listInstanceStatistics: "statistics", .listQuotas: "quotas", .listInstanceLtCredentials: "long_term_credentials",
    .listInstanceRetentionPolicies: "retentions", .listInstanceRetentionPolicyExecutions: "retentions",
  ]
}

extension RunningLoop {
  var isAllGood: Bool { !statuses.isEmpty && statuses.allSatisfy { $0.lastSucceeded == true } }

  /// Of the collector that was refreshed least; a discovery's interval is another.
  fileprivate func refreshesBesides(_ collector: String) -> Int {
    statuses.filter { $0.target.collector != collector && $0.target.collector != "discovery" }.map(\.refreshes).min()
      ?? 0
  }
}
