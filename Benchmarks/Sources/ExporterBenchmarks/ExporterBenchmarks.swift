import ExporterCore
import HTTPTransport
import System

/// What a scrape and a refresh cost inside the process, for `Benchmarks/run`.
///
/// `render SERIES` times the text of that many lines and its compression; `refresh TARGETS SERIES` a page of that many
/// targets of that many series each. Prints JSON; times are the fastest of a few rounds, in microseconds.
@main
enum ExporterBenchmarks {
  static func main() {
    let arguments = CommandLine.arguments
    let numbers = arguments.dropFirst(2).compactMap { Int($0) }
    switch (arguments.count > 1 ? arguments[1] : "", numbers.count) {
    case ("render", 1): render(series: numbers[0])
    case ("refresh", 2): refresh(targets: numbers[0], series: numbers[1])
    default:
      StandardStream.error.write(Array("usage: ExporterBenchmarks render SERIES | refresh TARGETS SERIES\n".utf8))
    }
  }

  private static func render(series: Int) {
    // In parts, as a page is rendered: small enough to find memory that is there.
    let parts = (0..<max(1, series / 1000)).map { part in
      Family(descriptors[0], column: 0, of: [Generated(target: part).sheet(min(series, 1000))])
    }
    var length = 0
    // As long as Go's five rounds take: neighbours slow down whoever is measured in the wrong moment.
    let rendering = fastest(of: 50) {
      length = 0
      for part in parts { length += Snapshot.empty.text(followedBy: [part]).count }
    }
    let text = Snapshot.empty.text(followedBy: parts)
    var results = [("render_us", rendering), ("bytes", length)]
    for level in [1, 3, 6] {
      var size = 0
      let duration = fastest(of: 3) { size = DeflatedBlock(text, level: level).compressed.count }
      results += [("zlib\(level)_us", duration), ("zlib\(level)_bytes", size)]
    }
    report(results)
  }

  private static func refresh(targets: Int, series: Int) {
    let all = (0..<targets).map { Generated(target: $0).families(series, changed: 0) }
    var page = Page(catalogue: descriptors)
    let everything = fastest(of: 3) {
      page = Page(catalogue: descriptors)
      for target in 0..<targets { page.set(all[target], of: id(target)) }
      _ = page.snapshot()
    }
    var step = 0
    let changed = fastest(of: 20) {
      step += 1
      let target = step % targets
      page.set(Generated(target: target).families(series, changed: step), of: id(target))
      _ = page.snapshot()
    }
    let same = Generated(target: 0).families(series, changed: 0)
    page.set(same, of: id(0))
    let unchanged = fastest(of: 20) {
      page.set(same, of: id(0))
      _ = page.snapshot()
    }
    report([
      ("everything_us", everything), ("changed_us", changed), ("unchanged_us", unchanged),
      ("bytes", page.snapshot().text().count),
    ])
  }

  private static let descriptors = (0..<10).map {
    MetricDescriptor("huaweicloud_swr_artifacts_number_\($0)_bytes", help: "A family of artifacts by repository.")
  }

  private static func id(_ target: Int) -> TargetID {
    TargetID(project: "production", collector: "artifacts", scope: "i\(1000 + target)-a000100000-r00010000-000000000")
  }

  private static func fastest(of rounds: Int, _ body: () -> Void) -> Int {
    var best = Duration.seconds(1_000_000)
    for _ in 0..<rounds {
      let start = ContinuousClock.now
      body()
      best = min(best, ContinuousClock.now - start)
    }
    return Int(best / .microseconds(1))
  }

  private static func report(_ results: [(String, Int)]) {
    print("{" + results.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ") + "}")
  }

  /// The lines of one target: five labels, about 190 bytes each.
  private struct Generated {
    let target: Int

    func families(_ series: Int, changed: Int) -> [Family] {
      descriptors.map { Family($0, samples(series / descriptors.count, changed: changed)) }
    }

    func sheet(_ count: Int) -> Sheet {
      var sheet = Sheet(common: commonLabels, columns: 1)
      for number in 0..<count {
        let row = sheet.row([("repository_id", id(number)), ("repository", name(number))])
        let more = sheet.sharedMore("artifact_type", "IMAGE", at: 0, of: 0)
        sheet.add(value(number, changed: 0), row: row, more: more, to: 0)
      }
      return sheet
    }

    func samples(_ count: Int, changed: Int) -> [Sample] {
      (0..<count).map { number in
        Sample(
          repository(number, following: commonLabels).adding("artifact_type", "IMAGE"), value(number, changed: changed))
      }
    }

    var commonLabels: LabelSet {
      LabelSet(["project": "production", "instance_id": ExporterBenchmarks.id(target).scope])
    }

    private func repository(_ number: Int, following labels: LabelSet) -> LabelSet {
      labels.adding("repository_id", id(number)).adding("repository", name(number))
    }

    private func id(_ number: Int) -> String { String(1_000_000 + number) }
    private func name(_ number: Int) -> String { "team-001/service-\(1_000_000 + number)" }

    /// Sizes of their own in each target; names are shared.
    private func value(_ number: Int, changed: Int) -> Double {
      let hash = UInt64(target << 20 + number) &* 0x9e37_79b9_7f4a_7c15
      return Double(1_000_000_000 + hash >> 32 + UInt64(changed * 4096))
    }
  }
}
