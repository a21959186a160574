import Foundation
import HTTPTransport
import Testing

@testable import HuaweiCloud

@Suite struct ClientTemporaryKeysTests {
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
    try await cloud.client(project).sendMany()
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
    try await cloud.client(project).sendMany()
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

  @Test func keysWithdrawnUnderManyRequestsAreReplacedForAll() async throws {
    let good = Locked(1)
    let cloud = try CloudFixture { request, _ in
      let good = good.withLock { $0 }
      if request.path == "/openstack/latest/securitykey" {
        return Self.temporaryKeys(expiresAt: "2999-01-08T02:56:19Z", number: good)
      }
      let isGood = request.headers.first(named: "Authorization")?.contains("Access=temporary\(good),") ?? true
      return HTTPServerResponse(status: isGood ? 200 : 401)
    }
    let client = cloud.client(cloud.project { $0.credentials = .metadata })
    for round in 1...5 {
      good.withLock { $0 = round }
      for _ in 0..<5 { try await client.sendMany() }
    }
    #expect(cloud.arrivals.filter { $0.path == "/openstack/latest/securitykey" }.count == 5)
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
