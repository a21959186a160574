import Foundation
import HuaweiCloud
import Testing

import struct CloudSimulator.Route

@testable import ExporterCore

/// What must be there for every collector, and what must hold for every metric: each test names what is missing.
@Suite struct CatalogTests {
  private static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private static let all = Catalog.standard.collectors + Catalog.standard.discoveries

  private static func file(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  @Test(arguments: all) func isSetUpByAnEmptyConfiguration(_ collector: Collector) {
    #expect(collector.standard != nil, "\(collector.key)")
    #expect(!collector.summary.isEmpty)
  }

  /// The project's id comes from IAM by a way that all requests share.
  @Test(arguments: all.filter { $0.key != "project" })
  func asksForWhatTheSimulatedCloudHas(_ collector: Collector) throws {
    let endpoints = try #require(collector.standard).endpoints
    #expect(!endpoints.isEmpty, "\(collector.key) asks nothing")
    for endpoint in endpoints {
      let route = Route.all.first { $0.operation.rawValue == endpoint.operation }
      #expect(route?.path == endpoint.path, "\(collector.key): \(endpoint.operation) has no simulated route")
    }
  }

  /// Each of a path's braces is filled by the client, the target, or what stands in `own` for the collector itself.
  @Test(arguments: all) func knowsWhatToPutIntoItsPaths(_ collector: Collector) throws {
    let own =
      [
        "sync_rules": ["repository"], "sync_jobs": ["repository"], "mirrors": ["repository_id"],
        "retentions": ["policy_id"],
      ][collector.key] ?? []
    let known = Set(["project_id", "instance_id", "namespace"] + own)
    for endpoint in try #require(collector.standard).endpoints {
      #expect(known.isSuperset(of: endpoint.holes), "\(collector.key): \(endpoint.path)")
    }
  }

  /// A collector may find what a discovery finds, which then has not to run: one listing serves both.
  @Test func everyFactIsFoundByOneAndNeededOnesAreFound() {
    for finders in [Catalog.standard.collectors, Catalog.standard.discoveries] {
      let found = finders.compactMap(\.fact)
      #expect(Set(found).count == found.count)
    }
    let found = Self.all.compactMap(\.fact)
    for collector in Self.all {
      for need in collector.standard?.needs ?? [] {
        #expect(found.contains(need.fact), "nobody finds \(need.fact), which \(collector.key) needs")
      }
    }
  }

  @Test(arguments: Catalog.standard.collectors) func hasAnExpectedExposition(_ collector: Collector) throws {
    let expected = DocumentExamplesTests.expected
    for metric in collector.metrics {
      let absent = ["huaweicloud_swr_artifacts_last_pull_timestamp_seconds"]
      #expect(
        expected.contains("\n\(metric.name){") || expected.hasPrefix("\(metric.name){") || absent.contains(metric.name),
        "\(metric.name) has no expected line")
    }
  }

  @Test func theDocumentsAreTheCatalog() throws {
    #expect(try Self.file("docs/metrics.md") == MetricsDocument(.standard).markdown, "run make docs")
    #expect(try Self.file("docs/assumptions.md") == Assumption.document, "run make docs")
    let tables = CatalogTables(.standard)
    for (path, name, table) in [
      ("docs/configuration.md", "options", tables.options), ("docs/security.md", "permissions", tables.permissions),
      ("docs/deployment.md", "costs", tables.costs),
    ] {
      let block = "<!-- \(name): made by make docs -->\n\(table)<!-- end -->\n"
      #expect(try Self.file(path).contains(block), "\(path): run make docs")
    }
    for path in ["README.md", "README.zh-CN.md"] {
      // The head of this table is the document's own.
      #expect(try Self.file(path).contains("|---|---|\n\(tables.actions)<!-- end -->\n"), "\(path): run make docs")
      #expect(
        try Self.file(path).contains("<!-- policy: made by make docs -->\n\(tables.policy)<!-- end -->\n"),
        "\(path): run make docs")
    }
  }

  @Test(arguments: Catalog.standard.metrics + SelfMetrics.descriptors)
  func keepsToTheRulesOfNames(_ metric: MetricDescriptor) {
    #expect(metric.name.hasPrefix("huaweicloud_") || metric.name.hasPrefix("process_"))
    #expect(metric.kind != .counter || metric.name.hasSuffix("_total"))
    #expect(metric.kind != .info || metric.name.hasSuffix("_info"))
    #expect(!metric.help.isEmpty && !metric.help.contains("\"") && !metric.help.contains("\n"))
    // Prometheus or Kubernetes attach these to a target.
    let taken: Set = ["instance", "job", "namespace", "pod", "service", "endpoint", "region"]
    #expect(taken.isDisjoint(with: metric.labels), "\(metric.name): a target has one of these labels already")
    #expect(Set(metric.labels).count == metric.labels.count)
  }

  /// Each reason has a line in the runbook of failing targets.
  @Test(arguments: FailureReason.allCases) func theRunbookKnows(_ reason: FailureReason) throws {
    let lines = try Self.file("docs/runbooks.md").split(separator: "\n").filter { $0.hasPrefix("| `") }
    #expect(lines.contains { $0.split(separator: "|").first?.contains("`\(reason.label)`") == true })
  }

  /// Every fault of `FaultTableTests` is tried on what each collector asks.
  @Test(arguments: Catalog.standard.collectors.filter { !$0.isDiscovery }.map(\.key))
  func meetsEveryFault(_ key: String) {
    #expect(FaultTableTests.collectors.values.contains(key), "FaultTableTests.collectors has no operation of \(key)")
  }

  /// The assumptions about pages are about every listing whose objects are counted in a field; `artifacts` asks for no
  /// such listing of its own, but for the namespaces'.
  @Test func assumptionsAboutPagesNameEveryCollectorWithSuch() throws {
    let paged = Catalog.standard.collectors.filter { collector in
      collector.key != "artifacts"
        && collector.standard?.loads.contains { if case .offset(_, .field) = $0.pages { true } else { false } } == true
    }
    for name in ["pages-are-full", "total-is-of-all"] {
      let assumption = try #require(Assumption.all.first { $0.name == name })
      #expect(Set(assumption.collectors) == Set(paged.map(\.key)), "\(name)")
    }
  }

  @Test func noNameIsUsedTwice() {
    let names = (Catalog.standard.metrics + SelfMetrics.descriptors).map(\.name)
    #expect(Set(names).count == names.count)
    let keys = Catalog.standard.collectors.map(\.key)
    #expect(Set(keys).count == keys.count)
  }
}
