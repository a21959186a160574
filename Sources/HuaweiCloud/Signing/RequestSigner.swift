import HTTPTransport

/// SDK-HMAC-SHA256 request signing (the vendor's documents api-sign-algorithm-001 to 005): values in, headers out.
package struct RequestSigner: Sendable {
  package var accessKey: String
  package var secretKey: Secret

  package init(accessKey: String, secretKey: Secret) {
    self.accessKey = accessKey
    self.secretKey = secretKey
  }

  /// The value of `Authorization`.
  ///
  /// `path` and `query` are as on the wire, percent-encoded; every header in `signedHeaders` is signed, `X-Sdk-Date` included.
  package func authorization(
    method: String, path: String, query: String, signedHeaders: [HTTPHeader], body: [UInt8]
  ) -> String { "" }
}
