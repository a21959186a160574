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

/// What the report of an account says, and what it never does.
@Suite struct AccountReportTests {
  private func report(_ faults: Faults = .none, routes: [Route] = Route.all) async throws -> String {
    let cloud = try CloudSimulator(world: SmallCloud.world(), faults: faults, routes: routes)
    defer { cloud.stop() }
    return try await accountReport(cloud).report.markdown
  }

  @Test func saysWhatCameAndWhatIsReadOfIt() async throws {
    let cloud = try CloudSimulator(world: SmallCloud.world())
    defer { cloud.stop() }
    cloud.changeFaults {
      $0.add(
        .answer(
          status: 200,
          headers: [
            HTTPHeader("Content-Type", "application/json; charset=utf-8"),
            HTTPHeader("X-Apig-RateLimit-User", "remain:9"),
          ],
          body: Array(
            #"""
            {"image_caches":[
              {"id":"a","name":"first","status":"Available","created_at":"2024-11-25 06:32:34.923248 +0000 UTC",
               "images":["x","y"],"image_cache_size":20,"retention_days":7,"owner":"me","42":1},
              {"id":"b","status":"of a kind nobody knows","created_at":"yesterday","image_cache_size":"400","owner":null}
            ]}
            """#.utf8)), to: .listImageCaches)
    }
    let (report, result) = try await accountReport(cloud, collectors: "{image_caches: {}}")
    let lines = report.markdown.split(separator: "\n").map(String.init)
    let start = try #require(lines.firstIndex(of: "### `ListImageCaches`"))
    #expect(lines[start - 1] == "For image_caches:")
    #expect(lines[start + 3].hasPrefix("| 200 | none | "))
    #expect(lines[start + 3].hasSuffix(" | application/json | x-apig-ratelimit-user |"))
    #expect(
      lines[(start + 4)...].prefix(15)
        == [
          "| field | read as | type | values |", "| --- | --- | --- | --- |",
          "| `image_caches` | list | array | `10^0 elements` |",
          "| `image_caches[].id` | text | string | `length 1 to 1` |",
          "| `image_caches[].name` | text | string, absent | `length 5 to 5` |",
          "| `image_caches[].status` | state | string | `Available`, `another` |",
          "| `image_caches[].created_at` | time | string | `dddd-dd-dd dd:dd:dd.dddddd +dddd UTC`, `text` |",
          "| `image_caches[].image_cache_size` | number | number, string | `10^1`, `digits` |",
          "| `image_caches[].images` | list | array, absent | `10^0 elements` |",
          "| `image_caches[].images[]` | text | string | `length 1 to 1` |",
          "| `image_caches[].retention_days` | number | number, absent | `10^0` |",
          "| `image_caches[].building_config` | object | absent |  |",
          "| `image_caches[].building_config.cluster` | text | not seen |  |",
          "| `image_caches[].message` | text | absent |  |", "| `image_caches[].owner` | not read | null, string |  |",
        ])
    #expect(lines[start + 19] == "Values of further fields, whose names are not shown: 1.")
    // What no configuration names is asked all the same, and each at most three times.
    #expect(Set(result.statuses.map(\.target.collector)).isSuperset(of: Catalog.standard.collectors.map(\.key)))
    for (operation, asked) in Dictionary(grouping: cloud.requests, by: \.operation?.rawValue) {
      #expect(asked.count <= Probe.requests, "\(operation ?? "nothing")")
    }
  }

  @Test func asksTheFirstInstanceThatRuns() async throws {
    let cloud = try CloudSimulator(world: World.demo(beginning: TimeSource.system.now()))
    defer { cloud.stop() }
    cloud.changeWorld { world in
      for index in world.projects[0].instances.indices {
        world.projects[0].instances[index].status = .always(index == 0 ? "Creating" : "Running")
      }
    }
    let running = cloud.world.projects[0].instances[1].id
    _ = try await accountReport(cloud)
    let asked = cloud.requests.filter { $0.target.contains("/instances/") }
    #expect(asked.count >= 8)
    #expect(asked.allSatisfy { $0.target.contains("/instances/\(running)/") })
  }

  @Test(arguments: ["{token: t}", "{access_key: AKOFTHETEST000000000, secret_key: the-secret-key}"])
  func endsWithTheFirstRefusal(_ credentials: String) async throws {
    let cloud = try CloudSimulator(world: SmallCloud.world())
    defer { cloud.stop() }
    cloud.changeFaults {
      $0.add(.status(401, shape: .gateway, code: "APIGW.0301", message: "verify aksk signature fail"))
    }
    let (report, result) = try await accountReport(cloud, credentials: credentials)
    #expect(cloud.requestCount == 1)
    #expect(result.statuses.filter { $0.lastError?.reason == .unauthorized }.count >= 3)
    #expect(report.markdown.contains("| 401 | `APIGW.0301` | "))
    #expect(report.hasNoSurprise)
  }

  @Test func oneThatFailsIsAskedNoMoreThanThreeTimes() async throws {
    var faults = Faults()
    faults.add(.status(503))
    let cloud = try CloudSimulator(world: SmallCloud.world(), faults: faults)
    defer { cloud.stop() }
    _ = try await accountReport(cloud)
    let asked = Dictionary(grouping: cloud.requests, by: \.operation?.rawValue)
    #expect(asked["ListInstance"]?.count == 3)
    #expect(asked.values.allSatisfy { $0.count <= 3 })
  }

  // MARK: - Nothing of the account

  /// As real ones look, and what they become on the way.
  private static let secrets = [
    "HPUAZ7QW3KX9PV5RT1NB", "AKWITHHARDLYADIGITX1", "wJalrXUtnFEMI7K7MDENGbPxRfiCYEXAMPLEKEYab",
    "qwertyuiopasdfghjklzxcvbnmqwertyuiopasdf",
    "0b7a3c5d9e1f42688ab1c2d3e4f50617", "MIIFvwYJKoZIhvcNAQcCoIIFsDCCBawCAQExDTALBglghkgBZQ",
  ]

  private static func forms(of secret: String) -> [String] {
    let bytes = Data(secret.utf8)
    return [
      secret, secret.lowercased(), String(secret.prefix(12)), String(secret.suffix(12)), bytes.base64EncodedString(),
      bytes.map { String(format: "%02x", $0) }.joined(), bytes.map { String(format: "%%%02X", $0) }.joined(),
      bytes.map { String(format: "\\u%04x", $0) }.joined(),
    ]
  }

  @Test(arguments: secrets) func showsNoSecretThatStandsAnywhere(_ secret: String) async throws {
    let headers = [
      HTTPHeader("Content-Type", "application/\(secret)"), HTTPHeader("X-Apig-RateLimit-\(secret)", secret),
      HTTPHeader("Retry-After", secret), HTTPHeader("X-Request-Id", secret), HTTPHeader(secret, secret),
    ]
    let value = "\"\(secret)\""
    let nested = #"{\#(value):\#(value),"inner":{\#(value):[\#(value)]},"list":[\#(value),{"\#(secret)x":1}]}"#
    var reports: [String] = []
    // In every field that is read, in those besides, and in names.
    let shapes = AnswerShape.parse(try await report())
    var faults = Faults()
    for shape in shapes {
      var fields = Set(
        shape.fields.compactMap { $0.path.split(whereSeparator: { ".[]".contains($0) }).last.map(String.init) })
      let list = shape.fields.first { $0.use == .list && !$0.path.contains("[") }?.path
      if let list { fields.remove(list) }
      let object =
        "{" + fields.sorted().map { "\"\($0)\":\(value)" }.joined(separator: ",")
        + ",\(value):\(value),\"more\":\(nested)}"
      let body =
        list.map { "{\"\($0)\":[\(object)],\(value):\(nested)}" }
        ?? (shape.fields.contains { $0.path.hasPrefix("[]") } ? "[\(object)]" : object)
      faults.add(.answer(status: 200, headers: headers, body: Array(body.utf8)), to: Operation(shape.operation))
    }
    reports.append(try await report(faults))
    #expect(reports[0].contains("| state | string | `another` |"))
    #expect(reports[0].contains("whose names are not shown: "))
    for status in [403, 200] {
      for body in [
        #"{"error_code":\#(value),"error_msg":\#(value),"\#(secret)":\#(value)}"#,
        #"{"error":{"code":"A.\#(secret)","message":\#(value)},"status":"failed"}"#, secret, "<html>\(secret)</html>",
      ] {
        var faults = Faults()
        faults.add(.answer(status: status, headers: headers, body: Array(body.utf8)))
        reports.append(try await report(faults))
      }
    }
    let text = reports.joined()
    for form in Self.forms(of: secret) { #expect(!text.contains(form), "\(form)") }
    for name in [
      "the-name-of-the-project", "127.0.0.1", SmallCloud.projectID, SmallCloud.instance, "repository-", "code-101",
    ] {
      #expect(!text.contains(name), "\(name)")
    }
  }

  // MARK: - From a report to a cloud

  @Test func canBeReadAgain() async throws {
    let text = try await report()
    let shapes = AnswerShape.parse(text)
    #expect(shapes.count >= 17)
    for shape in shapes { #expect(text.contains(shape.markdown), "\(shape.operation)") }
  }

  /// The shapes that a report tells, without what differs from run to run.
  private func comparable(_ report: String) -> [String: [AnswerShape.Field]] {
    var shapes: [String: [AnswerShape.Field]] = [:]
    for shape in AnswerShape.parse(report) where !shape.fields.isEmpty {
      shapes[shape.operation] = shape.fields.map { field in
        var field = field
        field.types.sort()
        field.values.sort()
        return field
      }
    }
    return shapes
  }

  @Test func aCloudInTheShapesOfAReportIsReportedAlike() async throws {
    let first = try await report()
    let second = try await report(routes: Route.reported(AnswerShape.parse(first)))
    let third = try await report(routes: Route.reported(AnswerShape.parse(second)))
    let (shapes, again) = (comparable(second), comparable(third))
    #expect(shapes.count > 12)
    for (operation, fields) in shapes { #expect(again[operation] == fields, "\(operation)") }
  }

  private static func reported(_ name: String) throws -> String {
    let url = try #require(Bundle.module.url(forResource: name, withExtension: "md", subdirectory: "Reports"))
    return try String(contentsOf: url, encoding: .utf8)
  }

  /// Accounts that differ from the documents in ways of their own, and what the program shows of them.
  @Test(arguments: [
    (
      "ids-as-texts",
      [
        "huaweicloud_swr_registries{": 2, "huaweicloud_swr_replication_policies{": 2,
        #"huaweicloud_exporter_refresh_success{project="prod",collector="registries""#: 1,
        #"huaweicloud_exporter_refresh_success{project="prod",collector="repositories""#: 1,
      ]
    ),
    (
      "an-older-service",
      [
        #"huaweicloud_exporter_target_unsupported{project="prod",collector="artifacts""#: 1,
        #"huaweicloud_exporter_refresh_success{project="prod",collector="basic_repositories""#: 1,
        "huaweicloud_swr_basic_repositories{": 2,
        #"huaweicloud_exporter_refresh_success{project="prod",collector="image_caches""#: 1,
      ]
    ),
    (
      "unknown-words",
      [
        #"huaweicloud_exporter_unexpected_values{project="prod",collector="registries""#: 2,
        #"huaweicloud_exporter_refresh_success{project="prod",collector="mirrors""#: 0,
        #"huaweicloud_exporter_refresh_success{project="prod",collector="artifacts""#: 0,
        "huaweicloud_cce_image_caches{": 2,
      ]
    ),
  ]) func whatTheProgramShowsOf(_ name: String, _ expected: [String: Double]) async throws {
    let shapes = AnswerShape.parse(try Self.reported(name))
    #expect(!shapes.isEmpty)
    let cloud = try CloudSimulator(world: SmallCloud.world(), routes: Route.reported(shapes))
    defer { cloud.stop() }
    let (page, _) = try await collectOnce(
      """
      projects:
        - {name: prod, region: cn-north-4, project_id: \(SmallCloud.projectID), credentials: {token: t},
           requests_per_second: 100000, \(endpoints(cloud.url))}
      """)
    for (series, value) in expected {
      let lines = page.starting(series)
      #expect(lines.count >= 1, "\(series)")
      #expect(lines.allSatisfy { $0.hasSuffix(" \(Int(value))") }, "\(lines)")
    }
  }
}
