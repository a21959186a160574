import HTTPTransport
import TestSupport
import Testing

@testable import ExporterCore

@Suite struct ExpositionPageTests {
  private let size = MetricDescriptor("size_bytes", labels: ["target"], help: "Size.")
  private let info = MetricDescriptor("thing_info", .info, labels: ["target"], help: "Thing.")
  private let success = MetricDescriptor("refresh_success", labels: ["target"], help: "Success.")

  private func target(_ name: String) -> TargetID { TargetID(project: "p", collector: "c", scope: name) }

  private func family(_ descriptor: MetricDescriptor, _ name: String, count: Int = 1, value: Double = 1) -> Family {
    Family(
      descriptor,
      (0..<count).map { Sample(LabelSet(["target": name, "number": String($0)]), value) })
  }

  @Test func standsInTheOrderOfTheCatalogueAndOfTargets() {
    var page = Page(catalogue: [size, info, success])
    page.set([family(info, "b"), family(size, "b", count: 2)], of: target("b"))
    page.set([family(success, "a")], of: target("a"), section: .status)
    page.set([family(size, "a")], of: target("a"))
    let samples = """
      size_bytes{target="a",number="0"} 1
      size_bytes{target="b",number="0"} 1
      size_bytes{target="b",number="1"} 1

      """
    #expect(
      text(page.snapshot()) == """
        # HELP size_bytes Size.
        # TYPE size_bytes gauge
        \(samples)# HELP thing_info Thing.
        # TYPE thing_info gauge
        thing_info{target="b",number="0"} 1
        # HELP refresh_success Success.
        # TYPE refresh_success gauge
        refresh_success{target="a",number="0"} 1

        """)
    #expect(
      text(page.snapshot(), .openMetrics) == """
        # HELP size_bytes Size.
        # TYPE size_bytes gauge
        # UNIT size_bytes bytes
        \(samples)# HELP thing Thing.
        # TYPE thing info
        thing_info{target="b",number="0"} 1
        # HELP refresh_success Success.
        # TYPE refresh_success gauge
        refresh_success{target="a",number="0"} 1
        # EOF

        """)
  }

  @Test func replacesOnlyTheSectionThatIsSet() {
    var page = Page(catalogue: [size, info, success])
    page.set([family(size, "a"), family(info, "a")], of: target("a"))
    page.set([family(success, "a")], of: target("a"), section: .status)
    page.set([family(size, "a", value: 2)], of: target("a"))
    #expect(
      lines(page.snapshot()) == [#"size_bytes{target="a",number="0"} 2"#, #"refresh_success{target="a",number="0"} 1"#])
    page.remove(target("a"))
    #expect(text(page.snapshot()) == "")
    #expect(text(page.snapshot(), .openMetrics) == "# EOF\n")
  }

  @Test func aSnapshotStaysAsItWas() {
    var page = Page(catalogue: [size])
    page.set([family(size, "a", count: 3000)], of: target("a"))
    let before = page.snapshot()
    let text = text(before)
    page.set([family(size, "a", count: 3000, value: 7)], of: target("a"))
    #expect(self.text(before) == text)
    #expect(self.text(page.snapshot()) != text)
  }

  @Test func aFamilyOutsideTheCatalogueStandsAtTheEnd() {
    var page = Page(catalogue: [success])
    page.set([family(size, "a"), family(success, "a")], of: target("a"))
    #expect(lines(page.snapshot()).map { $0.prefix(4) } == ["refr", "size"])
  }

  @Test func appendsFamiliesAtTheEnd() {
    var page = Page(catalogue: [size])
    page.set([family(size, "a")], of: target("a"))
    let whole = String(
      decoding: page.snapshot().text(.openMetrics, followedBy: [family(success, "x"), Family(info)]), as: UTF8.self)
    #expect(whole.hasSuffix("refresh_success{target=\"x\",number=\"0\"} 1\n# EOF\n"))
    #expect(!whole.contains("thing"))
  }

  /// Any sequence of changes must lead to what a page that is built anew shows, however chunks shrink and grow.
  @Test(arguments: 0..<4) func anyHistoryShowsTheSamePage(run: UInt64) {
    var random = SplitMix64(state: TestSeed.value &+ run)
    let catalogue = (0..<7).map { MetricDescriptor("family_\($0)", $0 % 3 == 0 ? .info : .gauge, help: "F.") }
    var page = Page(catalogue: catalogue)
    var present: [TargetID: [Family]] = [:]
    for step in 0..<36 {
      let target = target(String(Int.random(in: 0..<15, using: &random)))
      if Int.random(in: 0..<8, using: &random) == 0 {
        page.remove(target)
        present[target] = nil
      } else {
        let families = catalogue.filter { _ in Int.random(in: 0..<4, using: &random) > 0 }.map { descriptor in
          let count = [0, 1, 1, 3, 3, 10, 40, 400][Int.random(in: 0..<8, using: &random)]
          return family(descriptor, target.scope, count: count, value: Double(step))
        }
        page.set(families, of: target)
        present[target] = families
      }
      guard step % 18 == 17 else { continue }
      let snapshot = page.snapshot()
      var fresh = Page(catalogue: catalogue)
      for (target, families) in present { fresh.set(families, of: target) }
      for format in ExpositionFormat.allCases {
        #expect(snapshot.text(format) == fresh.snapshot().text(format))
      }
      #expect(snapshot.text() == plainText(of: present, catalogue: catalogue))
      let lines = lines(snapshot)
      #expect(Set(lines).count == lines.count, "a series stands twice")
    }
  }

  /// So much text does not wait for the snapshot, and comes in an order that is not the page's.
  @Test func manySmallTargetsStandInOrder() {
    var page = Page(catalogue: [size, info])
    var present: [TargetID: [Family]] = [:]
    for step in 0..<1500 {
      let name = String(step * 7919 % 1500)
      let families = [family(size, name, count: 30), family(info, name, count: 20)]
      page.set(families, of: target(name))
      present[target(name)] = families
    }
    let snapshot = page.snapshot()
    #expect(snapshot.text() == plainText(of: present, catalogue: [size, info]))
    #expect(snapshot.blocks.allSatisfy { $0.text.textLength <= SegmentList.maximumSize })
    for name in 0..<1500 where name != 40 { page.remove(target(String(name))) }
    #expect(page.snapshot().text() == plainText(of: present.filter { $0.key.scope == "40" }, catalogue: [size, info]))
  }

  @Test func sharesTheBlocksThatDidNotChange() {
    var page = Page(catalogue: [size, info])
    for name in 0..<400 { page.set([family(size, String(name), count: 50)], of: target(String(name))) }
    let before = page.snapshot()
    page.set([family(size, "7", count: 50, value: 2)], of: target("7"))
    let after = page.snapshot()
    let kept = Set(before.blocks.map { ObjectIdentifier($0.text.compressed) })
    let changed = after.blocks.filter { !kept.contains(ObjectIdentifier($0.text.compressed)) }
    #expect(before.blocks.count > 8)
    #expect(changed.count == 1)
    page.set([family(size, "7", count: 50, value: 2)], of: target("7"))
    let again = page.snapshot()
    #expect(
      again.blocks.map { ObjectIdentifier($0.text.compressed) }
        == after.blocks.map { ObjectIdentifier($0.text.compressed) })
  }

  @Test func compressesLargeChunksAlone() {
    var page = Page(catalogue: [size])
    page.set([family(size, "a", count: 4000)], of: target("a"))
    page.set([family(size, "b", count: 5)], of: target("b"))
    let blocks = page.snapshot().blocks
    #expect(blocks.count == 3)
    #expect(blocks[1].text.inflated().starts(with: Array("size_bytes{target=\"a\",number=\"0\"} 1\n".utf8)))
    #expect(blocks[1].text.textLength > 100_000)
  }

  @Test func cutsLargeTargetsByLines() {
    let lines = Page.linesPerChunk
    var page = Page(catalogue: [size])
    func set(_ count: Int, value: (Int) -> Double = { _ in 1 }) {
      let target = target("a")
      var sheet = Sheet(common: LabelSet(["target": "a"]), columns: 1)
      for number in 0..<count { sheet.add(value(number), row: sheet.row([("number", String(number))]), to: 0) }
      page.set([Family(size, column: 0, of: [sheet])], of: target)
    }
    func chunks() -> [ObjectIdentifier] {
      page.snapshot().blocks.dropFirst().map { ObjectIdentifier($0.text.compressed) }
    }
    set(3 * lines)
    let before = chunks()
    #expect(before.count == 3)
    // A value that needs more digits changes its own chunk only.
    set(3 * lines) { $0 == lines + 5 ? 1_000_000 : 1 }
    let after = chunks()
    #expect(after.count == 3 && after[0] == before[0] && after[1] != before[1] && after[2] == before[2])
    for count in [3 * lines + 1, 2 * lines - 1, lines, 10, 2 * lines, 0, lines + 1] {
      set(count)
      #expect(self.lines(page.snapshot()).count == count)
      #expect(chunks().count == (count + lines - 1) / lines || count < 200)
    }
  }

  private func plainText(of present: [TargetID: [Family]], catalogue: [MetricDescriptor]) -> [UInt8] {
    var renderer = Renderer()
    for descriptor in catalogue {
      let samples = present.sorted { $0.key < $1.key }
        .flatMap { $0.value.filter { $0.descriptor == descriptor }.flatMap(\.samples) }
      renderer.append(Family(descriptor, samples), in: .text)
    }
    return renderer.bytes
  }

  private func text(_ snapshot: Snapshot, _ format: ExpositionFormat = .text) -> String {
    String(decoding: snapshot.text(format), as: UTF8.self)
  }

  private func lines(_ snapshot: Snapshot) -> [Substring] {
    text(snapshot).split(separator: "\n").filter { !$0.hasPrefix("#") }
  }
}
