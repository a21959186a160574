import Foundation
import HTTPTransport
import HuaweiCloud
import System
import TestSupport
import Testing

@testable import CloudSimulator

@Suite struct AuthenticationTests {
  private let key = SimulatedKey(accessKey: "AK", secretKey: Secret("SK"))

  private func cloud(
    _ clock: ManualTime = ManualTime(), speed: Double = 1, _ change: (inout Accounts) -> Void = { _ in }
  ) throws -> CloudSimulator {
    var accounts = Accounts(
      keys: [key], users: [SimulatedUser(domainName: "D", name: "U", password: Secret("P"))],
      tokens: ["ready": projectID, "any": nil], identityProviders: ["idp": ["jwt"]])
    change(&accounts)
    var world = world { $0.instances = [SimulatedInstance(id: "i", name: "n")] }
    world.projects.append(SimulatedProject(id: "other", name: "cn-south-1"))
    world.speed = speed
    return try CloudSimulator(world: world, authentication: .required(accounts), time: clock.source)
  }

  /// The headers of a signed request.
  private func signed(
    _ target: String, key: SimulatedKey? = nil, date: Timestamp = ManualTime.start, project: String? = projectID,
    token: String? = nil
  ) -> [HTTPHeader] {
    let key = key ?? self.key
    var headers = [HTTPHeader("Host", "127.0.0.1:1234"), HTTPHeader("X-Sdk-Date", date.signingDate)]
    if let project { headers.append(HTTPHeader("X-Project-Id", project)) }
    if let token = token ?? key.securityToken { headers.append(HTTPHeader("X-Security-Token", token)) }
    let parts = target.split(separator: "?", maxSplits: 1).map(String.init)
    let authorization = RequestSigner(accessKey: key.accessKey, secretKey: key.secretKey).authorization(
      method: "GET", path: parts[0], query: parts.count > 1 ? parts[1] : "", signedHeaders: headers, body: [])
    return headers + [HTTPHeader("Authorization", authorization)]
  }

  private func code(_ asked: Asked) -> String? { asked.object["error_code"] as? String }

  @Test(arguments: [
    "/v5/imagecaches", "/v3/auth/projects", "/v2/\(projectID)/instances?offset=0&limit=100",
    "/v2/manage/repos?filter=namespace::o%7Climit::10%7Coffset::0",
  ])
  func aRightSignatureIsLetIn(target: String) throws {
    let cloud = try cloud()
    defer { cloud.stop() }
    #expect(try cloud.ask(target, headers: signed(target)).status == 200)
    #expect(cloud.requests.last?.accessKey == "AK")
    #expect(cloud.requests.last?.status == 200)
    #expect(cloud.requests.last?.target == target)
  }

  @Test func whatChangedAfterSigningIsRefused() throws {
    let cloud = try cloud()
    defer { cloud.stop() }
    let headers = signed("/v5/imagecaches")
    #expect(try code(cloud.ask("/v5/imagecaches?name=a", headers: headers)) == "APIGW.0301")
    var moved = headers
    moved[0].value = "127.0.0.1:9999"
    #expect(try cloud.ask("/v5/imagecaches", headers: moved).status == 401)
    #expect(try cloud.ask("/v5/imagecaches", headers: headers.filter { $0.name != "X-Project-Id" }).status == 401)
    #expect(try cloud.ask("/v5/imagecaches", headers: headers).status == 200)
  }

  @Test func skewAndUnknownKeysHaveTheirCodes() throws {
    let cloud = try cloud()
    defer { cloud.stop() }
    let target = "/v5/imagecaches"
    func asked(_ seconds: Int) throws -> Asked {
      try cloud.ask(target, headers: signed(target, date: ManualTime.start + .seconds(seconds)))
    }
    #expect(try asked(-890).status == 200)
    #expect(try code(asked(-910)) == "APIGW.0303")
    #expect(try code(asked(910)) == "APIGW.0303")
    #expect(try asked(910).text.contains("server time:"))
    let stranger = SimulatedKey(accessKey: "XX", secretKey: Secret("SK"))
    #expect(try code(cloud.ask(target, headers: signed(target, key: stranger))) == "APIGW.0301")
    #expect(try code(cloud.ask(target)) == "APIGW.0301")
  }

  @Test func theProjectMustBeKnown() throws {
    let cloud = try cloud()
    defer { cloud.stop() }
    #expect(try cloud.ask("/v5/imagecaches", headers: signed("/v5/imagecaches", project: nil)).status == 400)
    #expect(try cloud.ask("/v5/imagecaches", headers: signed("/v5/imagecaches", project: "nobody")).status == 403)
    #expect(try cloud.ask("/v3/auth/projects", headers: signed("/v3/auth/projects", project: nil)).status == 200)
  }

  @Test func moreThanFiveFailuresLockAKey() throws {
    let clock = ManualTime()
    let cloud = try cloud(clock, speed: 2)
    defer { cloud.stop() }
    let target = "/v5/imagecaches"
    let wrong = SimulatedKey(accessKey: "AK", secretKey: Secret("wrong"))
    for _ in 0..<5 { #expect(try cloud.ask(target, headers: signed(target, key: wrong)).status == 401) }
    #expect(try cloud.ask(target, headers: signed(target)).status == 200)
    for _ in 0..<6 { _ = try cloud.ask(target, headers: signed(target, key: wrong)) }
    #expect(try cloud.ask(target, headers: signed(target)).text.contains("failed to reach the limit"))
    // Five minutes of a world that runs twice as fast.
    clock.advance(by: .seconds(149))
    #expect(try cloud.ask(target, headers: signed(target)).status == 401)
    clock.advance(by: .seconds(2))
    #expect(try cloud.ask(target, headers: signed(target)).status == 200)
  }

  @Test func tokensAreScopedEndAndAreRevoked() throws {
    let clock = ManualTime()
    let cloud = try cloud(clock) { $0.tokenLifetime = .seconds(60) }
    defer { cloud.stop() }
    func body(_ password: String) -> String {
      #"{"auth":{"identity":{"methods":["password"],"password":{"user":{"domain":{"name":"D"},"name":"U","#
        + #""password":"\#(password)"}}},"scope":{"project":{"name":"cn-north-4"}}}}"#
    }
    #expect(try cloud.ask("/v3/auth/tokens?nocatalog=true", method: "POST", body: body("no")).status == 401)
    let issued = try cloud.ask("/v3/auth/tokens?nocatalog=true", method: "POST", body: body("P"))
    #expect(issued.status == 201)
    let token = try #require(issued.headers.first(named: "X-Subject-Token"))
    let details = try #require(issued.object["token"] as? [String: Any])
    #expect(details["expires_at"] as? String == "2025-01-02T03:05:05.000000Z")
    #expect((details["project"] as? [String: Any])?["id"] as? String == projectID)

    func asked(_ token: String, _ target: String = "/v5/imagecaches") throws -> Asked {
      try cloud.ask(target, headers: [HTTPHeader("X-Auth-Token", token)])
    }
    #expect(try asked(token).status == 200)
    #expect(try asked("ready").status == 200)
    #expect(try asked("any").status == 400)
    #expect(try code(asked("nonsense")) == "APIGW.0301")
    #expect(try code(asked(token, "/v2/other/instances")) == "APIGW.0307")
    clock.advance(by: .seconds(60))
    #expect(try code(asked(token)) == "APIGW.0307")
    let again = try cloud.ask("/v3/auth/tokens", method: "POST", body: body("P"))
    let second = try #require(again.headers.first(named: "X-Subject-Token"))
    #expect(try asked(second).status == 200)
    cloud.revokeTokens()
    #expect(try asked(second).status == 401)
  }

  @Test func aLongTokenHasItsLength() throws {
    let cloud = try cloud { $0.tokenLength = 100_000 }
    defer { cloud.stop() }
    let issued = try cloud.ask(
      "/v3.0/OS-AUTH/id-token/tokens", method: "POST", headers: [HTTPHeader("X-Idp-Id", "idp")],
      body: #"{"auth":{"id_token":{"id":"jwt"}}}"#)
    #expect(issued.headers.first(named: "X-Subject-Token")?.count == 100_000)
  }

  @Test func anIDTokenBecomesATemporaryKey() throws {
    let clock = ManualTime()
    let cloud = try cloud(clock)
    defer { cloud.stop() }
    func exchange(_ jwt: String, _ provider: String = "idp") throws -> Asked {
      try cloud.ask(
        "/v3.0/OS-AUTH/id-token/tokens", method: "POST", headers: [HTTPHeader("X-Idp-Id", provider)],
        body: #"{"auth":{"id_token":{"id":"\#(jwt)"}}}"#)
    }
    #expect(try exchange("stale").status == 401)
    #expect(try exchange("jwt", "stranger").status == 401)
    let token = try #require(try exchange("jwt").headers.first(named: "X-Subject-Token"))
    func temporary(_ token: String) throws -> Asked {
      try cloud.ask(
        "/v3.0/OS-CREDENTIAL/securitytokens", method: "POST",
        body: #"{"auth":{"identity":{"methods":["token"],"token":{"id":"\#(token)","duration_seconds":1000}}}}"#)
    }
    #expect(try temporary("other").status == 401)
    let answer = try temporary(token)
    #expect(answer.status == 201)
    let key = try temporaryKey(answer)
    let target = "/v5/imagecaches"
    #expect(try cloud.ask(target, headers: signed(target, key: key)).status == 200)
    #expect(try cloud.ask(target, headers: signed(target, key: key, token: "wrong")).status == 401)
    clock.advance(by: .seconds(1000))
    let later = ManualTime.start + .seconds(1000)
    #expect(try cloud.ask(target, headers: signed(target, key: key, date: later)).status == 401)
  }

  private func temporaryKey(_ answer: Asked) throws -> SimulatedKey {
    let credential = try #require(answer.object["credential"] as? [String: String])
    return SimulatedKey(
      accessKey: try #require(credential["access"]), secretKey: Secret(try #require(credential["secret"])),
      securityToken: credential["securitytoken"])
  }

  @Test func theMetadataServiceWantsATokenFirst() throws {
    let cloud = try cloud()
    defer { cloud.stop() }
    let ttl = [HTTPHeader("X-Metadata-Token-Ttl-Seconds", "21600")]
    let token = try cloud.ask("/meta-data/latest/api/token", method: "PUT", headers: ttl)
    #expect(token.status == 200)
    let header = [HTTPHeader("X-Metadata-Token", token.text)]
    #expect(try cloud.ask("/openstack/latest/securitykey").status == 401)
    let key = try temporaryKey(cloud.ask("/openstack/latest/securitykey", headers: header))
    let target = "/v5/imagecaches"
    #expect(try cloud.ask(target, headers: signed(target, key: key)).status == 200)
    cloud.revokeIssuedKeys()
    #expect(try cloud.ask(target, headers: signed(target, key: key)).status == 401)
    cloud.revokeTokens()
    #expect(try cloud.ask("/openstack/latest/securitykey", headers: header).status == 401)
  }

  @Test(arguments: [400, 404, 405, 503]) func theMetadataServiceMayKnowNoTokens(status: Int) throws {
    let cloud = try cloud { $0.metadata = MetadataService(tokenRefusal: status) }
    defer { cloud.stop() }
    #expect(try cloud.ask("/meta-data/latest/api/token", method: "PUT").status == status)
    #expect(try cloud.ask("/openstack/latest/securitykey").status == 200)
  }

  @Test func withoutAgencyThereIsNoKey() throws {
    let cloud = try cloud { $0.metadata = MetadataService(tokenRefusal: 404, hasAgency: false) }
    defer { cloud.stop() }
    let asked = try cloud.ask("/openstack/latest/securitykey")
    #expect(asked.status == 401)
    #expect(asked.text.contains("Please configure Cloud Service Agency first"))
  }

  @Test func projectsAreListed() throws {
    let cloud = try cloud()
    defer { cloud.stop() }
    let any = [HTTPHeader("X-Auth-Token", "any")]
    #expect(try cloud.ask("/v3/auth/projects", headers: any).list("projects").count == 2)
    let named = try cloud.ask("/v3/projects?name=cn-south-1", headers: any)
    #expect(named.list("projects").compactMap { $0["id"] as? String } == ["other"])
    let paged = try cloud.ask("/v3/projects?page=2&per_page=1", headers: any)
    #expect(paged.list("projects").count == 1)
  }
}
