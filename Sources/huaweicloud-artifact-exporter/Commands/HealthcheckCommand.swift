import ArgumentParser
import HTTPTransport

struct HealthcheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "healthcheck",
    abstract: "Exit with 0 when a running exporter answers that it is healthy.")

  private static let standard = ["http://127.0.0.1:10068", "https://127.0.0.1:10068"]

  @Argument(help: ArgumentHelp("Address of the exporter. (default: \(standard.joined(separator: ", then ")))"))
  var url: String?

  func run() {
    MainThread.wait { try await ask() }
  }

  private func ask() async throws {
    let client = HTTPClient()
    defer { client.shutdown() }
    guard url == nil else { return try await ask(url ?? "", client) }
    do { try await ask(Self.standard[0], client) } catch let first as Failure {
      // A server that speaks TLS ends a connection that does not, so a failure may only mean that TLS is on.
      do { try await ask(Self.standard[1], client) } catch let second as Failure {
        throw Failure("\(first); \(second)")
      }
    }
  }

  private func ask(_ url: String, _ client: HTTPClient) async throws {
    var base = url
    while base.hasSuffix("/") { base.removeLast() }
    if !base.hasSuffix("/-/healthy") { base += "/-/healthy" }
    var options = HTTPClientOptions()
    options.requestTimeout = .seconds(5)
    options.bypassesProxy = true
    // The only question is whether the server answers, often under a name that the certificate does not have.
    options.skipsTLSVerification = true
    do throws(HTTPClientError) {
      let response = try await client.send(HTTPRequest(url: base), options: options)
      guard response.status == 200 else { throw HTTPClientError(.connection, "answered \(response.status)") }
    } catch {
      throw Failure("\(base): \(error.message)")
    }
  }
}
