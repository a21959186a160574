import FoundationEssentials
import Glibc
import HTTPTransport
import HuaweiCloud
import System
import Testing

@testable import ExporterCore

@Suite struct PublicationSelfMetricsTests {
  private func lines(_ families: [Family]) -> [String] {
    var renderer = Renderer()
    for family in families { renderer.appendLines(of: family) }
    return String(decoding: renderer.bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  private let target = TargetID(project: "prod", collector: "mirrors")

  @Test func aNewTargetHasItsSettingsAndCountersAtZero() {
    let status = TargetStatus(target: target, settings: RefreshSettings(interval: .seconds(600)))
    let labels = #"project="prod",collector="mirrors",target="""#
    let failures = [
      "timeout", "connection", "tls", "throttled", "unauthorized", "forbidden", "not_found", "client_error",
      "server_error", "malformed", "too_large", "too_many_series", "unsupported", "clock_skew", "internal",
    ].map { "huaweicloud_exporter_refresh_failures_total{\(labels),reason=\"\($0)\"} 0" }
    #expect(
      lines(SelfMetrics.families(status)) == [
        "huaweicloud_exporter_data_stale{\(labels)} 0",
        "huaweicloud_exporter_refresh_interval_seconds{\(labels)} 600",
        "huaweicloud_exporter_stale_after_seconds{\(labels)} 1800",
        "huaweicloud_exporter_series_limit{\(labels)} 250000",
        "huaweicloud_exporter_refreshes_total{\(labels)} 0",
      ] + failures + [
        "huaweicloud_exporter_refreshes_skipped_total{\(labels)} 0",
        "huaweicloud_exporter_series{\(labels)} 0",
      ])
  }

  @Test func aFailedRefreshLeavesTheLastSuccess() {
    var status = TargetStatus(target: target, settings: RefreshSettings(interval: .seconds(600)))
    status.lastSucceeded = false
    status.lastDuration = .milliseconds(1500)
    status.lastSuccess = Timestamp(seconds: 1_790_000_000, nanoseconds: 500_000_000)
    status.refreshes = 3
    status.failures = [.throttled: 2]
    status.objects = 48
    status.failedObjects = 2
    status.watchedObjects = 500
    status.series = 100
    status.isStale = true
    let labels = #"project="prod",collector="mirrors",target="""#
    let lines = Set(lines(SelfMetrics.families(status)))
    for line in [
      "huaweicloud_exporter_refresh_success{\(labels)} 0",
      "huaweicloud_exporter_refresh_duration_seconds{\(labels)} 1.5",
      "huaweicloud_exporter_last_success_timestamp_seconds{\(labels)} 1790000000.5",
      "huaweicloud_exporter_data_stale{\(labels)} 1", "huaweicloud_exporter_refreshes_total{\(labels)} 3",
      "huaweicloud_exporter_refresh_failures_total{\(labels),reason=\"throttled\"} 2",
      "huaweicloud_exporter_refresh_failures_total{\(labels),reason=\"timeout\"} 0",
      "huaweicloud_exporter_watched_objects{\(labels)} 500", "huaweicloud_exporter_objects{\(labels)} 48",
      "huaweicloud_exporter_objects_failed{\(labels)} 2",
      "huaweicloud_exporter_series{\(labels)} 100",
    ] { #expect(lines.contains(line), "\(line)") }
  }

  @Test func overviewCountsTargetsAndNamesProjects() {
    let targets = [
      TargetID(project: "b", collector: "mirrors"), TargetID(project: "a", collector: "registries", scope: "1"),
      TargetID(project: "a", collector: "registries", scope: "2"),
    ]
    let families = SelfMetrics.overview(
      targets: targets,
      projects: [
        ProjectIdentity(name: "b", region: "eu", projectID: ""),
        ProjectIdentity(name: "a", region: "cn", projectID: "1"),
      ],
      reload: ReloadStatus(lastSucceeded: false, lastSuccess: Timestamp(seconds: 7)),
      shard: Shard(index: 2, total: 3), memoryLimit: 268_435_456,
      build: BuildInformation(version: "1.2.3", swiftVersion: "6.3"))
    #expect(
      lines(families) == [
        #"huaweicloud_exporter_targets{project="a",collector="registries"} 2"#,
        #"huaweicloud_exporter_targets{project="b",collector="mirrors"} 1"#,
        #"huaweicloud_exporter_project_info{project="a",cloud_region="cn",project_id="1"} 1"#,
        #"huaweicloud_exporter_project_info{project="b",cloud_region="eu",project_id=""} 1"#,
        "huaweicloud_exporter_config_last_reload_successful 0",
        "huaweicloud_exporter_config_last_reload_success_timestamp_seconds 7",
        "huaweicloud_exporter_shard_ordinal 2",
        "huaweicloud_exporter_total_shards 3",
        "huaweicloud_exporter_memory_limit_bytes 268435456",
        #"huaweicloud_exporter_build_info{version="1.2.3",swift_version="6.3"} 1"#,
      ])
  }

  @Test func countsRequestsByProject() {
    let statistics = RequestStatistics()
    let observer = statistics.observer(project: "prod")
    observer.attempt(.cce, "ListImageCaches", 200, .milliseconds(100))
    observer.attempt(.cce, "ListImageCaches", nil, .seconds(100))
    observer.attempt(.cce, "ListImageCaches", 429, .milliseconds(10))
    observer.throttled(.cce)
    observer.retried(.cce)
    observer.waited(.cce, .milliseconds(2500))
    observer.credentialsExpire(Timestamp(seconds: 99))
    observer.renewalBegan()
    let renewals = "huaweicloud_exporter_credentials_renewals_total{project=\"prod\",result="
    #expect(
      self.lines(statistics.families()).filter { $0.hasPrefix(renewals) }
        == [renewals + "\"success\"} 0", renewals + "\"failure\"} 0"])
    observer.renewalEnded(false)
    observer.renewalEnded(true)
    observer.renewalEnded(false)
    #expect(
      self.lines(statistics.families()).filter { $0.hasPrefix(renewals) }
        == [renewals + "\"success\"} 1", renewals + "\"failure\"} 2"])
    let lines = lines(statistics.families())
    let call = #"project="prod",api="cce",operation="ListImageCaches""#
    #expect(
      Array(lines.prefix(3))
        == ["200", "429", "error"].map { code in
          "huaweicloud_exporter_api_requests_total{\(call),code=\"\(code)\"} 1"
        })
    let duration = "huaweicloud_exporter_api_request_duration_seconds"
    for line in [
      "\(duration)_bucket{\(call),le=\"0.05\"} 1", "\(duration)_bucket{\(call),le=\"0.1\"} 2",
      "\(duration)_bucket{\(call),le=\"60.0\"} 2", "\(duration)_bucket{\(call),le=\"+Inf\"} 3",
      "\(duration)_count{\(call)} 3",
      #"huaweicloud_exporter_api_wait_seconds_total{project="prod",api="cce"} 2.5"#,
      #"huaweicloud_exporter_api_retries_total{project="prod",api="cce"} 1"#,
      #"huaweicloud_exporter_api_throttled_total{project="prod",api="cce"} 1"#,
      #"huaweicloud_exporter_credentials_expiry_timestamp_seconds{project="prod"} 99"#,
    ] { #expect(lines.contains(line), "\(line)") }
    observer.credentialsExpire(nil)
    #expect(!self.lines(statistics.families()).contains { $0.contains("expiry") })
    statistics.keep(projects: ["other"])
    #expect(self.lines(statistics.families()).isEmpty)
  }

  /// A request that was under way when a reload dropped its project ends later: it must not bring the project back.
  @Test func whatADroppedProjectStillSendsIsNotCounted() {
    let statistics = RequestStatistics()
    let dropped = statistics.observer(project: "gone")
    let kept = statistics.observer(project: "kept")
    statistics.keep(projects: ["kept"])
    for observer in [dropped, kept] {
      observer.attempt(.cce, "ListImageCaches", nil, .seconds(1))
      observer.waited(.cce, .seconds(1))
      observer.retried(.cce)
      observer.throttled(.cce)
      observer.credentialsExpire(Timestamp(seconds: 99))
      observer.renewalBegan()
      observer.renewalEnded(true)
    }
    #expect(!lines(statistics.families()).contains { $0.contains("gone") })
    #expect(lines(statistics.families()).contains { $0.contains("kept") })
    // Another one of that name is another project.
    let again = statistics.observer(project: "gone")
    dropped.retried(.cce)
    again.retried(.cce)
    #expect(
      lines(statistics.families()).contains(#"huaweicloud_exporter_api_retries_total{project="gone",api="cce"} 1"#))
    // The same name, still there: what its client did before a change of the configuration counts.
    kept.retried(.cce)
    statistics.observer(project: "kept").retried(.cce)
    #expect(
      lines(statistics.families()).contains(#"huaweicloud_exporter_api_retries_total{project="kept",api="cce"} 3"#))
  }

  @Test func everyCounterOfAnAPIIsThereFromItsFirstRequest() {
    let statistics = RequestStatistics()
    statistics.observer(project: "p").attempt(.iam, "KeystoneListProjects", 200, .zero)
    let lines = lines(statistics.families())
    for name in ["wait_seconds", "retries", "throttled"] {
      #expect(lines.contains("huaweicloud_exporter_api_\(name)_total{project=\"p\",api=\"iam\"} 0"))
    }
  }

  @Test func knowsTheProcess() throws {
    var values: [String: Double] = [:]
    // Enough to see it in the kernel's ticks, which are of a hundredth of a second and late by some.
    while Self.processorTime < 0.5 {}
    let spent = Self.processorTime
    let families = ProcessMetrics().families()
    let spentLater = Self.processorTime
    for line in lines(families) {
      let parts = line.split(separator: " ")
      values[String(parts[0])] = Double(parts[1])
    }
    #expect(values.count == 6)
    #expect(try #require(values["process_resident_memory_bytes"]) > 1_000_000)
    #expect(try #require(values["process_virtual_memory_bytes"]) > values["process_resident_memory_bytes"] ?? 0)
    #expect(try #require(values["process_open_fds"]) >= 3)
    #expect(try #require(values["process_max_fds"]) >= values["process_open_fds"] ?? .infinity)
    let limits = try String(contentsOfFile: "/proc/self/limits", encoding: .utf8).split(separator: "\n")
    let files = try #require(limits.first { $0.hasPrefix("Max open files") }).split(separator: " ")
    #expect(values["process_max_fds"] == (files[3] == "unlimited" ? .infinity : Double(files[3])))
    #expect((spent - 0.25...spentLater + 0.05).contains(try #require(values["process_cpu_seconds_total"])))
    let start = try #require(values["process_start_time_seconds"])
    #expect(abs(TimeSource.system.now().unixTime - start) < 3600)
  }

  /// What the process has taken of the processors so far in seconds, as the C library says it.
  private static var processorTime: Double { Double(clock()) / 1_000_000 }

  @Test func whereNothingIsDividedOrLimited() {
    let lines = lines(SelfMetrics.overview(targets: [], projects: [], reload: nil, build: BuildInformation()))
    #expect(lines.prefix(2) == ["huaweicloud_exporter_shard_ordinal 0", "huaweicloud_exporter_total_shards 1"])
    #expect(!lines.contains { $0.contains("memory_limit") })
  }

  @Test func everyDescriptorKeepsTheRules() {
    let descriptors = SelfMetrics.descriptors
    #expect(Set(descriptors.map(\.name)).count == descriptors.count)
    for descriptor in descriptors {
      #expect(!descriptor.help.contains("\"") && !descriptor.help.contains("\n") && !descriptor.help.isEmpty)
      #expect((descriptor.kind == .counter) == descriptor.name.hasSuffix("_total"), "\(descriptor.name)")
      #expect((descriptor.kind == .info) == descriptor.name.hasSuffix("_info"), "\(descriptor.name)")
    }
  }

  @Test func listsTheCatalogueAsMarkdown() {
    let things = Collector(
      "things", "Things that are.", every: .seconds(60), targets: .wholeProject,
      rows: .of(Int.self) { _ in { _, _ in } }, labels: [:],
      metrics: [
        .info("a_info", "One | two.", ["x": { _ in nil }]), .count("b", "B."),
      ])
    let document = MetricsDocument(Catalog(collectors: [things]))
    #expect(
      document.markdown.contains(
        """

        ## things

        Things that are.

        | name | type | labels | meaning |
        |---|---|---|---|
        | `a_info` | info | `project`, `x` | One \\| two. |
        | `b` | gauge | `project` | B. |

        ## discovery

        """))
    #expect(document.markdown.contains("\n## The exporter itself\n"))
    for descriptor in SelfMetrics.descriptors { #expect(document.markdown.contains("\n| `\(descriptor.name)` | ")) }
  }
}
