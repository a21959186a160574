import ExporterCore
import HTTPTransport
import HuaweiCloud
import Logging

/// The whole exporter on a port of loopback, as people see it.
struct RunningExporter {
  let exporter: Exporter
  let url: String
  private let browser = HTTPClient()

  fileprivate init(_ exporter: Exporter) {
    self.exporter = exporter
    guard case .tcp(_, let port)? = exporter.addresses.first else {
      url = ""
      return
    }
    url = "http://127.0.0.1:\(port)"
  }

  func get(_ path: String, method: String = "GET") async throws -> HTTPResponse {
    try await browser.send(HTTPRequest(method: method, url: url + path))
  }

  func text(_ path: String) async throws -> String { String(decoding: try await get(path).body, as: UTF8.self) }

  func page() async throws -> ExposedPage { ExposedPage(try await get("/metrics").body) }

  fileprivate func close() { browser.shutdown() }
}

/// Runs an exporter for as long as `body` takes.
func withExporter<Value>(
  _ options: Exporter.Options, log: Logger, _ body: (RunningExporter) async throws -> Value
) async throws -> Value {
  await Places.loops.enter()
  defer { Task { await Places.loops.leave() } }
  var options = options
  options.listening = [.tcp(host: "127.0.0.1", port: 0)]
  let exporter = try Exporter(options: options, log: log)
  let running = RunningExporter(exporter)
  let task = Task { try await exporter.run() }
  let result: Result<Value, any Error>
  do { result = .success(try await body(running)) } catch { result = .failure(error) }
  running.close()
  task.cancel()
  try await task.value
  return try result.get()
}
