import Foundation
import HTTPTransport

/// Debian's Prometheus on a free port of loopback, scraping one target every second.
struct Prometheus {
  struct Series: Decodable {
    var metric: [String: String]
    var value: Double

    private enum Key: CodingKey { case metric, value }

    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: Key.self)
      metric = try fields.decode([String: String].self, forKey: .metric)
      var pair = try fields.nestedUnkeyedContainer(forKey: .value)
      _ = try pair.decode(Double.self)
      value = Double(try pair.decode(String.self)) ?? .nan
    }
  }

  let url: String
  private let program: Program

  /// Warnings and errors of its log, the one about how it is ended excepted.
  var complaints: [Substring] {
    program.errors.split(separator: "\n").filter {
      ($0.contains("level=warn") || $0.contains("level=error")) && !$0.contains("Received SIGTERM")
    }
  }

  /// Runs one for as long as `body` does; `settings` are more keys of its scrape configuration.
  static func scraping<Result>(
    _ target: String, rules: URL? = nil, settings: String = "", in directory: URL,
    _ body: (Prometheus) async throws -> Result
  ) async throws -> Result {
    let configuration = """
      global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
      rule_files: [\(rules.map { "\"\($0.path)\"" } ?? "")]
      scrape_configs:
        - job_name: huaweicloud-artifact-exporter
          static_configs: [{targets: ["\(target.replacing("http://", with: ""))"]}]
      \(settings.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n"))
      """
    let file = directory.appending(path: "prometheus.yaml")
    try configuration.write(to: file, atomically: true, encoding: .utf8)
    let words = [
      "prometheus", "--config.file", file.path, "--storage.tsdb.path", directory.appending(path: "tsdb").path,
      "--web.listen-address", "127.0.0.1:0",
    ]
    return try await Program.running(words, in: directory) { program in
      let address = try await program.logged(/Listening on" address=(\S+)/)
      _ = try await program.logged(/(Server is ready)/)
      return try await body(Prometheus(url: "http://\(address)", program: program))
    }
  }

  func query(_ expression: String) async throws -> [Series] {
    struct Result: Decodable { var result: [Series] }
    return try await get(Result.self, "/api/v1/query?query=\(Self.escaped(expression))").result
  }

  /// The value of a query that has one.
  func value(of expression: String) async throws -> Double? {
    let series = try await query(expression)
    return series.count == 1 ? series[0].value : nil
  }

  /// The names of all metrics that it has.
  var names: Set<String> {
    get async throws { Set(try await get([String].self, "/api/v1/label/__name__/values")) }
  }

  /// The type that the target's page says a family is of.
  func type(of family: String) async throws -> String? {
    struct Metadata: Decodable { var type: String }
    return try await get([Metadata].self, "/api/v1/targets/metadata?metric=\(family)").first?.type
  }

  private func get<Value: Decodable>(_ type: Value.Type, _ path: String) async throws -> Value {
    let answer = try await ask(url + path)
    guard answer.status == 200 else { throw Refusal(text: answer.text) }
    return try JSONDecoder().decode(Envelope<Value>.self, from: Data(answer.body)).data
  }

  private struct Envelope<Value: Decodable>: Decodable { var data: Value }

  private struct Refusal: Error { var text: String }

  private static func escaped(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
  }
}
