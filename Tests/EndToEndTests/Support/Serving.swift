import Foundation
import HTTPTransport
import TestSupport

extension Program {
  /// Starts `serve` or `demo` on a free port of loopback, and calls `body` with its address once it listens.
  static func serving<Result>(
    _ words: [String], environment: [String: String] = [:], in directory: URL,
    _ body: (_ program: Program, _ url: String) async throws -> Result
  ) async throws -> Result {
    try await running(
      [exporter] + words + ["--web.listen-address", "127.0.0.1:0"], environment: environment, in: directory
    ) { program in
      let address = try await program.logged(#/listening.*address"?[=:]"?(127\.0\.0\.1:\d+)/#)
      return try await body(program, "http://\(address)")
    }
  }

  /// The same, once every target was refreshed for the first time.
  static func collecting<Result>(
    _ words: [String], environment: [String: String] = [:], in directory: URL,
    _ body: (_ program: Program, _ url: String) async throws -> Result
  ) async throws -> Result {
    try await serving(words, environment: environment, in: directory) { program, url in
      try await until("readiness") { try await ask(url + "/-/ready").status == 200 }
      return try await body(program, url)
    }
  }
}

private let client = HTTPClient()

/// Sends one request.
func ask(_ url: String, method: String = "GET", headers: [HTTPHeader] = []) async throws -> HTTPResponse {
  try await client.send(HTTPRequest(method: method, url: url, headers: headers))
}

extension HTTPResponse {
  var text: String { String(decoding: body, as: UTF8.self) }
}

/// The value of the only sample on a text page that begins with this, where there is one.
func value(of series: String, on page: String) -> Double? {
  let lines = page.split(separator: "\n").filter { $0.hasPrefix(series) && !$0.hasPrefix("#") }
  return lines.count == 1 ? lines[0].split(separator: " ").last.flatMap { Double($0) } : nil
}
