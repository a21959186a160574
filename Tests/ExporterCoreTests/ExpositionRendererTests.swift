import TestSupport
import Testing

@testable import ExporterCore

@Suite struct ExpositionRendererTests {
  @Test(arguments: [
    (0, "0"), (-0.0, "0"), (1, "1"), (42, "42"), (-7, "-7"), (10, "10"), (99, "99"), (100, "100"), (999, "999"),
    (1000, "1000"), (9999, "9999"), (10_000, "10000"), (99_999, "99999"), (100_000, "100000"), (-123_456, "-123456"),
    (26_843_545_600, "26843545600"),
    (1e18, "1000000000000000000"),
    (-9_223_372_036_854_775_808, "-9223372036854775808"), (1e19, "1e+19"), (0.1, "0.1"), (2.5, "2.5"),
    (1_712_345_678.25, "1712345678.25"), (0.00001, "1e-05"), (.leastNonzeroMagnitude, "5e-324"), (.infinity, "+Inf"),
    (-.infinity, "-Inf"), (.nan, "NaN"), (1.0 / 3, "0.3333333333333333"),
  ])
  func writesNumbers(_ value: Double, _ expected: String) {
    #expect(line(LabelSet(), value) == "x \(expected)\n")
    #expect(line(LabelSet(["a": "b"]), value) == "x{a=\"b\"} \(expected)\n")
  }

  @Test func everyNumberReadsBackAsItself() {
    var generator = SplitMix64(state: TestSeed.value)
    for _ in 0..<10_000 {
      let bits = generator.next()
      // Few patterns are an integer: as many more are made from one, of any number of digits.
      let integer = Double(Int64(bitPattern: bits) >> (bits % 64))
      for value in [Double(bitPattern: bits), integer] where value.isFinite {
        #expect(Double(line(LabelSet(), value).dropFirst(2).dropLast()) == value)
      }
    }
  }

  @Test(arguments: [LabelSet(["a": "1"]), LabelSet()])
  func linesOfSheetsAreWrittenLikeSamples(common: LabelSet) {
    let descriptor = MetricDescriptor("x", help: "X.")
    func sheet(_ common: LabelSet) -> Sheet {
      var sheet = Sheet(common: common, columns: 2)
      let row = sheet.row([("b", "2"), ("c", "\"3\"")])
      let inner = sheet.row(inside: row, [("d", "4")])
      let innermost = sheet.row(inside: inner, [("g", "7")])
      for (number, value) in [1, 0.5].enumerated() {
        sheet.add(value, row: inner, to: number)
        let more = sheet.more([("e", "5"), ("f", "6")], of: number)
        sheet.add(value, row: row, more: more, to: number)
        #expect(sheet.more([("e", "5"), ("f", "6")], of: number) == more)
        sheet.add(value, row: innermost, more: more, to: number)
        sheet.add(value, row: .none, more: more, to: number)
        sheet.add(value, row: .none, to: number)
      }
      return sheet
    }
    let row = common.adding("b", "2").adding("c", "\"3\"")
    let labels = [
      row.adding("d", "4"), row.adding("e", "5").adding("f", "6"),
      row.adding("d", "4").adding("g", "7").adding("e", "5").adding("f", "6"),
      common.adding("e", "5").adding("f", "6"), common,
    ]
    let family = Family(descriptor, column: 1, of: [sheet(common), sheet(common)])
    #expect(family.seriesCount == 10)
    #expect(render(family, .text) == render(Family(descriptor, (labels + labels).map { Sample($0, 0.5) }), .text))
  }

  private func line(_ labels: LabelSet, _ value: Double) -> String {
    var renderer = Renderer()
    renderer.appendLines(of: Family(MetricDescriptor("x", help: "X."), [Sample(labels, value)]))
    return String(decoding: renderer.bytes, as: UTF8.self)
  }

  @Test func writesAFamilyInBothFormats() {
    let descriptor = MetricDescriptor("queue_size_bytes", labels: ["queue"], help: "Size of C:\\queues.")
    let family = Family(
      descriptor, [Sample(LabelSet(["queue": "a"]), 1), Sample(LabelSet(["queue": "b", "kind": "x\"y"]), 0.5)])
    let lines = """
      queue_size_bytes{queue="a"} 1
      queue_size_bytes{queue="b",kind="x\\"y"} 0.5

      """
    #expect(
      render(family, .text) == """
        # HELP queue_size_bytes Size of C:\\\\queues.
        # TYPE queue_size_bytes gauge

        """ + lines)
    #expect(
      render(family, .openMetrics) == """
        # HELP queue_size_bytes Size of C:\\\\queues.
        # TYPE queue_size_bytes gauge
        # UNIT queue_size_bytes bytes

        """ + lines)
  }

  @Test func namesCountersAndInfosAsEachFormatWants() {
    let counter = Family(
      MetricDescriptor("wait_seconds_total", .counter, help: "Waits."), [Sample(LabelSet(), 3)])
    let info = Family(
      MetricDescriptor("build_info", .info, help: "Build."), [Sample(LabelSet(["version": "1"]), 1)])
    #expect(
      render(counter, .text) == """
        # HELP wait_seconds_total Waits.
        # TYPE wait_seconds_total counter
        wait_seconds_total 3

        """)
    #expect(
      render(counter, .openMetrics) == """
        # HELP wait_seconds Waits.
        # TYPE wait_seconds counter
        # UNIT wait_seconds seconds
        wait_seconds_total 3

        """)
    #expect(
      render(info, .text) == """
        # HELP build_info Build.
        # TYPE build_info gauge
        build_info{version="1"} 1

        """)
    #expect(
      render(info, .openMetrics) == """
        # HELP build Build.
        # TYPE build info
        build_info{version="1"} 1

        """)
  }

  @Test func writesHistogramsCumulatively() {
    var histogram = Histogram(bounds: [0.0001, 1, 2.5])
    for value in [0.0001, 0.5, 1, 2, 7] { histogram.observe(value) }
    let descriptor = MetricDescriptor("duration_seconds", .histogram, help: "Durations.")
    let family = Family(descriptor, histograms: [HistogramSample(LabelSet(["api": "swr"]), histogram)])
    #expect(family.seriesCount == 6)
    #expect(
      render(family, .text) == """
        # HELP duration_seconds Durations.
        # TYPE duration_seconds histogram
        duration_seconds_bucket{api="swr",le="0.0001"} 1
        duration_seconds_bucket{api="swr",le="1.0"} 3
        duration_seconds_bucket{api="swr",le="2.5"} 4
        duration_seconds_bucket{api="swr",le="+Inf"} 5
        duration_seconds_sum{api="swr"} 10.5001
        duration_seconds_count{api="swr"} 5

        """)
  }

  @Test func writesNothingForAFamilyWithoutSamples() {
    #expect(render(Family(MetricDescriptor("a", help: "A.")), .text) == "")
  }

  private func render(_ family: Family, _ format: ExpositionFormat) -> String {
    var renderer = Renderer()
    renderer.append(family, in: format)
    return String(decoding: renderer.bytes, as: UTF8.self)
  }
}
