/// Why no complete answer came.
package struct HTTPClientError: Error, Equatable {
  package enum Kind: Sendable {
    /// Connecting, or the whole transfer, took too long, or the body came slower than the minimum speed.
    case timeout
    /// Name resolution, connecting, or the connection itself failed; also an answer that is not HTTP.
    case connection
    /// The certificate was not accepted or the handshake failed.
    case tls
    /// The decompressed body or the headers passed their limit.
    case tooLarge
    /// The request itself cannot be sent (scheme, proxy, CA file).
    case invalidRequest
    /// The task was cancelled, or the client is shut down.
    case cancelled
  }

  package var kind: Kind
  /// In libcurl's words, without URL, headers or credentials.
  package var message: String

  package init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }
}

extension HTTPClientError {
  static let taskCancelled = HTTPClientError(.cancelled, "the request was cancelled")
  static let clientIsShutDown = HTTPClientError(.cancelled, "the client is shut down")
}
