import HTTPTransport

/// SDK-HMAC-SHA256 request signing (the vendor's documents api-sign-algorithm-001 to 005): values in, headers out.
package struct RequestSigner: Sendable {
  package static let algorithm = "SDK-HMAC-SHA256"

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
  ) -> String {
    let canonical = CanonicalRequest(
      method: method, path: path, query: query, signedHeaders: signedHeaders, body: body)
    let text = Self.stringToSign(canonical, date: signedHeaders.first(named: "X-Sdk-Date") ?? "")
    let signature = SHA256.hmac(Array(text.utf8), key: Array(secretKey.value.utf8)).hexadecimal
    return "\(Self.algorithm) Access=\(accessKey), SignedHeaders=\(canonical.signedHeaderNames), Signature=\(signature)"
  }

  static func stringToSign(_ canonical: CanonicalRequest, date: String) -> String {
    [algorithm, date, SHA256.digest(canonical.bytes).hexadecimal].joined(separator: "\n")
  }
}
