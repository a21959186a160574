import HTTPTransport
import HuaweiCloud

/// What an `Authorization` header claims: which key signed which headers, and how.
struct SignatureClaim {
  var accessKey: String
  var signedHeaders: [String]
  private var signature: String

  /// Reads `SDK-HMAC-SHA256 Access=…, SignedHeaders=a;b, Signature=…`; nil for anything else.
  init?(_ authorization: String) {
    let scheme = "SDK-HMAC-SHA256 "
    guard authorization.hasPrefix(scheme) else { return nil }
    var fields: [String: String] = [:]
    for part in authorization.dropFirst(scheme.count).split(separator: ",") {
      let pair = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
      guard pair.count == 2 else { return nil }
      fields[String(pair[0])] = String(pair[1])
    }
    guard let accessKey = fields["Access"], let names = fields["SignedHeaders"], let signature = fields["Signature"]
    else { return nil }
    self.accessKey = accessKey
    self.signedHeaders = names.split(separator: ";").map(String.init)
    self.signature = signature
  }

  /// Whether the key, over what was received, gives the same signature; the date must be part of it.
  func isRight(for request: HTTPServerRequest, key: SimulatedKey) -> Bool {
    guard signedHeaders.contains("x-sdk-date") else { return false }
    var headers: [HTTPHeader] = []
    for name in signedHeaders {
      let values = request.values(of: name)
      guard !values.isEmpty else { return false }
      headers.append(HTTPHeader(name, values.joined(separator: ",")))
    }
    let expected = RequestSigner(accessKey: key.accessKey, secretKey: key.secretKey).authorization(
      method: request.method, path: request.path, query: request.query ?? "", signedHeaders: headers,
      body: request.body)
    return Self(expected)?.signature == signature
  }
}
