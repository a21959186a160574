import ArgumentParser
import HTTPTransport

struct HealthcheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "healthcheck",
    abstract: "Exit with 0 when a running exporter answers that it is healthy.")

  @Argument(help: "Address of the exporter.")
  var url = "http://127.0.0.1:10068"

  func run() {
    MainThread.wait { try await ask() }
  }

  private func ask() async throws {
    var base = url
    while base.hasSuffix("/") { base.removeLast() }
    if !base.hasSuffix("/-/healthy") { base += "/-/healthy" }
    var options = HTTPClientOptions()
    options.requestTimeout = .seconds(5)
    options.bypassesProxy = true
    // Only whether it answers is asked, often by a name that the certificate does not have.
    options.skipsTLSVerification = true
    let client = HTTPClient()
    defer { client.shutdown() }
    do throws(HTTPClientError) {
      let response = try await client.send(HTTPRequest(url: base), options: options)
      guard response.status == 200 else { throw HTTPClientError(.connection, "answered \(response.status)") }
    } catch {
      throw Failure("\(base): \(error.message)")
    }
  }
}
