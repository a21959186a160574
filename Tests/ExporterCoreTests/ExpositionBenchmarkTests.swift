import Foundation
import HTTPTransport
import HuaweiCloud
import System
import Testing

@testable import ExporterCore

/// Numbers for people: `EXPORTER_BENCHMARK=1 swift test -c release -Xswiftc -enable-testing --filter ExpositionBenchmark`.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["EXPORTER_BENCHMARK"] != nil))
struct ExpositionBenchmarkTests {
  private static let catalogue =
    (0..<11).map {
      MetricDescriptor("huaweicloud_swr_artifacts_number_\($0)_bytes", help: "A family of artifacts by repository.")
    } + SelfMetrics.descriptors

  @Test func renders() {
    let samples = self.samples(of: "instance-1", count: 100_000, value: 26_843_545_600)
    let family = Family(Self.catalogue[0], samples)
    var bytes = 0
    let duration = fastest {
      var renderer = Renderer()
      renderer.appendLines(of: family)
      bytes = renderer.bytes.count
    }
    report("render 100,000 lines of \(bytes / 100_000) bytes", duration, bytes: bytes)
    let text = Snapshot.empty.text(followedBy: [family])
    report("deflate the same", fastest { _ = DeflatedBlock(text) }, bytes: text.count)
  }

  @Test func labels() {
    let duration = fastest { _ = self.samples(of: "instance-1", count: 100_000, value: 1).count }
    report("make 100,000 sets of labels", duration)
  }

  /// What one refresh costs beside everything, with chunks alone and with chunks that share blocks.
  @Test(arguments: [(100, 1000), (500, 200), (20, 5000)]) func refreshesOneTarget(targets: Int, series: Int) {
    let names = (0..<targets).map { "instance-\($0)" }
    let families = names.map { name in self.families(of: name, series: series) }
    var page = Page(catalogue: Self.catalogue)
    let all = fastest(1) {
      for (name, families) in zip(names, families) {
        page.set(families, of: target(name))
        page.set(SelfMetrics.families(status(name, refreshes: 1)), of: target(name), section: .status)
      }
      _ = page.snapshot()
    }
    var step = 0
    let changed = fastest(40) {
      step += 1
      let name = names[step % targets]
      let families = self.families(of: name, series: series, value: Double(step * 1000))
      page.set(families, of: target(name))
      page.set(SelfMetrics.families(status(name, refreshes: step)), of: target(name), section: .status)
      _ = page.snapshot()
    }
    let unchanged = fastest(20) {
      page.set(families[1], of: target(names[1]))
      _ = page.snapshot()
    }
    report("\(targets) targets of \(series) series: everything", all)
    report("  one target and its status (1/\(Int(all / changed)))", changed)
    report("  one target that is as it was", unchanged)
    reportSize(page.snapshot())
  }

  /// What a scrape costs before the first byte is sent.
  @Test func answers() {
    let publication = Publication()
    let request = HTTPServerRequest(
      method: "GET", path: "/metrics",
      headers: [
        HTTPHeader("Host", "127.0.0.1:10068"), HTTPHeader("User-Agent", "Prometheus/2.42.0+ds"),
        HTTPHeader(
          "Accept",
          "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
            + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"),
        HTTPHeader("Accept-Encoding", "gzip"), HTTPHeader("X-Prometheus-Scrape-Timeout-Seconds", "10"),
      ])
    report("answer 1,000 scrapes", fastest { for _ in 0..<1000 { _ = publication.answer(request) } })
  }

  @Test func sizes() {
    var page = Page(catalogue: Self.catalogue)
    for number in 0..<300 {
      let name = "instance-\(number)"
      page.set(families(of: name, series: 22), of: target(name))
      page.set(SelfMetrics.families(status(name, refreshes: number)), of: target(name), section: .status)
    }
    report("300 targets of 22 series", fastest(1) { _ = page.snapshot() })
    reportSize(page.snapshot())
  }

  private func reportSize(_ snapshot: Snapshot) {
    let whole = DeflatedBlock(snapshot.text(.openMetrics)).compressed.count
    let blocks = snapshot.blocks.reduce(0) { $0 + $1.openMetrics.compressed.count }
    let text = snapshot.text(.openMetrics).count
    print(
      "  \(snapshot.blocks.count) blocks, text \(text), gzip \(blocks), in one piece \(whole): \(Double(blocks) / Double(whole))"
    )
  }

  private func target(_ name: String) -> TargetID {
    TargetID(project: "production", collector: "artifacts", scope: name)
  }

  private func status(_ name: String, refreshes: Int) -> TargetStatus {
    var status = TargetStatus(target: target(name), settings: RefreshSettings(interval: .seconds(300)))
    status.lastSucceeded = true
    status.lastDuration = .milliseconds(1234 + refreshes)
    status.lastSuccess = Timestamp(
      seconds: 1_790_000_000 + Int64(refreshes), nanoseconds: Int32(name.hashValue & 0xfffffff))
    status.refreshes = refreshes
    status.series = 1000
    return status
  }

  private func families(of name: String, series: Int, value: Double = 26_843_545_600) -> [Family] {
    Self.catalogue[..<11].map { Family($0, samples(of: name, count: series / 11, value: value)) }
  }

  private func samples(of name: String, count: Int, value: Double) -> [Sample] {
    let base = LabelSet(["project": "production", "instance_id": name])
    let seed = name.utf8.reduce(0) { $0 &* 31 &+ Int($1) } & 0xffff
    return (0..<count).map { number in
      // Ids and sizes of their own in each target, names that some targets share.
      var random = Random(state: UInt64(seed << 20 + number))
      let hash = random.next(below: 1 << 32)
      return Sample(
        base.adding("repository_id", String(hash)).adding(
          "repository", "team-\(number % 17)/service-\((number * 7919) % 5003)"
        )
        .adding("artifact_type", "IMAGE"), value + Double(hash % 1_000_000))
    }
  }

  private func fastest(_ rounds: Int = 5, _ body: () -> Void) -> Double {
    (0..<rounds).map { _ in
      let start = ContinuousClock.now
      body()
      return (ContinuousClock.now - start).seconds
    }.min() ?? 0
  }

  private func report(_ name: String, _ seconds: Double, bytes: Int? = nil) {
    let rate = bytes.map { ", \(Int(Double($0) / seconds / 1e6)) MB/s" } ?? ""
    print("\(name): \(Int(seconds * 1e6)) µs\(rate)")
  }
}
