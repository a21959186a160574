import CloudSimulator
import ExporterCore
import Foundation
import HTTPTransport
import HuaweiCloud
import TestSupport
import Testing

/// The whole exporter while everything goes wrong as `TEST_SEED` has it, for `SOAK_SECONDS` (`make soak`: 15 minutes).
@Suite struct SoakTests {
  private static let environment = ProcessInfo.processInfo.environment
  /// Nil in the ordinary run, where other tests share the process, so that its memory says nothing.
  private static let asked = environment["SOAK_SECONDS"].flatMap(Int.init)
  /// What belongs into every run is short.
  private static let duration: Duration = .seconds(asked ?? 10)
  private static let interval: Duration = .seconds(2)
  /// By how much longer everything may take.
  private static let patience = environment["SANITIZED"] == nil ? 1 : 6

  private static let faults: [Fault] = [
    .status(500), .status(502, shape: .html), .status(503, shape: .empty), .status(400), .status(401), .status(403),
    .status(404), .throttled(), .throttled(retryAfter: .seconds(1)), .throttled(retryAfter: .text("x")),
    .delay(.milliseconds(200)), .delay(.seconds(2)), .drips(bytesPerSecond: 50), .cut(), .cut(afterBytes: 1), .reset,
    .truncatedJSON, .nonsense(bytes: 5000), .contentType("text/plain"), .gzipBomb(bytes: 32 << 20),
    .spaces(bytes: 1 << 26), .nesting(depth: 50_000), .redirect(to: "http://127.0.0.1:1/"), .paging(.repeatsMarker),
    .paging(.markerGoesBack), .paging(.endlessMarkers), .paging(.markerIsText), .paging(.totalOff(by: 3)),
    .paging(.repeatsObjects), .paging(.emptyPages), .tampering(Tampering(numbers: "NaN")),
    .tampering(Tampering(numbers: "-1")), .tampering(Tampering(numbers: "1e400")),
    .tampering(Tampering(numbers: "\"12\"")), .tampering(Tampering(numbers: "null")),
    .tampering(Tampering(strings: [0xFF, 0xFE])), .tampering(Tampering(strings: Array("\\n\\u0000\\\"".utf8))),
    .tampering(Tampering(strings: [UInt8](repeating: 0x78, count: 5000))), .tampering(Tampering(repeatsFields: true)),
    .answer(status: 200, body: []), .answer(status: 200, body: Array("null".utf8)), .answer(status: 204, body: []),
    .answer(status: 599, body: [0]), .status(404, code: "APIGW.0101"), .status(403, code: "SVCSTG.SWR.4031042"),
    .status(409, code: "SVCSTG.SWR.4090023"), .throttled(retryAfter: .seconds(0)),
    .throttled(retryAfter: .date(secondsAhead: -60)),
    answer(#"{"error":{"code":"CH.080504","message":"busy"},"result":null,"status":"failed"}"#),
    answer(#"{"error_code":"CH.00500","error_msg":"busy"}"#), answer("{}"), answer("[]"),
    flood("artifacts"), flood("registries"), flood("repos"), flood("executions"),
  ]

  private static func answer(_ body: String) -> Fault { .answer(status: 200, body: Array(body.utf8)) }

  /// Far more than was asked for, and none of it an object.
  private static func flood(_ list: String) -> Fault {
    answer("{\"\(list)\":[\(String(repeating: "{},", count: 99_999)){}]}")
  }

  private static func world(registries: Int) -> World {
    var world = World.generated(
      instances: 2, repositories: 20, artifacts: 350, imageRepositories: 8, codeRepositories: 10, imageCaches: 6,
      replicationPolicies: 6, syncJobs: 9, retentionPolicies: 3, credentials: 5, isHostile: true)
    for index in world.projects[0].codeRepositories.indices {
      world.projects[0].codeRepositories[index].isForbidden = false
    }
    world.projects[0].instances[0].registries = (1...registries).map { SmallCloud.registry(Int64($0)) }
    return world
  }

  @Test func everyValueIsTrueAgainOnceTheFaultsEnd() async throws {
    let cloud = try CloudSimulator(world: Self.world(registries: 100))
    defer { cloud.stop() }
    func yaml(_ cloud: CloudSimulator) -> String {
      """
      defaults: {interval: 2s, stale_after: 10m, request_timeout: \(500 * Self.patience)ms,
                 refresh_timeout: \(1500 * Self.patience)ms,
                 discovery_interval: 2s, max_response_bytes: 1000000, max_series: 20000}
      projects:
        - {name: prod, region: cn-north-4, requests_per_second: 100000, credentials: {token: t}, \(endpoints(cloud.url))}
      """
    }
    let seed = TestSeed.value
    var random = SplitMix64(state: seed)
    let options = Exporter.Options(source: .fixed(try configuration(yaml(cloud))), environment: [:])
    try await withExporter(options, log: silence) { running in
      var usage: [Usage] = []
      let end = ContinuousClock.now + Self.duration
      while ContinuousClock.now < end {
        cloud.changeFaults { faults in
          faults.clear()
          for _ in 0..<Int.random(in: 0...4, using: &random) {
            let operation = Route.all.map(\.operation).randomElement(using: &random)
            faults.add(
              Self.faults.randomElement(using: &random) ?? .reset,
              to: FaultScope(operation: Bool.random(using: &random) ? operation : nil),
              .probability(Double.random(in: 0...0.6, using: &random)))
          }
        }
        if Int.random(in: 0..<10, using: &random) == 0 {
          cloud.world = Self.world(registries: Int.random(in: 1...250, using: &random))
        }
        try await Task.sleep(for: .milliseconds(400))
        let answer = try await running.get(["/metrics", "/", "/-/healthy"].randomElement(using: &random) ?? "/")
        #expect(answer.status == 200, "seed \(seed)")
        cloud.forgetRequests()
        usage.append(try Usage())
      }
      cloud.world = Self.world(registries: 123)
      // From a cloud without faults, so that those of this one end when the time starts.
      let calm = try CloudSimulator(world: Self.world(registries: 123))
      defer { calm.stop() }
      // Pulls go on meanwhile: of what only grows, the series count and not the numbers.
      func comparable(_ lines: [String]) -> [String] {
        lines.filter { !$0.hasPrefix("process_") }.map { line in
          guard let space = line.lastIndex(of: " "), line.contains("_total{") else { return line }
          return String(line[..<space])
        }
      }
      let truth = comparable(try await collectOnce(yaml(calm)).page.data)
      #expect(truth.count > 1000)
      cloud.changeFaults { $0.clear() }
      var data: [String] = []
      let limit = ContinuousClock.now + Self.interval * 5 * Self.patience
      repeat {
        try await Task.sleep(for: .milliseconds(50))
        data = comparable(try await running.page().data)
      } while data != truth && ContinuousClock.now < limit
      let difference = Set(data).symmetricDifference(truth).sorted().prefix(5)
      #expect(data == truth, "seed \(seed): \(Array(difference))")
      if Self.asked != nil { Self.expectFlat(usage) }
    }
  }

  private static func expectFlat(_ usage: [Usage]) {
    let (early, late) = Usage.peaks(of: usage)
    print(
      "resident: \(early.residentKiB) KiB, then \(late.residentKiB) KiB; open files: \(early.files), then \(late.files)"
    )
    #expect(early.residentKiB > 0 && late.residentKiB < early.residentKiB + early.residentKiB / 4 + 16_384)
    #expect(early.files > 0 && late.files <= early.files + 8)
  }
}
