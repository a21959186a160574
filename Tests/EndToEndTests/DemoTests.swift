import Foundation
import HTTPTransport
import TestSupport
import Testing

extension EndToEnd {
  /// A real Prometheus over the demo.
  @Suite struct DemoTests {
    @Test func prometheusFindsTheWholeCatalogueAndHasNoComplaint() async throws {
      try await withDirectory { directory in
        let document = try await Program.run([Program.exporter, "metrics"], in: directory).output
        let catalogue = catalogue(of: document)
        #expect(catalogue.count > 70)
        try await Program.collecting(["demo"], in: directory) { _, url in
          try await expectNothingForPromtoolToSay(about: try await ask(url + "/metrics").text, in: directory)
          try await Prometheus.scraping(url, in: directory) { prometheus in
            // The rest comes with the first failures and scrapes; what the documents do not have, the demo does not send,
            // it speaks no TLS here, and its cgroup may have no limit.
            var missing = catalogue.subtracting([
              "huaweicloud_exporter_unexpected_values", "huaweicloud_exporter_web_certificate_expiry_timestamp_seconds",
              "huaweicloud_exporter_memory_limit_bytes",
            ])
            try? await until("the whole catalogue", within: .seconds(30), every: .seconds(1)) {
              missing.subtract(try await prometheus.names)
              return missing.isEmpty
            }
            #expect(missing.isEmpty)
            let queries = document.matches(of: #/(?s)```promql\n(.+?)\n```/#).map { String($0.output.1) }
            #expect(queries.count >= 5)
            for query in queries {
              try await eventually("a result of \(query)", within: .seconds(30), every: .seconds(1)) {
                try await prometheus.query(query).isEmpty ? nil : true
              }
            }
            // Those of the README ask what is ill, which may be nothing now; what they ask about is there.
            let readme = try String(contentsOf: Program.repository.appending(path: "README.md"), encoding: .utf8)
            let asked = readme.matches(of: #/(?s)```promql\n(.+?)\n```/#).map { String($0.output.1) }
            #expect(asked.count == 3)
            for query in asked {
              _ = try await prometheus.query(query)
              for name in query.matches(of: #/huaweicloud_\w+/#).map({ String($0.output) }) {
                #expect(try await !prometheus.query(name).isEmpty, "\(name) in \(query)")
              }
            }
            try await eventually("several scrapes", every: .milliseconds(200)) {
              try await prometheus.value(of: "count_over_time(up[1m]) >= 5")
            }
            #expect(try await prometheus.value(of: "min_over_time(up[1m])") == 1)
            // Only OpenMetrics has this type, and names its families so.
            #expect(try await prometheus.type(of: "huaweicloud_exporter_build") == "info")
            #expect(prometheus.complaints == [])
          }
        }
      }
    }

    @Test func everyPanelDoesWithAScrapeEachMinuteAndCountsEverythingOnce() async throws {
      try await withDirectory { directory in
        try await Program.collecting(["demo", "--speed", "3"], in: directory) { _, url in
          let script = Program.repository.appending(path: "dashboards/check_copies.py").path
          let ended = try await Program.run(
            ["python3", "-B", script, "--exporter", url], in: directory, within: .seconds(600))
          #expect(ended.status == 0)
          #expect(ended.errors.isEmpty)
        }
      }
    }

    /// Every name that a page with all of the catalogue has.
    private func catalogue(of document: String) -> Set<String> {
      Set(
        document.matches(of: #/(?m)^\| `(\w+)` \| (\w+) /#).flatMap { match in
          match.output.2 == "histogram"
            ? ["_bucket", "_sum", "_count"].map { match.output.1 + $0 } : [String(match.output.1)]
        })
    }

    /// The troubles of the demo's world, each of which somebody must hear of.
    private static let troubles: Set<String> = [
      "HuaweiCloudRegistryUnhealthy", "HuaweiCloudInstanceNotRunning", "HuaweiCloudMirrorFailing",
      "HuaweiCloudImageCacheFailed", "HuaweiCloudImageCacheUnavailable", "HuaweiCloudReplicationFailing",
      "HuaweiCloudQuotaNearlyFull", "HuaweiCloudLongTermCredentialExpiring", "HuaweiCloudTargetFailing",
      "HuaweiCloudDataStale", "HuaweiCloudObjectsFailing",
    ]

    @Test func everyPanelHasDataAndEveryTroubleRaisesItsAlert() async throws {
      try await withDirectory { directory in
        let source = Program.repository.appending(path: "deploy/prometheus/rules.yaml")
        let rules = directory.appending(path: "rules.yaml")
        // Nobody wants to wait ten minutes.
        try String(contentsOf: source, encoding: .utf8).replacing(#/(?m)^( +)for: .*$/#) { "\($0.output.1)for: 3s" }
          .write(to: rules, atomically: true, encoding: .utf8)
        try await Program.collecting(["demo", "--speed", "3"], in: directory) { _, url in
          try await Prometheus.scraping(url, rules: rules, in: directory) { prometheus in
            var silent = Self.troubles
            try? await until("the alerts", within: .seconds(110), every: .seconds(1)) {
              let firing = try await prometheus.query(
                "group by (alertname) (last_over_time(ALERTS{alertstate=\"firing\"}[5m]))")
              silent.subtract(firing.compactMap { $0.metric["alertname"] })
              return silent.isEmpty
            }
            #expect(silent.isEmpty)
            #expect(prometheus.complaints == [])

            let script = Program.repository.appending(path: "dashboards/check_live.py").path
            let words = ["python3", "-B", script, "--prometheus", prometheus.url, "--hours", "0.25"]
            // Some look at whole minutes, which must have begun with data.
            var findings = ""
            try? await until("data in every panel", within: .seconds(60), every: .seconds(3)) {
              let ended = try await Program.run(words, in: directory, within: .seconds(60))
              findings = ended.errors
              return ended.status == 0
            }
            #expect(findings.isEmpty)
          }
        }
      }
    }
  }
}
