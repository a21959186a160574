import HTTPTransport
import System

/// A signer of requests with SDK-HMAC-SHA256 (the vendor's documents api-sign-algorithm-001 to 005).
package struct RequestSigner: Sendable {
  package static let algorithm = "SDK-HMAC-SHA256"

  package var accessKey: String
  package var secretKey: Secret

  package init(accessKey: String, secretKey: Secret) {
    self.accessKey = accessKey
    self.secretKey = secretKey
  }

  /// Returns the value of `Authorization`.
  ///
  /// `path` and `query` are as on the wire, percent-encoded; every header in `signedHeaders` is signed, `X-Sdk-Date`
  /// included, unless its name has a `_`.
  package func authorization(
    method: String, path: String, query: String, signedHeaders: [HTTPHeader], body: [UInt8]
  ) -> String {
    let canonical = CanonicalRequest(
      method: method, path: path, query: query, signedHeaders: signedHeaders, body: body)
    let text = Self.stringToSign(canonical, date: signedHeaders.first(named: "X-Sdk-Date") ?? "")
    var value: [UInt8] = []
    value.reserveCapacity(256)
    value.append(utf8: Self.algorithm)
    value.append(utf8: " Access=")
    value.append(utf8: accessKey)
    value.append(utf8: ", SignedHeaders=")
    value.append(copying: canonical.bytes.span.extracting(canonical.signedHeaderNames))
    value.append(utf8: ", Signature=")
    value.append(hexadecimal: SHA256.hmac(text, key: Array(secretKey.value.utf8)))
    return String(decoding: value, as: UTF8.self)
  }

  static func stringToSign(_ canonical: CanonicalRequest, date: String) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(128)
    text.append(utf8: algorithm)
    text.append(UInt8(ascii: "\n"))
    text.append(utf8: date)
    text.append(UInt8(ascii: "\n"))
    text.append(hexadecimal: SHA256.digest(canonical.bytes))
    return text
  }
}

extension Timestamp {
  /// The moment as `YYYYMMDDTHHMMSSZ`, the form of `X-Sdk-Date`.
  package var signingDate: String {
    let calendar = calendar
    var text: [UInt8] = []
    text.reserveCapacity(16)
    func append(_ number: Int) {
      text.append(UInt8(ascii: "0") + UInt8(number / 10 % 10))
      text.append(UInt8(ascii: "0") + UInt8(number % 10))
    }
    append(calendar.year / 100)
    append(calendar.year % 100)
    append(calendar.month)
    append(calendar.day)
    text.append(UInt8(ascii: "T"))
    append(calendar.hour)
    append(calendar.minute)
    append(calendar.second)
    text.append(UInt8(ascii: "Z"))
    return String(decoding: text, as: UTF8.self)
  }
}

extension RequestSigner {
  /// The result of verifying a signed request.
  package enum Verification: Sendable, Equatable {
    case valid(accessKey: String)
    /// There is no `Authorization`, or it is not of this algorithm.
    case unsigned
    /// `Authorization` or `X-Sdk-Date` cannot be read, or a signed field is missing.
    case malformed
    case unknownKey(String)
    case wrongSignature(accessKey: String)
  }

  /// Computes the signature of a received request again and compares it.
  ///
  /// `path`, `query` and `headers` are as received; `secretKey` returns the secret of an access key, or nil. The caller
  /// must judge the age of `X-Sdk-Date`.
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
