import Foundation
import HTTPTransport
import System
import TestSupport
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
    try await client.sendMany()
    #expect(tokenRequests(cloud) == 1)
    let body = String(decoding: cloud.arrivals[0].request.body, as: UTF8.self)
    #expect(cloud.arrivals[0].request.query == "nocatalog=true")
    #expect(
      body == #"{"auth":{"identity":{"methods":["password"],"password":{"user":{"domain":{"name":"acme"},"#
        + #""name":"watcher","password":"pass/word"}}},"scope":{"project":{"name":"cn-north-4"}}}}"#)
    #expect(cloud.arrivals[1].header("X-Project-Id") == "p9")
    valid.withLock { $0 = "revoked" }
    try await client.sendMany()
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

  private func userProject(_ cloud: CloudFixture) -> CloudProject {
    cloud.project {
      $0.projectID = nil
      $0.credentials = .iamUser(domainName: "acme", userName: "watcher", password: .value(Secret("pass/word")))
    }
  }

  private func tokenRequests(_ cloud: CloudFixture) -> Int {
    cloud.arrivals.filter { $0.path == "/v3/auth/tokens" }.count
  }
}
