import Foundation
import HTTPTransport
import HuaweiCloud
import System
import Testing

@testable import ExporterCore

@Suite struct PublicationConcurrencyTests {
  /// Every line of a page has the number of its snapshot: two numbers on one page would be a torn page.
  private static func snapshots(_ count: Int) -> [Snapshot] {
    let descriptors = (0..<3).map { MetricDescriptor("thing_\($0)", help: "A thing.") }
    var page = Page(catalogue: descriptors)
    return (0..<count).map { number in
      for name in ["a", "b", "c"] {
        let families = descriptors.map { descriptor in
          Family(
            descriptor,
            (0..<(name == "b" ? 400 : 20)).map { index in
              Sample(
                LabelSet(["target": name, "index": "a label that makes a chunk of some size: \(index)"]), Double(number)
              )
            })
        }
        page.set(families, of: TargetID(project: "p", collector: "c", scope: name))
      }
      return page.snapshot()
    }
  }

  @Test func noScrapeSeesTwoSnapshots() async {
    let snapshots = Self.snapshots(30)
    var options = PublicationOptions()
    options.hidesExporterMetrics = true
    let publication = Publication(options: options)
    publication.publish(snapshots[0], statuses: [], readiness: Readiness())
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        for snapshot in snapshots {
          publication.publish(snapshot, statuses: [], readiness: Readiness())
          await Task.yield()
        }
      }
      for _ in 0..<3 {
        group.addTask {
          var last = 0
          for _ in 0..<30 {
            let request = HTTPServerRequest(method: "GET", path: "/metrics")
            let number = Self.number(of: publication.answer(request))
            #expect(number >= last, "a torn page, or an older one than before")
            last = max(last, number)
            await Task.yield()
          }
        }
      }
    }
  }

  /// A second scrape arrives while the first one renders the counters, and is over before it.
  @Test func noCounterGoesBack() {
    let looks = Locked(0)
    let interrupted = Locked<ScrapeResponses?>(nil)
    let descriptor = MetricDescriptor("looks_total", .counter, help: "Looks.")
    let request = HTTPServerRequest(method: "GET", path: "/metrics")
    let between = Locked(-1)
    var time = TimeSource.system
    time.uptime = { .seconds(7) }
    let responses = ScrapeResponses(time: time) {
      let value = looks.withLock { looks in
        looks += 1
        return looks
      }
      let other = interrupted.withLock { interrupted in
        defer { interrupted = nil }
        return interrupted
      }
      if let other {
        let seen = Self.lastNumber(of: other.answer(request))
        between.withLock { $0 = seen }
      }
      return [Family(descriptor, [Sample(LabelSet(), Double(value))])]
    }
    interrupted.withLock { $0 = responses }
    let first = Self.lastNumber(of: responses.answer(request))
    let last = Self.lastNumber(of: responses.answer(request))
    let numbers = [between.withLock { $0 }, first, last]
    #expect(numbers[0] > 0 && numbers == numbers.sorted(), "\(numbers)")
  }

  @Test func aServerSendsThePagesToCurl() throws {
    let publication = Publication()
    publication.publish(Self.snapshots(1)[0], statuses: [], readiness: Readiness())
    let server = try HTTPServer(
      listening: [.tcp(host: "127.0.0.1", port: 0)],
      onAnswer: { _, path, status, seconds in publication.count(path: path, status: status, seconds: seconds) },
      handler: { publication.answer($0) })
    defer { server.stop() }
    guard case .tcp(_, let port)? = server.addresses.first else { return #expect(Bool(false)) }
    let plain = try curl("http://127.0.0.1:\(port)/metrics")
    let decoded = try curl("--compressed", "http://127.0.0.1:\(port)/metrics")
    let things = plain.split(separator: "\n").filter { $0.contains("thing_") }
    #expect(things.count == 3 * 440 + 6)
    #expect(decoded.split(separator: "\n").filter { $0.contains("thing_") } == things)
    #expect(try curl("-I", "http://127.0.0.1:\(port)/metrics").hasPrefix("HTTP/1.1 200 "))
    #expect(try curl("-X", "DELETE", "-i", "http://127.0.0.1:\(port)/?x=y").contains("\r\nAllow: GET, HEAD\r\n"))
    #expect(try curl("-X", "POST", "http://127.0.0.1:\(port)/-/reload").contains("--web.enable-lifecycle"))
  }

  private static func lastNumber(of answer: HTTPServerAnswer) -> Int {
    response(answer)?.text.split(separator: "\n").last?.split(separator: " ").last.flatMap { Int($0) } ?? -1
  }

  private static func response(_ answer: HTTPServerAnswer) -> HTTPServerResponse? {
    switch answer {
    case .response(let own): own
    case .prepared(let shared): shared.response
    case .deferred: nil
    }
  }

  /// The number on every line; -1 where they differ.
  private static func number(of answer: HTTPServerAnswer) -> Int {
    guard let response = response(answer) else { return -1 }
    let numbers = Set(
      response.text.split(separator: "\n").filter { $0.hasPrefix("thing_") }
        .compactMap { $0.split(separator: " ").last })
    return numbers.count == 1 ? numbers.first.flatMap { Int($0) } ?? -1 : -1
  }

  private func curl(_ arguments: String...) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["curl", "-sS", "--max-time", "5"] + arguments
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return String(decoding: bytes, as: UTF8.self)
  }
}
