import HTTPTransport

extension RequestSigner {
  /// What a server concludes from a signed request.
  package enum Verification: Sendable, Equatable {
    case valid(accessKey: String)
    /// No `Authorization`, or not of this algorithm.
    case unsigned
    /// `Authorization` or `X-Sdk-Date` cannot be read, or a signed field is missing.
    case malformed
    case unknownKey(String)
    case wrongSignature(accessKey: String)
  }

  /// Computes the signature of a received request again and compares.
  ///
  /// `path`, `query` and `headers` are as received; `secretKey` gives the secret of an access key, or nil. The age of
  /// `X-Sdk-Date` is for the caller to judge.
  package static func verify(
    method: String, path: String, query: String, headers: [HTTPHeader], body: [UInt8],
    secretKey: (_ accessKey: String) -> Secret?
  ) -> Verification {
    guard let authorization = headers.first(named: "Authorization"), authorization.hasPrefix(algorithm + " ") else {
      return .unsigned
    }
    var fields: [Substring: Substring] = [:]
    for part in authorization.dropFirst(algorithm.count + 1).split(separator: ",") {
      let pair = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
      guard pair.count == 2 else { return .malformed }
      fields[pair[0]] = pair[1]
    }
    guard let accessKey = fields["Access"].map(String.init), let names = fields["SignedHeaders"],
      fields["Signature"] != nil, headers.first(named: "X-Sdk-Date") != nil
    else { return .malformed }
    var signedHeaders: [HTTPHeader] = []
    for name in names.split(separator: ";") {
      guard let value = headers.first(named: String(name)) else { return .malformed }
      signedHeaders.append(HTTPHeader(String(name), value))
    }
    guard signedHeaders.contains(where: { $0.name.lowercased() == "x-sdk-date" }) else { return .malformed }
    guard let secret = secretKey(accessKey) else { return .unknownKey(accessKey) }
    let expected = RequestSigner(accessKey: accessKey, secretKey: secret).authorization(
      method: method, path: path, query: query, signedHeaders: signedHeaders, body: body)
    return expected == authorization ? .valid(accessKey: accessKey) : .wrongSignature(accessKey: accessKey)
  }
}
