import ExporterCore
import Foundation
import Testing

import struct CloudSimulator.Route

/// What must be there for every collector, and what must hold for every metric.
@Suite struct CollectorCatalogTests {
  private static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  @Test(arguments: CollectorCatalog.all) func hasASimulatedRouteAnExpectedExpositionAndARow(_ collector: Collector)
    throws
  {
    #expect(Route.all.contains { $0.operation.rawValue == collector.operation }, "no simulated route")
    let expected = try String(
      contentsOf: Self.root.appending(path: "Tests/ExporterCoreTests/Collectors/DocumentExamplesTests.swift"),
      encoding: .utf8)
    let document = CollectorCatalog.document.markdown
    for metric in collector.metrics {
      #expect(document.contains("| `\(metric.name)` |"), "\(metric.name) has no row")
    }
    #expect(collector.metrics.contains { expected.contains("\n    \($0.name){") }, "no expected exposition")
    #expect(!collector.summary.isEmpty)
  }

  @Test func theDocumentIsTheCatalogue() throws {
    let file = try String(contentsOf: Self.root.appending(path: "docs/metrics.md"), encoding: .utf8)
    #expect(file == CollectorCatalog.document.markdown, "run make docs")
  }

  @Test(arguments: CollectorCatalog.metrics + SelfMetrics.descriptors)
  func keepsToTheRulesOfNames(_ metric: MetricDescriptor) {
    #expect(metric.name.hasPrefix("huaweicloud_") || metric.name.hasPrefix("process_"))
    #expect(metric.kind != .counter || metric.name.hasSuffix("_total"))
    #expect(metric.kind != .info || metric.name.hasSuffix("_info"))
    #expect(!metric.help.isEmpty && !metric.help.contains("\"") && !metric.help.contains("\n"))
    // Prometheus or Kubernetes attach these to a target.
    let taken: Set = ["instance", "job", "namespace", "pod", "service", "endpoint", "region"]
    #expect(taken.isDisjoint(with: metric.labels))
    #expect(Set(metric.labels).count == metric.labels.count)
  }

  @Test func noNameIsUsedTwice() {
    let names = (CollectorCatalog.metrics + SelfMetrics.descriptors).map(\.name)
    #expect(Set(names).count == names.count)
  }
}
