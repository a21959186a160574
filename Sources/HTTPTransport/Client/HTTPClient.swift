/// An HTTP/1.1 client over libcurl: one thread owns the multi handle, any task may send.
///
/// Connections are kept alive and used again, capped per host. Redirects are not followed; only http and https are spoken.
package final class HTTPClient: Sendable {
  package init(maximumConnectionsPerHost: Int = 16) {}

  /// Sends one request and returns its complete answer, of any status.
  ///
  /// Cancelling the task ends the transfer at once, with `.cancelled`.
  package func send(
    _ request: HTTPRequest, options: HTTPClientOptions = HTTPClientOptions()
  ) async throws(HTTPClientError) -> HTTPResponse {
    throw HTTPClientError(.invalidRequest, "not built yet")
  }

  /// Fails what is under way with `.cancelled`, and joins the thread; later sends fail with `.cancelled`.
  package func shutdown() {}
}
