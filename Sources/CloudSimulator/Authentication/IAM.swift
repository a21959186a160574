import FoundationEssentials
import HTTPTransport
import HuaweiCloud

extension Operation {
  package static let listAuthProjects = Operation("KeystoneListAuthProjects")
  package static let listProjects = Operation("KeystoneListProjects")
  package static let createToken = Operation("KeystoneCreateUserTokenByPassword")
  package static let exchangeIDToken = Operation("CreateTokenWithIdToken")
  package static let createTemporaryKey = Operation("CreateTemporaryAccessKeyByToken")
}

extension SimulatedService {
  package static let iam = SimulatedService(errors: .iam, refusedPage: "IAM.0007", forbidden: "IAM.0003")
}

extension Route {
  /// The routes of IAM: projects, tokens and temporary keys.
  static let iam = [
    Route(
      .listAuthProjects, path: "/v3/auth/projects", caller: .account, service: .iam, answer: listAuthProjects),
    Route(.listProjects, path: "/v3/projects", caller: .account, service: .iam, answer: listProjects),
    Route(.createToken, method: "POST", path: "/v3/auth/tokens", service: .iam, issuing: createToken),
    Route(
      .exchangeIDToken, method: "POST", path: "/v3.0/OS-AUTH/id-token/tokens", service: .iam, issuing: exchangeIDToken),
    Route(
      .createTemporaryKey, method: "POST", path: "/v3.0/OS-CREDENTIAL/securitytokens", service: .iam,
      issuing: createTemporaryKey),
  ]

  private static func listAuthProjects(_ request: RouteRequest) -> Reply {
    request.projects(request.world.projects)
  }

  private static func listProjects(_ request: RouteRequest) -> Reply {
    var projects = request.world.projects
    if let name = request.value("name") { projects = projects.filter { $0.name == name } }
    if let page = request.value("page").flatMap(Int.init), let size = request.value("per_page").flatMap(Int.init),
      page > 0, size > 0
    {
      projects = Array(projects.dropFirst((page - 1) * size).prefix(size))
    }
    return request.projects(projects)
  }

  private static func createToken(_ request: RouteRequest, _ accessCheck: inout AccessCheck) -> Reply {
    guard let asked = request.decoded(TokenRequest.self) else { return request.malformed }
    let user = asked.auth.identity.password?.user
    let isKnown = accessCheck.accounts.users.contains {
      $0.domainName == user?.domain.name && $0.name == user?.name && $0.password.value == user?.password
    }
    guard isKnown else { return request.failure(401, "IAM.0101", "The username or password is wrong.") }
    var scoped: SimulatedProject?
    if let scope = asked.auth.scope?.project {
      scoped = request.world.projects.first { $0.id == scope.id || (scope.id == nil && $0.name == scope.name) }
      if scoped == nil { return request.failure(400, "IAM.0007", "The project in the scope does not exist.") }
    }
    return request.token(&accessCheck, methods: "password", project: scoped)
  }

  private static func exchangeIDToken(_ request: RouteRequest, _ accessCheck: inout AccessCheck) -> Reply {
    guard let asked = request.decoded(IDTokenRequest.self) else { return request.malformed }
    let provider = request.headers.first(named: "X-Idp-Id").flatMap { accessCheck.accounts.identityProviders[$0] }
    guard let provider, provider.contains(asked.auth.idToken.id) else {
      return request.failure(401, "IAM.0011", "The id token is not valid.")
    }
    let scope = asked.auth.scope?.project
    let scoped = request.world.projects.first { $0.id == scope?.id || (scope?.id == nil && $0.name == scope?.name) }
    return request.token(&accessCheck, methods: "mapped", project: scoped)
  }

  private static func createTemporaryKey(_ request: RouteRequest, _ accessCheck: inout AccessCheck) -> Reply {
    guard let asked = request.decoded(TemporaryKeyRequest.self),
      let token = asked.auth.identity.token?.id ?? request.headers.first(named: "X-Auth-Token")
    else { return request.malformed }
    guard accessCheck.accepts(token: token, at: request.realTime) else {
      return request.failure(401, "IAM.0011", "The token is not valid.")
    }
    let seconds = asked.auth.identity.token?.durationSeconds ?? 900
    guard (900...86400).contains(seconds) else { return request.malformed }
    let key = accessCheck.issueKey(
      lifetime: accessCheck.accounts.keyLifetime ?? .seconds(seconds), at: request.realTime)
    return request.credential(key, status: 201, digits: 6)
  }
}

extension RouteRequest {
  /// Returns the answer in which IAM and the metadata service hand out a temporary key.
  func credential(_ key: SimulatedKey, status: Int, digits: Int) -> Reply {
    var json = writer()
    json.object {
      $0.object("credential") {
        $0.string("access", key.accessKey)
        $0.string("secret", key.secretKey.value)
        $0.string("securitytoken", key.securityToken)
        $0.time("expires_at", key.expiresAt.map(SimulatedTime.at) ?? .absent) { CloudDate.rfc3339($0, digits: digits) }
      }
    }
    return .json(json, status: status)
  }

  fileprivate func token(_ accessCheck: inout AccessCheck, methods: String, project: SimulatedProject?) -> Reply {
    let (token, end) = accessCheck.issueToken(projectID: project?.id, at: realTime)
    var json = writer()
    json.object {
      $0.object("token") {
        $0.string("expires_at", CloudDate.rfc3339(end, digits: 6))
        $0.string("issued_at", CloudDate.rfc3339(realTime, digits: 6))
        $0.array("methods") { $0.string(nil, methods) }
        if let project {
          $0.object("project") {
            $0.string("id", project.id)
            $0.string("name", project.name)
          }
        }
      }
    }
    return .json(json, status: 201, headers: [HTTPHeader("X-Subject-Token", token)])
  }

  fileprivate func projects(_ projects: [SimulatedProject]) -> Reply {
    var json = writer()
    json.object {
      $0.object("links") { $0.string("self", "https://iam.example.com" + route.path) }
      $0.array("projects") { json in
        for project in projects {
          json.object {
            $0.string("id", project.id)
            $0.string("name", project.name)
            $0.flag("enabled", project.isEnabled)
            $0.string("domain_id", project.domainID)
            $0.string("parent_id", project.parentID ?? project.domainID)
            $0.flag("is_domain", false)
            $0.string("description", "")
          }
        }
      }
    }
    return .json(json)
  }

  fileprivate func decoded<Body: Decodable>(_ type: Body.Type) -> Body? {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try? decoder.decode(type, from: Data(body))
  }

  fileprivate var malformed: Reply { failure(400, "IAM.0007", "The request body is invalid.") }
}

// The types below are what IAM reads from request bodies; their names are those of its documents, in camel case.

private struct TokenRequest: Decodable {
  struct Auth: Decodable {
    var identity: Identity
    var scope: Scope?
  }
  struct Identity: Decodable {
    var password: Password?
  }
  struct Password: Decodable {
    var user: User
  }
  struct User: Decodable {
    var domain: Named
    var name: String
    var password: String
  }
  var auth: Auth
}

private struct IDTokenRequest: Decodable {
  struct Auth: Decodable {
    var idToken: Identified
    var scope: Scope?
  }
  struct Identified: Decodable {
    var id: String
  }
  var auth: Auth
}

private struct TemporaryKeyRequest: Decodable {
  struct Auth: Decodable {
    var identity: Identity
  }
  struct Identity: Decodable {
    var token: Token?
  }
  struct Token: Decodable {
    var id: String?
    var durationSeconds: Int?
  }
  var auth: Auth
}

private struct Scope: Decodable {
  var project: Named?
}

private struct Named: Decodable {
  var id: String?
  var name: String?
}
