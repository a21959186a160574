import FoundationEssentials
import HTTPTransport

extension CloudClient {
  /// Exchanges a proof for a token or temporary keys.
  func issue(_ exchange: CredentialExchange) async throws(CloudError) -> IssuedCredential {
    switch exchange {
    case .password(let domainName, let userName, let password):
      try await token(domainName: domainName, userName: userName, password: password)
    case .idToken(let identityProviderID, let idToken):
      try await keys(identityProviderID: identityProviderID, idToken: idToken)
    case .metadata: try await metadataKeys()
    }
  }

  /// `POST /v3/auth/tokens`, scoped to the project.
  private func token(
    domainName: String, userName: String, password: Secret
  ) async throws(CloudError) -> IssuedCredential {
    let scope = project.projectID.map { TokenRequest.Project(id: $0) } ?? TokenRequest.Project(name: project.region)
    let body = TokenRequest(domainName: domainName, userName: userName, password: password.value, project: scope)
    let request = APIRequest(
      .iam, "KeystoneCreateUserTokenByPassword", method: "POST", path: ["v3", "auth", "tokens"],
      query: [("nocatalog", "true")], headers: Self.jsonHeaders, body: Self.encoded(body))
    let holder = AccessKeyBreakers.Holder(name: "user \(domainName)/\(userName)", secret: password.value)
    let response = try await explaining("iam_user") { () throws(CloudError) in
      try await sendUnauthenticated(request, secrets: [password], guarding: holder)
    }
    let answer: TokenAnswer = try Self.decoded(response, of: request)
    return IssuedCredential(
      credential: .token(try Self.subjectToken(response, of: request)),
      expiresAt: answer.token?.expiresAt.flatMap { Timestamp(parsing: $0) },
      projectID: answer.token?.project?.id)
  }

  /// `POST /v3.0/OS-AUTH/id-token/tokens`, then `POST /v3.0/OS-CREDENTIAL/securitytokens`.
  private func keys(identityProviderID: String, idToken: Secret) async throws(CloudError) -> IssuedCredential {
    let login = APIRequest(
      .iam, "CreateTokenWithIdToken", method: "POST", path: ["v3.0", "OS-AUTH", "id-token", "tokens"],
      headers: Self.jsonHeaders + [HTTPHeader("X-Idp-Id", identityProviderID)],
      body: Self.encoded(IDTokenRequest(idToken: idToken.value)))
    let holder = AccessKeyBreakers.Holder(name: "identity provider \(identityProviderID)", secret: idToken.value)
    let loggedIn = try await explaining("oidc") { () throws(CloudError) in
      try await sendUnauthenticated(login, secrets: [idToken], guarding: holder)
    }
    let token = try Self.subjectToken(loggedIn, of: login)
    let request = APIRequest(
      .iam, "CreateTemporaryAccessKeyByToken", method: "POST", path: ["v3.0", "OS-CREDENTIAL", "securitytokens"],
      headers: Self.jsonHeaders, body: Self.encoded(SecurityTokenRequest(token: token.value)))
    let response = try await explaining("oidc") { () throws(CloudError) in
      try await sendUnauthenticated(request, secrets: [idToken, token])
    }
    return try Self.temporaryKeys(response, of: request)
  }

  /// The metadata service's token first; keys without it where it is refused, as nodes of CCE do.
  private func metadataKeys() async throws(CloudError) -> IssuedCredential {
    let login = APIRequest(
      .metadata, "CreateMetadataToken", method: "PUT", path: ["meta-data", "latest", "api", "token"],
      headers: [HTTPHeader("X-Metadata-Token-Ttl-Seconds", "21600")])
    var headers: [HTTPHeader] = []
    do throws(CloudError) {
      let token = try await sendUnauthenticated(login, maximumAttempts: 1).body
      let text = String(decoding: token, as: UTF8.self).trimmingCharacters(while: \.isWhitespace)
      headers = [HTTPHeader("X-Metadata-Token", try SecretReader.checked(text, key: "the metadata service's token"))]
    } catch  where error.status == nil && error.reason != .unauthorized {
      throw Self.noMetadata(error)
    } catch {
      headers = []
    }
    let request = APIRequest(
      .metadata, "ShowSecurityKey", path: ["openstack", "latest", "securitykey"], headers: headers)
    let secrets = headers.map { Secret($0.value) }
    do throws(CloudError) {
      let response = try await sendUnauthenticated(request, secrets: secrets, maximumAttempts: 3)
      return try Self.temporaryKeys(response, of: request)
    } catch {
      throw Self.noMetadata(error)
    }
  }

  private static func noMetadata(_ error: CloudError) -> CloudError {
    var error = error
    if error.status == 401 || error.status == 404 {
      error.reason = .unauthorized
      error.message =
        "the metadata service has no keys: no agency is bound to this server (status \(error.status ?? 0))"
    } else {
      error.message = "the metadata service gave no keys: \(error.message)"
    }
    return error
  }

  /// Says in the error which part of the configuration it is about.
  private func explaining(
    _ key: String, _ body: () async throws(CloudError) -> HTTPResponse
  ) async throws(CloudError) -> HTTPResponse {
    do throws(CloudError) { return try await body() } catch {
      var error = error
      error.message = "\(key): \(error.message)"
      throw error
    }
  }
}
