import CCurl

/// Why a request brought no complete answer.
package struct HTTPClientError: Error, Equatable {
  package enum Kind: Sendable {
    /// Connecting, or the whole transfer, took too long, or the body came slower than the minimum speed.
    case timeout
    /// Name resolution, connecting, or the connection itself failed; also an answer that is not HTTP.
    case connection
    /// The certificate was not accepted or the handshake failed.
    case tls
    /// The decompressed body passed its limit.
    case bodyTooLarge
    /// The header fields passed their limit.
    case headersTooLarge
    /// The request itself cannot be sent (scheme, proxy, CA file).
    case invalidRequest
    /// The task was cancelled, or the client is shut down.
    case cancelled
  }

  package var kind: Kind
  /// A message, in most cases libcurl's, without URL, headers or credentials.
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

extension HTTPClientError {
  /// Creates the error for a transfer's result code, with libcurl's own words for it.
  init(_ code: CURLcode, _ words: String) {
    self.init(Kind(code, words), Self.withoutURLs(words))
  }

  /// Returns the words with each one that may be a URL replaced.
  ///
  /// libcurl quotes a whole URL in a few messages, also that of a proxy with its password.
  static func withoutURLs(_ words: String) -> String {
    words.split(separator: " ", omittingEmptySubsequences: false)
      .map { $0.contains("://") || $0.contains("@") ? "(URL)" : $0 }
      .joined(separator: " ")
  }
}

extension HTTPClientError.Kind {
  // A handshake cut off by the network says nothing about certificates, but has the same code as a refused one. These
  // are words by which libcurl, OpenSSL and GnuTLS report it.
  private static let cutHandshakes = [
    "Recv failure", "Send failure", "SSL_connect: ", "non-properly terminated", "Error in the pull function",
    "Error in the push function",
  ]

  // This is CURLE_TOO_LARGE, which is newer than the oldest libcurl we build with.
  private static let tooLargeCode: UInt32 = 100

  fileprivate init(_ code: CURLcode, _ words: String) {
    switch code {
    case CURLE_OPERATION_TIMEDOUT:
      self = .timeout
    case CURLE_SSL_CONNECT_ERROR:
      self = Self.cutHandshakes.contains(where: words.contains) ? .connection : .tls
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_ENGINE_NOTFOUND,
      CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ISSUER_ERROR,
      CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT, CURLE_USE_SSL_FAILED:
      self = .tls
    case CURLE_FILESIZE_EXCEEDED: self = .bodyTooLarge
    case CURLE_OUT_OF_MEMORY, CURLcode(rawValue: Self.tooLargeCode):
      // Older versions report a header line without end as out of memory.
      self = .headersTooLarge
    case CURLE_RECV_ERROR where words.hasPrefix("Too large response headers"):
      self = .headersTooLarge
    case CURLE_URL_MALFORMAT, CURLE_SSL_CACERT_BADFILE, CURLE_BAD_FUNCTION_ARGUMENT, CURLE_UNKNOWN_OPTION,
      CURLE_NOT_BUILT_IN, CURLE_LOGIN_DENIED:
      self = .invalidRequest
    case CURLE_ABORTED_BY_CALLBACK:
      self = .cancelled
    default:
      // A wrong scheme was refused before, so an unsupported protocol is an answer that is not HTTP.
      self = .connection
    }
  }
}
