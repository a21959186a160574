import HTTPTransport
import System

/// Puts the proof of a credential on a request.
struct RequestAuthenticator: Sendable {
  var credential: Credential
  /// Sent as `X-Project-Id`: the scope of paths that name no project.
  var projectID: String?
  /// Whose breaker guards the request; tokens have none.
  var holder: AccessKeyBreakers.Holder?
  /// The uptime from which on the credential is not used; never where nil.
  var end: Duration?

  /// The fields to send, `Host` and the request's own included.
  ///
  /// Nothing that an HTTP client may alter is signed, so `Content-Type` and `User-Agent` stay out.
  func headers(for request: APIRequest, at address: RequestAddress, now: Timestamp) -> [HTTPHeader] {
    var headers: [HTTPHeader] = []
    // With the client's `User-Agent`.
    headers.reserveCapacity(request.headers.count + 6)
    headers.append(HTTPHeader("Host", address.host))
    if let projectID { headers.append(HTTPHeader("X-Project-Id", projectID)) }
    switch credential {
    case .token(let token):
      headers.append(HTTPHeader("X-Auth-Token", token.value))
    case .keys(let keys):
      headers.append(HTTPHeader("X-Sdk-Date", now.signingDate))
      if let token = keys.securityToken { headers.append(HTTPHeader("X-Security-Token", token.value)) }
      let signer = RequestSigner(accessKey: keys.accessKey, secretKey: keys.secretKey)
      let authorization = signer.authorization(
        method: request.method, path: address.path, query: address.query, signedHeaders: headers, body: request.body)
      headers.append(HTTPHeader("Authorization", authorization))
    }
    headers.append(contentsOf: request.headers)
    return headers
  }
}
