import CloudSimulator
import Foundation
import HuaweiCloud
import TestSupport
import Testing

import struct CloudSimulator.Operation

extension EndToEnd {
  @Suite struct CollectionTests {
    private let healthy = "huaweicloud_swr_registry_healthy{"
    private let caches = "huaweicloud_cce_image_caches{"
    private let target = "{project=\"prod\",collector=\"image_caches\",target=\"\""

    @Test func aFailingTargetKeepsItsDataUntilItIsStaleAndLeavesTheOthersAlone() async throws {
      try await SimulatedAccount.open { account in
        try account.configure("collectors: {registries: {}, image_caches: {interval: 1s, stale_after: 4s}}")
        try await Program.collecting(["serve"] + account.arguments, in: account.directory) { program, url in
          let page = try await ask(url + "/metrics").text
          #expect(value(of: "huaweicloud_exporter_refresh_success" + target, on: page) == 1)
          let success = try #require(
            value(of: "huaweicloud_exporter_last_success_timestamp_seconds" + target, on: page))

          account.cloud.changeFaults { $0.add(.nonsense(bytes: 100), to: .listImageCaches) }
          let failing = try await eventually("a failure") {
            let page = try await ask(url + "/metrics").text
            return value(of: "huaweicloud_exporter_refresh_success" + target, on: page) == 0 ? page : nil
          }
          #expect(failing.contains(caches))
          #expect(failing.contains(healthy))
          #expect(value(of: "huaweicloud_exporter_data_stale" + target, on: failing) == 0)
          let failures = "huaweicloud_exporter_refresh_failures_total" + target + ",reason=\"malformed\"}"
          #expect(try #require(value(of: failures, on: failing)) >= 1)
          let lastSuccess = value(of: "huaweicloud_exporter_last_success_timestamp_seconds" + target, on: failing)
          #expect(try #require(lastSuccess) < success + 4)

          let stale = try await eventually("stale data") {
            let page = try await ask(url + "/metrics").text
            return value(of: "huaweicloud_exporter_data_stale" + target, on: page) == 1 ? page : nil
          }
          #expect(!stale.contains(caches))
          #expect(stale.contains(healthy))
          #expect(try await ask(url + "/").text.contains("No data"))

          account.cloud.changeFaults { $0.clear() }
          let recovered = try await eventually("recovery") {
            let page = try await ask(url + "/metrics").text
            return value(of: "huaweicloud_exporter_refresh_success" + target, on: page) == 1 ? page : nil
          }
          #expect(recovered.contains(caches))
          #expect(value(of: "huaweicloud_exporter_data_stale" + target, on: recovered) == 0)
          #expect(program.errors.contains("msg=\"target recovered\""))
        }
      }
    }

    @Test func whatVanishesFromTheCloudVanishesFromThePage() async throws {
      try await SimulatedAccount.open { account in
        try account.configure("collectors: {image_caches: {interval: 1s}}")
        try await Program.collecting(["serve"] + account.arguments, in: account.directory) { _, url in
          #expect(try await ask(url + "/metrics").text.contains("image_cache=\"gpu-runtime\""))
          account.cloud.changeWorld { $0.projects[0].imageCaches.removeAll() }
          try await until("an empty project") {
            let page = try await ask(url + "/metrics").text
            return value(of: caches, on: page) == 0 && !page.contains("gpu-runtime")
          }
        }
      }
    }

    /// Answers just below the largest size that is read, of many small things that would each take memory, from all endpoints
    /// at once: within the limit of the container that we hand out.
    @Test func hostileAnswersAtOnceStayWithinTheMemoryOfTheContainer() async throws {
      let limit = 96 << 20
      func many(_ element: String, in list: String) -> Fault {
        let count = (10 << 20) / (element.utf8.count + 1)
        let body = "{\"\(list)\":[" + Array(repeating: element, count: count).joined(separator: ",") + "]}"
        return .answer(status: 200, body: Array(body.utf8))
      }
      let long = String(repeating: "a", count: 10 << 20)
      let fields = "{" + (0..<700_000).map { "\"f\($0)\":0" }.joined(separator: ",") + "}"
      let faults: [(Operation, Fault)] = [
        (.listInstanceAllArtifacts, many("{}", in: "artifacts")),
        (.listInstanceRegistries, many(#"{"id":1}"#, in: "registries")),
        (.listInstanceReplicationPolicies, many("[]", in: "policies")),
        (.listInstanceRepositories, many("7", in: "repositories")),
        (.listInstanceNamespaces, many(#"{"id":"\#(String(repeating: "n", count: 1000))"}"#, in: "namespaces")),
        (.listInstanceStatistics, .answer(status: 200, body: Array(fields.utf8))),
        (.listQuotas, .answer(status: 200, body: Array(#"{"quotas":[{"quota_key":"\#(long)"}]}"#.utf8))),
        (.listImageCaches, many(#"{"images":["a","b"]}"#, in: "image_caches")),
        (.listInstanceRetentionPolicies, .answer(status: 500, body: Array(#"{"error_msg":"\#(long)"}"#.utf8))),
        (.listRepositoriesByMarker, many(#"{"name":"a","namespace":"b","x":[[[{}]]]}"#, in: "repos")),
      ]
      try await SimulatedAccount.open { account in
        try account.configure()
        try await Program.collecting(["serve"] + account.arguments, in: account.directory) { program, url in
          account.cloud.changeFaults { for (operation, fault) in faults { $0.add(fault, to: operation) } }
          let collectors = [
            "registries", "artifacts", "replications", "repositories", "namespaces", "statistics", "quotas",
            "image_caches", "retentions", "basic_repositories",
          ]
          let fast = collectors.map { "\($0): {interval: 1s, stale_after: 1h}" }.joined(separator: ", ")
          try account.configure("collectors: {\(fast)}")
          program.send(SIGHUP)
          try await until("refused answers of all kinds", within: .seconds(60)) {
            let page = try await ask(url + "/metrics").text
            return collectors.allSatisfy { collector in
              page.split(separator: "\n").contains {
                $0.hasPrefix("huaweicloud_exporter_refresh_failures_total{project=\"prod\",collector=\"\(collector)\"")
                  && !$0.hasSuffix(" 0")
              }
            }
          }
          #expect(try await ask(url + "/metrics").text.contains(healthy), "the last good data")
          let peak = try program.peakMemory()
          #expect(peak < limit, "\(peak >> 10) kB")
        }
      }
    }

    @Test func hostileNamesBreakNoPage() async throws {
      let world = World.generated(
        repositories: 60, artifacts: 300, imageRepositories: 40, codeRepositories: 30, imageCaches: 30,
        isHostile: true)
      try await SimulatedAccount.open(world: world) { account in
        try account.configure()
        try await Program.collecting(["serve"] + account.arguments, in: account.directory) { _, url in
          let page = try await ask(url + "/metrics").text
          #expect(page.contains(#"\"quoted\""#))
          try await expectNothingForPromtoolToSay(about: page, in: account.directory)
          try await Prometheus.scraping(url, in: account.directory) { prometheus in
            try await eventually("two scrapes") { try await prometheus.value(of: "count_over_time(up[1m]) >= 2") }
            #expect(try await prometheus.value(of: "min_over_time(up[1m])") == 1)
            let names = try await prometheus.query("huaweicloud_codearts_mirror_info").compactMap(
              \.metric["repository"])
            #expect(names.contains { $0.contains("\n") })
            #expect(names.contains { $0.contains("{a=\"b\"} 1") })
            #expect(prometheus.complaints == [])
          }
        }
      }
    }

    @Test(arguments: [
      ["EXPORTER_CONFIG_FILE": "config.yaml"],
      ["EXPORTER_CONFIG_FILE": "config.yaml", "HUAWEICLOUD_REGION": "elsewhere"],
    ])
    func theEnvironmentNamesTheFile(environment: [String: String]) async throws {
      try await SimulatedAccount.open { account in
        try account.configure("collectors: {image_caches: {}}")
        let ended = try await Program.run(
          [Program.exporter, "check"], environment: environment, in: account.directory)
        #expect(ended.status == 0, "\(ended.errors)")
        #expect(ended.output.hasPrefix("project prod\n"))
      }
    }

    @Test func theEnvironmentAloneIsAProject() async throws {
      try await withDirectory { directory in
        let environment = [
          "HUAWEICLOUD_REGION": "cn-south-1", "HUAWEICLOUD_SDK_AK": "AKFROMENVIRONMENT",
          "HUAWEICLOUD_SDK_SK": "secret-from-environment",
        ]
        let ended = try await Program.run([Program.exporter, "check"], environment: environment, in: directory)
        #expect(ended.status == 0)
        #expect(ended.output.hasPrefix("project cn-south-1\n  region: cn-south-1\n"))
        #expect(ended.output.contains("https://swr-api.cn-south-1.myhuaweicloud.com"))
        #expect(!ended.output.contains("secret-from-environment"))
      }
    }

    @Test func aKeyInAFileIsTakenOverWhenItIsReplaced() async throws {
      try await SimulatedAccount.open { account in
        let key = account.directory.appending(path: "ak")
        let secret = account.directory.appending(path: "sk")
        try "SIMULATEDACCESSKEY01\n".write(to: key, atomically: true, encoding: .utf8)
        try "simulated-secret-key-of-the-demo\n".write(to: secret, atomically: true, encoding: .utf8)
        try account.configure(
          credentials: "{access_key_file: \(key.path), secret_key_file: \(secret.path)}",
          "collectors: {image_caches: {interval: 1s}}")
        try await Program.collecting(["serve"] + account.arguments, in: account.directory) { program, url in
          let success = "huaweicloud_exporter_refresh_success" + target
          func refreshes(_ wanted: Double) async throws {
            try await until("refresh_success \(wanted)") {
              value(of: success, on: try await ask(url + "/metrics").text) == wanted
            }
          }
          try await refreshes(1)
          let other = Secret("another-simulated-secret-key")
          account.cloud.authentication = .required(
            Accounts(keys: [SimulatedKey(accessKey: "SIMULATEDACCESSKEY02", secretKey: other)]))
          try await refreshes(0)
          try "another-simulated-secret-key".write(to: secret, atomically: true, encoding: .utf8)
          try "SIMULATEDACCESSKEY02".write(to: key, atomically: true, encoding: .utf8)
          try await refreshes(1)
          #expect(!program.errors.contains("simulated-secret"))
        }
      }
    }
  }
}
