import Foundation
import HTTPTransport
import HuaweiCloud
import System
import Testing

@testable import ExporterCore

/// Whole pages, as the tools of others read them.
@Suite struct PublicationPageTests {
  private static let hostile = [
    "", " ", "plain", "quote\"", "back\\slash", "\\", "\\\\\"", "line\nfeed", "\n", "carriage\r\nreturn", "tab\t", "\0",
    "a\0b", "\u{1}\u{7f}\u{85}", "\u{2028}\u{2029}", "\u{FEFF}bom", "\u{FFFD}", "\u{FFFE}\u{FFFF}", "\u{10FFFF}",
    "日本語", "👩‍👩‍👧", "e\u{301}", "\u{202E}right to left", "}", "{a=\"b\"}", "# EOF", "# TYPE x gauge", "a=\"b\",c",
    "\\n", "${HOME}", "<script>", String(repeating: "\"\\\n", count: 400_000), String(repeating: "é", count: 600_000),
  ]

  private static func publication() -> Publication {
    let size = MetricDescriptor("thing_size_bytes", labels: ["thing", "number"], help: "Size \\ of a thing.")
    let info = MetricDescriptor("thing_info", .info, labels: ["thing"], help: "A thing.")
    var page = Page(catalogue: [size, info] + SelfMetrics.descriptors)
    var statuses: [TargetStatus] = []
    for (number, text) in hostile.enumerated() {
      let target = TargetID(project: text, collector: "things", scope: "\(number)\(text)")
      let base = LabelSet(["thing": "\(number)\(text)"])
      let count = number % 7 == 0 ? 400 : 3
      let values = [0, 1, -1.5, .infinity, -.infinity, .nan, 1e300, 1e-300, 9_007_199_254_740_992]
      page.set(
        [
          Family(size, (0..<count).map { Sample(base.adding("number", String($0)), values[($0 + number) % 9]) }),
          Family(info, [Sample(base, 1)]),
        ], of: target)
      var status = TargetStatus(target: target, settings: RefreshSettings(interval: .seconds(300)))
      status.lastSucceeded = number % 2 == 0
      status.lastSuccess = Timestamp(seconds: 1_790_000_000, nanoseconds: 123_456_789)
      status.lastDuration = .milliseconds(7)
      statuses.append(status)
      page.set(SelfMetrics.families(status), of: target, section: .status)
    }
    page.set(
      SelfMetrics.overview(
        targets: statuses.map(\.target), projects: [ProjectIdentity(name: "p", region: "r", projectID: "i")],
        reload: ReloadStatus(lastSucceeded: true, lastSuccess: Timestamp(seconds: 1_790_000_000)),
        build: BuildInformation(version: "1", swiftVersion: "6.3")), of: SelfMetrics.exporter, section: .status)
    let requests = RequestStatistics()
    let observer = requests.observer(project: "p")
    observer.attempt(.swr, "ListInstanceRegistries", 200, .milliseconds(70))
    observer.attempt(.swr, "ListInstanceAllArtifacts", nil, .seconds(7))
    observer.attempt(.cce, "ListImageCaches", 500, .seconds(70))
    observer.credentialsExpire(Timestamp(seconds: 1_790_000_000))
    let publication = Publication(requests: requests)
    publication.count(path: "/metrics", status: 200, seconds: 0.01)
    publication.publish(page.snapshot(), statuses: statuses, readiness: Readiness())
    return publication
  }

  @Test func aStrictReaderAcceptsTheOpenMetricsPage() throws {
    let page = try body(Self.publication(), ["Accept": "application/openmetrics-text"])
    let reader = try OpenMetricsReader(page)
    for (number, text) in Self.hostile.enumerated() {
      var bytes = Array("\(number)\(text)".utf8.prefix(1024))
      while String(validating: bytes, as: UTF8.self) == nil { bytes.removeLast() }
      let series = OpenMetricsReader.Series(
        name: "thing_info", labels: ["thing": String(decoding: bytes, as: UTF8.self)])
      #expect(reader.series[series] == 1, "\(number)")
    }
  }

  @Test func theStrictReaderRefusesWhatIsWrong() {
    for page in [
      "a 1\n# EOF\n", "# TYPE a gauge\na 1\n", "# TYPE a gauge\na 1\n\n# EOF\n", "# TYPE a counter\na 1\n# EOF\n",
      "# TYPE a gauge\na{b=\"\\t\"} 1\n# EOF\n", "# TYPE a gauge\na 1\na 1\n# EOF\n",
      "# TYPE a gauge\n# UNIT a bytes\na 1\n# EOF\n", "# TYPE a gauge\na 0x1\n# EOF\n",
      "# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\n# TYPE a gauge\na{b=\"\"} 1\n# EOF\n",
      "# TYPE a info\na_info 2\n# EOF\n", "# TYPE a histogram\na_bucket{le=\"1.0\"} 1\na_sum 1\na_count 1\n# EOF\n",
    ] {
      #expect(throws: OpenMetricsReader.Malformed.self) { try OpenMetricsReader(Array(page.utf8)) }
    }
  }

  @Test func bothFormatsHaveTheSameLines() throws {
    let publication = Self.publication()
    let text = try body(publication, [:])
    let openMetrics = try body(publication, ["Accept": "application/openmetrics-text"])
    #expect(lines(text) == lines(openMetrics))
    #expect(lines(text).count > 2000)
    #expect(Set(lines(text)).count == lines(text).count)
  }

  @Test func promtoolHasNothingToSay() throws {
    let output = try run("promtool", ["check", "metrics"], input: try body(Self.publication(), [:]))
    #expect(output.status == 0)
    #expect(String(decoding: output.bytes, as: UTF8.self) == "")
  }

  @Test(arguments: [[:], ["Accept": "application/openmetrics-text"]])
  func othersReadTheGzipMember(_ accept: [String: String]) throws {
    let publication = Self.publication()
    let plain = try body(publication, accept)
    let compressed = try body(publication, accept.merging(["Accept-Encoding": "gzip"]) { $1 })
    #expect(compressed.count * 4 < plain.count)
    let gunzip = try run("gzip", ["-dc"], input: compressed)
    #expect(gunzip.status == 0)
    #expect(gunzip.bytes == plain)
    for script in [
      "import gzip,sys; sys.stdout.buffer.write(gzip.decompress(sys.stdin.buffer.read()))",
      "import zlib,sys; d=zlib.decompressobj(31); o=d.decompress(sys.stdin.buffer.read()); "
        + "assert d.eof and not d.unused_data; sys.stdout.buffer.write(o)",
    ] {
      let python = try run("python3", ["-c", script], input: compressed)
      #expect(python.status == 0)
      #expect(python.bytes == plain)
    }
  }

  @Test func aGzipPageOfManySmallTargetsIsHardlyLargerThanInOnePiece() {
    var page = Page(catalogue: SelfMetrics.descriptors)
    for number in 0..<300 {
      let target = TargetID(project: "p", collector: "registries", scope: "instance-\(number)")
      var status = TargetStatus(target: target, settings: RefreshSettings(interval: .seconds(300)))
      status.lastSuccess = Timestamp(seconds: 1_790_000_000 + Int64(number), nanoseconds: Int32(number * 3_000_000))
      page.set(SelfMetrics.families(status), of: target, section: .status)
    }
    let snapshot = page.snapshot()
    let blocks = snapshot.blocks.reduce(0) { $0 + $1.text.compressed.count }
    #expect(Double(blocks) < 1.3 * Double(DeflatedBlock(snapshot.text()).compressed.count))
  }

  private func lines(_ page: [UInt8]) -> [ArraySlice<UInt8>] {
    page.split(separator: UInt8(ascii: "\n")).filter { $0.first != UInt8(ascii: "#") }
  }

  /// The body as it is sent.
  private func body(_ publication: Publication, _ headers: [String: String]) throws -> [UInt8] {
    let request = HTTPServerRequest(
      method: "GET", path: "/metrics", headers: headers.map { HTTPHeader($0.key, $0.value) })
    switch publication.answer(request) {
    case .prepared(let prepared): return prepared.response.bytes
    case .response(let response): return response.bytes
    case .deferred: return []
    }
  }

  private func run(_ tool: String, _ arguments: [String], input: [UInt8]) throws -> (status: Int32, bytes: [UInt8]) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [tool] + arguments
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("page-\(UUID().uuidString)")
    try Data(input).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let output = Pipe()
    process.standardInput = try FileHandle(forReadingFrom: file)
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, Array(bytes))
  }
}
