import FoundationEssentials
import HTTPTransport

extension CloudClient {
  static let jsonHeaders = [HTTPHeader("Content-Type", "application/json;charset=utf8")]

  static func encoded(_ body: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Texts in dictionaries always encode.
    return (try? encoder.encode(body)).map(Array.init) ?? []
  }

  static func decoded<Body: Decodable>(_ response: HTTPResponse, of request: APIRequest) throws(CloudError) -> Body {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do { return try decoder.decode(Body.self, from: Data(response.body)) } catch {
      throw malformed("the answer is not the JSON that was expected", response, of: request)
    }
  }

  static func subjectToken(_ response: HTTPResponse, of request: APIRequest) throws(CloudError) -> Secret {
    guard let token = response.headers.first(named: "X-Subject-Token"), !token.isEmpty else {
      throw malformed("the answer has no X-Subject-Token", response, of: request)
    }
    return Secret(token)
  }

  static func temporaryKeys(_ response: HTTPResponse, of request: APIRequest) throws(CloudError) -> IssuedCredential {
    let answer: SecurityTokenAnswer = try decoded(response, of: request)
    guard let keys = answer.credential, let accessKey = keys.access, let secretKey = keys.secret, !accessKey.isEmpty,
      !secretKey.isEmpty
    else { throw malformed("the answer has no access key with its secret", response, of: request) }
    return IssuedCredential(
      credential: .keys(
        AccessKeys(
          accessKey: try SecretReader.checked(accessKey, key: "the temporary access key"),
          secretKey: Secret(secretKey),
          securityToken: try keys.securitytoken.map { token throws(CloudError) in
            Secret(try SecretReader.checked(token, key: "the temporary security token"))
          })),
      expiresAt: keys.expiresAt.flatMap { Timestamp(parsing: $0) })
  }

  private static func malformed(_ message: String, _ response: HTTPResponse, of request: APIRequest) -> CloudError {
    CloudError(
      .malformed, operation: request.operation, status: response.status, message: message,
      requestID: Answer.requestID(of: response))
  }
}

/// Body of `POST /v3/auth/tokens` (IAM, obtaining a user token through password authentication).
struct TokenRequest: Encodable {
  struct Project: Encodable { var id: String?, name: String? }
  private struct Domain: Encodable { var name: String }
  private struct User: Encodable { var domain: Domain, name: String, password: String }
  private struct Password: Encodable { var user: User }
  private struct Identity: Encodable { var methods = ["password"], password: Password }
  private struct Scope: Encodable { var project: Project }
  private struct Auth: Encodable { var identity: Identity, scope: Scope }
  private var auth: Auth

  init(domainName: String, userName: String, password: String, project: Project) {
    let user = User(domain: Domain(name: domainName), name: userName, password: password)
    auth = Auth(identity: Identity(password: Password(user: user)), scope: Scope(project: project))
  }
}

/// The part of its answer that is used; the token itself stands in a header.
struct TokenAnswer: Decodable {
  struct Token: Decodable { var expiresAt: String?, project: Project? }
  struct Project: Decodable { var id: String? }
  var token: Token?
}

/// Body of `POST /v3.0/OS-AUTH/id-token/tokens`.
struct IDTokenRequest: Encodable {
  private struct IDToken: Encodable { var id: String }
  private struct Auth: Encodable { var idToken: IDToken }
  private var auth: Auth

  init(idToken: String) { auth = Auth(idToken: IDToken(id: idToken)) }
}

/// Body of `POST /v3.0/OS-CREDENTIAL/securitytokens` with a token.
struct SecurityTokenRequest: Encodable {
  private struct Token: Encodable { var id: String, durationSeconds = 21_600 }
  private struct Identity: Encodable { var methods = ["token"], token: Token }
  private struct Auth: Encodable { var identity: Identity }
  private var auth: Auth

  init(token: String) { auth = Auth(identity: Identity(token: Token(id: token))) }
}

/// Temporary keys, as IAM and the metadata service give them.
struct SecurityTokenAnswer: Decodable {
  struct Keys: Decodable { var access: String?, secret: String?, securitytoken: String?, expiresAt: String? }
  var credential: Keys?
}
