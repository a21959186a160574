import HTTPTransport
import Testing

/// Options of a test: never through a proxy of the environment, and over soon when something hangs.
func direct(_ change: (inout HTTPClientOptions) -> Void = { _ in }) -> HTTPClientOptions {
  var options = HTTPClientOptions()
  options.bypassesProxy = true
  options.requestTimeout = .seconds(20)
  options.connectTimeout = .seconds(5)
  change(&options)
  return options
}

/// A client and a server that live as long as `body`.
func withServer(
  _ server: RawServer, maximumConnectionsPerHost: Int = 16,
  _ body: (HTTPClient, RawServer) async throws -> Void
) async throws {
  let client = HTTPClient(maximumConnectionsPerHost: maximumConnectionsPerHost)
  defer {
    client.shutdown()
    server.stop()
  }
  try await body(client, server)
}

/// The error that a request ends with; an answer is recorded as an issue.
func failure(
  _ client: HTTPClient, _ request: HTTPRequest, _ options: HTTPClientOptions = direct(),
  sourceLocation: SourceLocation = #_sourceLocation
) async -> HTTPClientError? {
  do throws(HTTPClientError) {
    let response = try await client.send(request, options: options)
    Issue.record("answered \(response.status)", sourceLocation: sourceLocation)
    return nil
  } catch {
    return error
  }
}

extension HTTPResponse {
  var text: String { String(decoding: body, as: UTF8.self) }
}
