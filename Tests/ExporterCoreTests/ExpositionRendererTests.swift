import Testing

@testable import ExporterCore

@Suite struct ExpositionRendererTests {
  @Test(arguments: [
    (0, "0"), (-0.0, "0"), (1, "1"), (42, "42"), (-7, "-7"), (10, "10"), (26_843_545_600, "26843545600"),
    (1e18, "1000000000000000000"),
    (-9_223_372_036_854_775_808, "-9223372036854775808"), (1e19, "1e+19"), (0.1, "0.1"), (2.5, "2.5"),
    (1_712_345_678.25, "1712345678.25"), (0.00001, "1e-05"), (.leastNonzeroMagnitude, "5e-324"), (.infinity, "+Inf"),
    (-.infinity, "-Inf"), (.nan, "NaN"), (1.0 / 3, "0.3333333333333333"),
  ])
  func writesNumbers(_ value: Double, _ expected: String) {
    var renderer = Renderer()
    renderer.appendNumber(value)
    #expect(String(decoding: renderer.bytes, as: UTF8.self) == expected)
  }

  @Test func everyNumberReadsBackAsItself() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<10_000 {
      let value = Double(bitPattern: generator.next())
      guard value.isFinite else { continue }
      var renderer = Renderer()
      renderer.appendNumber(value)
      #expect(Double(String(decoding: renderer.bytes, as: UTF8.self)) == value)
    }
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
