import Foundation
import HTTPTransport
import Testing

@testable import HuaweiCloud

@Suite struct ClientCredentialsTests {
  @Test func eightProjectsWithOneWrongKeySendTwoRequests() async throws {
    let cloud = try CloudFixture { _, _ in
      HTTPServerResponse(status: 401, text: #"{"error_code":"APIGW.0301","error_msg":"verify aksk signature fail"}"#)
    }
    let clients = (0..<8).map { cloud.client(cloud.project("p\($0)")) }
    await withTaskGroup(of: Void.self) { group in
      for client in clients {
        for service in [CloudService.swr, .cce, .codeArtsRepo] {
          group.addTask {
            let request = APIRequest(service, "Any", path: ["v"])
            let error = await cloudError { () throws(CloudError) in _ = try await client.send(request) }
            #expect(error?.reason == .unauthorized)
          }
        }
      }
    }
    #expect(cloud.arrivals.count == 2)
  }

  @Test func breakerLetsOneRequestTryAfterThePause() async throws {
    let isGood = Locked(false)
    let cloud = try CloudFixture { _, _ in HTTPServerResponse(status: isGood.withLock { $0 } ? 200 : 401) }
    let time = ManualTime()
    let client = cloud.client(cloud.project { $0.requestsPerSecond = 1_000_000 }, time: time.source, deadline: nil)
    func send() async -> FailureReason? {
      time.advance(by: .milliseconds(1))
      do throws(CloudError) {
        _ = try await client.send(.caches)
        return nil
      } catch { return error.reason }
    }
    for _ in 0..<5 { #expect(await send() == .unauthorized) }
    #expect(cloud.arrivals.count == 2)
    time.advance(by: .seconds(300))
    for _ in 0..<5 { #expect(await send() == .unauthorized) }
    #expect(cloud.arrivals.count == 3)
    isGood.withLock { $0 = true }
    time.advance(by: .seconds(601))
    for _ in 0..<5 { #expect(await send() == nil) }
    #expect(cloud.arrivals.count == 8)
  }

  @Test func rotatedKeyFilesNeedNoRestart() async throws {
    let directory = NSTemporaryDirectory() + "/huaweicloud-tests-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    func write(_ accessKey: String, _ secretKey: String) throws {
      try Data(accessKey.utf8).write(to: URL(filePath: directory + "/ak"))
      try Data(secretKey.utf8).write(to: URL(filePath: directory + "/sk"))
    }
    let cloud = try CloudFixture { request, _ in
      let verdict = RequestSigner.verify(
        method: request.method, path: request.path, query: "", headers: request.headers, body: []
      ) { $0 == "new" ? Secret("new-secret") : nil }
      return HTTPServerResponse(status: verdict == .valid(accessKey: "new") ? 200 : 401)
    }
    try write("old", "old-secret")
    let client = cloud.client(
      cloud.project {
        $0.credentials = .keys(
          accessKey: .file(directory + "/ak"), secretKey: .file(directory + "/sk"), securityToken: nil)
      })
    #expect(await cloudError { () throws(CloudError) in _ = try await client.send(.caches) }?.reason == .unauthorized)
    try write("new", "new-secret")
    // The refusal makes it look at the files at once.
    _ = try await client.send(.caches)
    #expect(cloud.arrivals.count == 3)
  }

  @Test func tokenIsAskedForOnceAndRenewedOnceForAll() async throws {
    let valid = Locked("none")
    let cloud = try CloudFixture { request, _ in
      guard request.path == "/v3/auth/tokens" else {
        let token = request.headers.first(named: "X-Auth-Token")
        return HTTPServerResponse(status: token == valid.withLock { $0 } ? 200 : 401)
      }
      let token = valid.withLock { valid in
        valid = valid == "none" ? "first" : "second"
        return valid
      }
      return HTTPServerResponse(
        status: 201,
        text: #"{"token":{"expires_at":"2999-01-04T09:05:22.701000Z","project":{"id":"p9","name":"cn-north-4"}}}"#,
        headers: [HTTPHeader("X-Subject-Token", token)])
    }
    let ends = Locked<[Timestamp?]>([])
    var observer = RequestObserver()
    observer.credentialsExpire = { end in ends.withLock { $0.append(end) } }
    let client = cloud.client(userProject(cloud), observer: observer)
    try await sendMany(client)
    #expect(tokenRequests(cloud) == 1)
    let body = String(decoding: cloud.arrivals[0].request.body, as: UTF8.self)
    #expect(cloud.arrivals[0].request.query == "nocatalog=true")
    #expect(
      body == #"{"auth":{"identity":{"methods":["password"],"password":{"user":{"domain":{"name":"acme"},"#
        + #""name":"watcher","password":"pass/word"}}},"scope":{"project":{"name":"cn-north-4"}}}}"#)
    #expect(cloud.arrivals[1].header("X-Project-Id") == "p9")
    valid.withLock { $0 = "revoked" }
    try await sendMany(client)
    #expect(tokenRequests(cloud) == 2)
    #expect(ends.withLock { $0.count } == 2)
    #expect(ends.withLock { $0.last??.seconds } == 32_472_435_922)
  }

  @Test func wrongPasswordIsTriedTwice() async throws {
    let cloud = try CloudFixture { _, _ in
      HTTPServerResponse(
        status: 401,
        text: #"{"error":{"code":401,"message":"The username or password is wrong.","title":"Unauthorized"}}"#)
    }
    let clients = (0..<4).map { _ in cloud.client(userProject(cloud)) }
    for client in clients + clients {
      let error = await cloudError { () throws(CloudError) in _ = try await client.send(.caches) }
      #expect(error?.reason == .unauthorized)
      #expect(error?.message.contains("iam_user") == true)
      #expect(error?.message.contains("The username or password is wrong.") == true)
    }
    #expect(cloud.arrivals.count == 2)
  }

  @Test func tokenThatIsAlwaysRefusedIsNotAskedForAgainAndAgain() async throws {
    let cloud = try CloudFixture { request, _ in
      request.path == "/v3/auth/tokens"
        ? HTTPServerResponse(
          status: 201, text: #"{"token":{"expires_at":"2999-01-04T09:05:22.701000Z"}}"#,
          headers: [HTTPHeader("X-Subject-Token", "t")])
        : HTTPServerResponse(status: 401)
    }
    let client = cloud.client(userProject(cloud))
    for _ in 0..<5 {
      #expect(await cloudError { () throws(CloudError) in _ = try await client.send(.caches) }?.reason == .unauthorized)
    }
    #expect(tokenRequests(cloud) == 1)
  }

  @Test func projectedTokenIsExchangedForKeys() async throws {
    let directory = NSTemporaryDirectory() + "/huaweicloud-tests-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try Data("jwt-1\n".utf8).write(to: URL(filePath: directory + "/jwt"))
    let cloud = try CloudFixture { request, _ in
      switch request.path {
      case "/v3.0/OS-AUTH/id-token/tokens":
        HTTPServerResponse(status: 201, text: "{}", headers: [HTTPHeader("X-Subject-Token", "unscoped")])
      case "/v3.0/OS-CREDENTIAL/securitytokens": Self.temporaryKeys(expiresAt: "2999-01-08T02:56:19.587000Z")
      default: Self.answerToTemporaryKeys(request)
      }
    }
    let project = cloud.project {
      $0.credentials = .oidc(identityProviderID: "cluster", idTokenFile: directory + "/jwt")
    }
    try await sendMany(cloud.client(project))
    let login = cloud.arrivals[0]
    #expect(login.header("X-Idp-Id") == "cluster")
    #expect(String(decoding: login.request.body, as: UTF8.self) == #"{"auth":{"id_token":{"id":"jwt-1"}}}"#)
    let exchange = String(decoding: cloud.arrivals[1].request.body, as: UTF8.self)
    #expect(
      exchange
        == #"{"auth":{"identity":{"methods":["token"],"token":{"duration_seconds":21600,"id":"unscoped"}}}}"#)
    #expect(cloud.arrivals.count == 2 + 6)
  }

  @Test(arguments: [200, 400, 404, 405, 503])
  func metadataServiceGivesKeys(_ tokenStatus: Int) async throws {
    let cloud = try CloudFixture { request, _ in
      switch request.path {
      case "/meta-data/latest/api/token":
        request.method == "PUT" && request.headers.first(named: "X-Metadata-Token-Ttl-Seconds") == "21600"
          ? HTTPServerResponse(status: tokenStatus, text: "mt") : HTTPServerResponse(status: 500)
      case "/openstack/latest/securitykey":
        request.headers.first(named: "X-Metadata-Token") == (tokenStatus == 200 ? "mt" : nil)
          ? Self.temporaryKeys(expiresAt: "2999-01-08T02:56:19.000Z") : HTTPServerResponse(status: 400)
      default: Self.answerToTemporaryKeys(request)
      }
    }
    let project = cloud.project {
      $0.credentials = tokenStatus == 200 ? .metadata : .chain
      // The metadata service is never asked through a proxy: this one does not exist.
      $0.endpoints[.cce] = "http://\(cloud.host)"
    }
    try await sendMany(cloud.client(project))
    #expect(cloud.arrivals.count == 2 + 6)
  }

  @Test(arguments: [401, 404])
  func serverWithoutAgencyIsExplained(_ status: Int) async throws {
    let cloud = try CloudFixture { request, _ in
      HTTPServerResponse(
        status: request.method == "PUT" ? 200 : status, text: "Please configure Cloud Service Agency first")
    }
    let client = cloud.client(cloud.project { $0.credentials = .chain })
    for _ in 0..<2 {
      let error = await cloudError { () throws(CloudError) in _ = try await client.send(.caches) }
      #expect(error?.reason == .unauthorized)
      #expect(error?.message.contains("no credentials") == true)
      #expect(error?.message.contains("no agency is bound") == true)
    }
    #expect(cloud.arrivals.count == 2)
  }

  @Test func temporaryKeysAreRenewedAheadOfTheirEnd() async throws {
    let time = ManualTime()
    let number = Locked(0)
    let cloud = try CloudFixture { request, _ in
      guard request.path == "/openstack/latest/securitykey" else { return HTTPServerResponse(status: 200) }
      let end = number.withLock { number in
        number += 1
        return number
      }
      // An hour from the manual clock's start, then two.
      return Self.temporaryKeys(expiresAt: end == 1 ? "2025-01-02T04:04:05Z" : "2025-01-02T05:04:05Z", number: end)
    }
    let project = cloud.project {
      $0.credentials = .metadata
      $0.requestsPerSecond = 1_000_000
    }
    let client = cloud.client(project, time: time.source, deadline: nil)
    func send() async throws -> String? {
      time.advance(by: .milliseconds(1))
      let clock = Task {
        while !Task.isCancelled {
          try? await Task.sleep(for: .milliseconds(2))
          if time.sleepers > 0 { time.advance(by: .milliseconds(1)) }
        }
      }
      defer { clock.cancel() }
      _ = try await client.send(.caches)
      let last = cloud.arrivals.last { $0.path == "/v5/imagecaches" }
      return last?.header("Authorization")?.split(separator: ",").first.map(String.init)
    }
    #expect(try await send() == "SDK-HMAC-SHA256 Access=temporary1")
    time.advance(by: .seconds(2_870))
    #expect(try await send() == "SDK-HMAC-SHA256 Access=temporary1")
    #expect(number.withLock { $0 } == 1)
    time.advance(by: .seconds(10))
    #expect(try await send() == "SDK-HMAC-SHA256 Access=temporary1")
    for _ in 0..<200 where number.withLock({ $0 }) < 2 {
      time.advance(by: .milliseconds(1))
      try await Task.sleep(for: .milliseconds(5))
    }
    try await Task.sleep(for: .milliseconds(50))
    #expect(try await send() == "SDK-HMAC-SHA256 Access=temporary2")
  }

  private func userProject(_ cloud: CloudFixture) -> CloudProject {
    cloud.project {
      $0.projectID = nil
      $0.credentials = .iamUser(domainName: "acme", userName: "watcher", password: .value(Secret("pass/word")))
    }
  }

  private func tokenRequests(_ cloud: CloudFixture) -> Int {
    cloud.arrivals.filter { $0.path == "/v3/auth/tokens" }.count
  }

  private func sendMany(_ client: CloudClient) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<6 { group.addTask { _ = try await client.send(.caches) } }
      try await group.waitForAll()
    }
  }

  private static func temporaryKeys(expiresAt: String, number: Int = 1) -> HTTPServerResponse {
    HTTPServerResponse(
      status: 200,
      text:
        #"{"credential":{"access":"temporary\#(number)","secret":"ts","securitytoken":"tt","expires_at":"\#(expiresAt)"}}"#
    )
  }

  private static func answerToTemporaryKeys(_ request: HTTPServerRequest) -> HTTPServerResponse {
    let verdict = RequestSigner.verify(
      method: request.method, path: request.path, query: request.query ?? "", headers: request.headers, body: []
    ) { $0 == "temporary1" ? Secret("ts") : nil }
    let hasToken = request.headers.first(named: "X-Security-Token") == "tt"
    return HTTPServerResponse(status: verdict == .valid(accessKey: "temporary1") && hasToken ? 200 : 401)
  }
}
