import HTTPTransport
import System

/// The credential of a request, and the header fields that prove it.
struct RequestAuthenticator: Sendable {
  var credential: Credential
  /// The id sent as `X-Project-Id`: the scope of paths that name no project.
  var projectID: String?
  /// The holder whose breaker guards the request; nil for tokens.
  var holder: AccessKeyBreakers.Holder?
  /// The uptime from which the credential is no longer used; nil for never.
  var end: Duration?

  /// Returns the header fields to send, `Host` and the request's own included.
  ///
  /// Nothing that an HTTP client may alter is signed, so `Content-Type` and `User-Agent` stay out.
  func headers(for request: APIRequest, at address: RequestAddress, now: Timestamp) -> [HTTPHeader] {
    var headers: [HTTPHeader] = []
    // The HTTP client adds `User-Agent`, for which there is room too.
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
