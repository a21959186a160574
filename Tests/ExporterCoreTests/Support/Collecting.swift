import CloudSimulator
import ExporterCore
import HTTPTransport
import HuaweiCloud
import Logging
import System

/// A log that nobody reads.
let silence = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// The lines of a page by series, to compare with what is expected.
struct ExposedPage {
  let lines: [String]
  private let values: [Substring: Double]

  init(_ text: [UInt8]) {
    lines = String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
    values = lines.reduce(into: [:]) { values, line in
      guard !line.hasPrefix("#"), let space = line.lastIndex(of: " ") else { return }
      values[line[..<space]] = Double(line[line.index(after: space)...])
    }
  }

  /// Sample lines of the families that a collector or discovery may expose: not those of the exporter itself.
  var data: [String] { lines.filter { !$0.hasPrefix("#") && !$0.hasPrefix("huaweicloud_exporter_") } }

  /// Sample lines that begin like this.
  func starting(_ prefix: String) -> [String] { lines.filter { $0.hasPrefix(prefix) } }

  /// The value of the one line with this name and labels.
  func value(_ series: String) -> Double? { values[series[...]] }
}

/// Refreshes every target once and returns the page.
func collectOnce(
  _ yaml: String, shard: Shard = .whole, time: TimeSource = .system, environment: [String: String] = [:]
) async throws -> (page: ExposedPage, result: SingleCollection.Result) {
  let configuration = try Configuration(yaml: Array(yaml.utf8), source: "test.yaml", environment: environment)
  let transport = HTTPClient()
  defer { transport.shutdown() }
  let result = await SingleCollection(
    configuration: configuration, shard: shard, transport: transport, build: BuildInformation(),
    environment: environment, time: time, log: silence
  ).run()
  return (ExposedPage(result.text), result)
}
