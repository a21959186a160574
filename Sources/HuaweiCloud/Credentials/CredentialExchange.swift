import HTTPTransport
import System

/// A proof that is exchanged for a token or temporary keys.
enum CredentialExchange: Sendable, Hashable {
  case password(domainName: String, userName: String, password: Secret)
  case idToken(identityProviderID: String, idToken: Secret)
  case agency(TrustAgency, idToken: Secret)
  case podIdentity(url: String, token: Secret)
  case metadata
}

extension CloudClient {
  /// Exchanges a proof for a token or temporary keys.
  func issue(_ exchange: CredentialExchange) async throws(CloudError) -> IssuedCredential {
    switch exchange {
    case .password(let domainName, let userName, let password):
      try await token(domainName: domainName, userName: userName, password: password)
    case .idToken(let identityProviderID, let idToken):
      try await keys(identityProviderID: identityProviderID, idToken: idToken)
    case .agency(let agency, let idToken): try await keys(of: agency, idToken: idToken)
    case .podIdentity(let url, let token): try await podKeys(url: url, token: token)
    case .metadata: try await metadataKeys()
    }
  }

  /// Sends `POST /v3/auth/tokens`, scoped to the project.
  private func token(
    domainName: String, userName: String, password: Secret
  ) async throws(CloudError) -> IssuedCredential {
    let scope: JSONBody = project.projectID.map { ["id": .text($0)] } ?? ["name": .text(project.lookupName)]
    let user: JSONBody = [
      "domain": ["name": .text(domainName)], "name": .text(userName), "password": .text(password.value),
    ]
    let request = APIRequest(
      .iam, "KeystoneCreateUserTokenByPassword", method: "POST", path: ["v3", "auth", "tokens"],
      query: [("nocatalog", "true")],
      json: [
        "auth": [
          "identity": ["methods": ["password"], "password": ["user": user]], "scope": ["project": scope],
        ]
      ])
    let holder = AccessKeyBreakers.Holder(name: "user \(domainName)/\(userName)", secret: password.value)
    let response = try await explaining("iam_user") { () throws(CloudError) in
      try await sendUnauthenticated(request, secrets: [password], guarding: holder)
    }
    let token: (expiresAt: Timestamp?, projectID: String?)
    do throws(JSONError) {
      token = try JSONReader.read(response.body) { reader throws(JSONFault) in
        let token = try reader.value()["token"]
        return (token["expires_at"].timestamp, token["project"]["id"].identifier)
      }
    } catch { throw Self.malformed(error.description, response, of: request) }
    return IssuedCredential(
      credential: .token(try Self.subjectToken(response, of: request)), expiresAt: token.expiresAt,
      projectID: token.projectID)
  }

  /// Sends `POST /v3.0/OS-AUTH/id-token/tokens`, then `POST /v3.0/OS-CREDENTIAL/securitytokens`.
  private func keys(identityProviderID: String, idToken: Secret) async throws(CloudError) -> IssuedCredential {
    let login = APIRequest(
      .iam, "CreateTokenWithIdToken", method: "POST", path: ["v3.0", "OS-AUTH", "id-token", "tokens"],
      headers: [HTTPHeader("X-Idp-Id", identityProviderID)],
      json: ["auth": ["id_token": ["id": .text(idToken.value)]]])
    let holder = AccessKeyBreakers.Holder(name: "identity provider \(identityProviderID)", secret: idToken.value)
    let refused =
      "IAM does not accept the id token: its issuer, signature or audience is not what the identity provider "
      + "\(identityProviderID) expects, or it has ended; a provider of the new IAM needs provider_urn and agency_urn"
    let loggedIn = try await explaining("oidc", [401: refused, 403: refused, 404: refused]) { () throws(CloudError) in
      try await sendUnauthenticated(login, secrets: [idToken], guarding: holder)
    }
    let token = try Self.subjectToken(loggedIn, of: login)
    let request = APIRequest(
      .iam, "CreateTemporaryAccessKeyByToken", method: "POST", path: ["v3.0", "OS-CREDENTIAL", "securitytokens"],
      json: [
        "auth": [
          "identity": [
            "methods": ["token"], "token": ["duration_seconds": .integer(21_600), "id": .text(token.value)],
          ]
        ]
      ])
    let response = try await explaining("oidc") { () throws(CloudError) in
      try await sendUnauthenticated(request, secrets: [idToken, token])
    }
    return try Self.temporaryKeys(response, of: request)
  }

  /// Sends `POST /v5/agencies/assume-with-oidc`.
  private func keys(of agency: TrustAgency, idToken: Secret) async throws(CloudError) -> IssuedCredential {
    let request = APIRequest(
      .sts, "AssumeAgencyWithOIDC", method: "POST", path: ["v5", "agencies", "assume-with-oidc"],
      json: [
        "provider_urn": .text(agency.providerURN), "agency_urn": .text(agency.agencyURN),
        "agency_session_name": .text(agency.sessionName), "id_token": .text(idToken.value),
        "duration_seconds": .integer(agency.duration.components.seconds),
      ])
    let holder = AccessKeyBreakers.Holder(name: "agency \(agency.agencyURN)", secret: idToken.value)
    let hints = [
      400:
        "STS does not understand the exchange: check provider_urn, agency_urn and session_name, and that duration is "
        + "no longer than the agency's own maximum",
      401:
        "STS does not accept the id token: its issuer, signature or audience (aud) is not what the identity provider "
        + "\(agency.providerURN) expects, or it has ended",
      403: "the agency \(agency.agencyURN) does not trust the id token: its trust policy must allow "
        + "sts:agencies:assumeWithOIDC to the identity provider, with conditions that the token's aud and sub meet",
      404: "there is no agency \(agency.agencyURN), or no identity provider \(agency.providerURN)",
    ]
    let response = try await explaining("oidc", hints) { () throws(CloudError) in
      try await sendUnauthenticated(request, secrets: [idToken], guarding: holder)
    }
    return try Self.temporaryKeys(response, of: request)
  }

  /// Asks CCE's pod identity, whose whole address the Pod is given.
  private func podKeys(url: String, token: Secret) async throws(CloudError) -> IssuedCredential {
    guard let base = BaseURL(url) else {
      throw .badCredentials(
        "the URL of pod_identity (\(CredentialChain.podIdentityNames[0])) is not an http or https URL with a host and "
          + "nothing after its path")
    }
    var request = APIRequest(
      .podIdentity, "AssumeAgencyForPodIdentity", method: "POST", path: [],
      headers: [HTTPHeader("Authorization", token.value)], json: [:])
    request.base = base
    let holder = AccessKeyBreakers.Holder(name: "pod identity \(url)", secret: token.value)
    let refused = "the token of the Pod's service account is not accepted: its audience must be service.cce.pods"
    let unknown =
      "no agency is associated with the Pod's service account, or the agency does not trust pod identities of CCE"
    let response = try await explaining("pod_identity", [401: refused, 403: unknown, 404: unknown]) {
      [request] () throws(CloudError) in
      try await sendUnauthenticated(request, secrets: [token], guarding: holder)
    }
    return try Self.temporaryKeys(response, of: request)
  }

  /// Asks the metadata service for a token, then for keys; without a token if it is refused or not answered, as in Pods
  /// on nodes of CCE.
  private func metadataKeys() async throws(CloudError) -> IssuedCredential {
    let login = APIRequest(
      .metadata, "CreateMetadataToken", method: "PUT", path: ["meta-data", "latest", "api", "token"],
      headers: [HTTPHeader("X-Metadata-Token-Ttl-Seconds", "21600")])
    var headers: [HTTPHeader] = []
    var noToken: CloudError?
    do throws(CloudError) {
      let text = String(decoding: try await sendUnauthenticated(login, maximumAttempts: 1).body, as: UTF8.self)
      headers = [
        HTTPHeader("X-Metadata-Token", try SecretReader.checked(text.trimmed, key: "the metadata service's token"))
      ]
    } catch {
      noToken = error
    }
    let request = APIRequest(
      .metadata, "ShowSecurityKey", path: ["openstack", "latest", "securitykey"], headers: headers)
    let secrets = headers.map { Secret($0.value) }
    do throws(CloudError) {
      // If not even the first request was answered, there is hardly a metadata service, so one attempt is enough.
      let attempts = noToken == nil || noToken?.status != nil ? 3 : 1
      let response = try await sendUnauthenticated(request, secrets: secrets, maximumAttempts: attempts)
      return try Self.temporaryKeys(response, of: request)
    } catch {
      throw Self.noMetadata(error, noToken)
    }
  }

  /// Explains a failed request for keys: without a token, a refusal may also mean that one is needed.
  private static func noMetadata(_ error: CloudError, _ noToken: CloudError?) -> CloudError {
    var error = error
    guard let status = error.status, [401, 403, 404].contains(status) else {
      error.message = "the metadata service gave no keys: \(error.message)"
      return error
    }
    error.reason = .unauthorized
    let isAboutAgency = status == 404 || error.message.lowercased().contains("agency")
    if let noToken, !isAboutAgency {
      error.message =
        "the metadata service gives no keys without a token (status \(status)), and no token: \(noToken.message)"
    } else {
      error.message = "the metadata service has no keys: no agency is bound to this server (status \(status))"
    }
    return error
  }

  // MARK: - Answers

  private static func subjectToken(_ response: HTTPResponse, of request: APIRequest) throws(CloudError) -> Secret {
    guard let token = response.headers.first(named: "X-Subject-Token"), !token.isEmpty else {
      throw malformed("the answer has no X-Subject-Token", response, of: request)
    }
    return Secret(token)
  }

  private static func temporaryKeys(
    _ response: HTTPResponse, of request: APIRequest
  ) throws(CloudError) -> IssuedCredential {
    let issued: IssuedCredential?
    do throws(JSONError) { issued = try IssuedCredential(temporaryKeysIn: response.body) } catch {
      throw malformed(error.description, response, of: request)
    }
    guard let issued else { throw malformed("the answer has no access key with its secret", response, of: request) }
    // The keys go into header fields, which a line break would end.
    guard issued.fieldTexts.allSatisfy({ CredentialText.problem(with: $0, as: .word) == nil }) else {
      throw malformed("the answer's keys cannot be right", response, of: request)
    }
    return issued
  }

  private static func malformed(_ message: String, _ response: HTTPResponse, of request: APIRequest) -> CloudError {
    CloudError(
      .malformed, operation: request.operation, status: response.status, message: message,
      requestID: FailedAttempt.requestID(of: response))
  }

  /// Adds to an error the configuration key that it is about and, for a refusal with one of these statuses, what that
  /// means there. A refusal is always about the credential, whatever its status, and so becomes `unauthorized`.
  private func explaining(
    _ key: String, _ hints: [Int: String] = [:], _ body: () async throws(CloudError) -> HTTPResponse
  ) async throws(CloudError) -> HTTPResponse {
    do throws(CloudError) { return try await body() } catch {
      var error = error
      let isRefusal =
        [.unauthorized, .forbidden, .notFound, .unsupported].contains(error.reason)
        || error.reason == .clientError && error.status == 400
      if isRefusal { error.reason = .unauthorized }
      let hint = isRefusal ? error.status.flatMap { hints[$0] } : nil
      error.message = "\(key): " + (hint.map { $0 + ": " } ?? "") + error.message
      throw error
    }
  }
}

extension APIRequest {
  /// Creates a call with a JSON body.
  fileprivate init(
    _ service: CloudService, _ operation: String, method: String, path: [String],
    query: [(name: String, value: String)] = [], headers: [HTTPHeader] = [], json: JSONBody
  ) {
    self.init(
      service, operation, method: method, path: path, query: query,
      headers: [HTTPHeader("Content-Type", "application/json;charset=utf8")] + headers, body: json.bytes)
  }
}

extension IssuedCredential {
  /// Reads temporary keys, in any of the spellings that the vendor's SDKs accept; nil if one of the keys is missing.
  ///
  /// A security token has no maximum length, so nothing is cut.
  init?(temporaryKeysIn body: [UInt8]) throws(JSONError) {
    let fields = try JSONReader.read(body) { reader throws(JSONFault) in
      var fields: [String: String] = [:]
      guard try reader.beginObject() else { return fields }
      while try reader.nextKey() {
        guard ["credential", "credentials"].contains(reader.name), reader.peek() == UInt8(ascii: "{"),
          try reader.beginObject()
        else {
          try reader.skip()
          continue
        }
        while try reader.nextKey() {
          let name = reader.name
          if let text = try reader.text() { fields[name] = text.string(in: reader.bytes, limit: reader.bytes.count) }
        }
      }
      return fields
    }
    func field(_ names: String...) -> String? {
      names.lazy.compactMap { fields[$0] }.first { !$0.isEmpty }
    }
    guard let accessKey = field("access", "access_key_id", "accessKeyId"),
      let secretKey = field("secret", "secret_access_key", "secretAccessKey")
    else { return nil }
    let token = field("securitytoken", "security_token", "securityToken")
    credential = .keys(
      AccessKeys(accessKey: accessKey, secretKey: Secret(secretKey), securityToken: token.map(Secret.init)))
    expiresAt = field("expires_at", "expiration", "expiresAt").flatMap { Timestamp(parsing: $0) }
  }

  /// The texts of temporary keys that go into header fields of requests.
  var fieldTexts: [String] {
    guard case .keys(let keys) = credential else { return [] }
    return [keys.accessKey] + (keys.securityToken.map { [$0.value] } ?? [])
  }
}

extension JSONReader {
  fileprivate var name: String { key.string(in: bytes, limit: 64) }
}
