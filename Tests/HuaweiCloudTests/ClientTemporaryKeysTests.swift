import Foundation
import HTTPTransport
import System
import TestSupport
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

  @Test func inAPodWithoutAgencyItSaysWhatIsMissing() async throws {
    let cloud = try CloudFixture { request, _ in
      HTTPServerResponse(
        status: request.method == "PUT" ? 400 : 401, text: "Please configure Cloud Service Agency first")
    }
    let client = cloud.client(
      cloud.project { $0.credentials = .chain }, environment: ["KUBERNETES_SERVICE_HOST": "10.247.0.1"])
    let error = await cloudError { () throws(CloudError) in _ = try await client.send(.caches) }
    #expect(error?.reason == .unauthorized)
    for words in ["no credentials", "no agency is bound", "in a Pod, associate an agency with its service account"] {
      #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }
  }

  @Test func metadataServiceThatWantsATokenItDoesNotGiveSaysSo() async throws {
    let cloud = try CloudFixture { request, _ in
      HTTPServerResponse(status: request.method == "PUT" ? 403 : 401, text: "no token")
    }
    let client = cloud.client(cloud.project { $0.credentials = .metadata })
    let error = await cloudError { () throws(CloudError) in _ = try await client.send(.caches) }
    #expect(error?.message.contains("gives no keys without a token (status 401), and no token:") == true)
    #expect(error?.message.contains("(status 403") == true)
  }

  /// All spellings that the vendor's SDKs accept, in STS's answer and that of the Pod identity.
  @Test(
    arguments: [
      #""credentials":{"accessKeyId":"temporary1","secretAccessKey":"ts","securityToken":"tt","expiration":"$"}"#,
      #""credentials":{"access_key_id":"temporary1","secret_access_key":"ts","security_token":"tt","expiration":"$"}"#,
      #""credentials":{"access_key_id":"temporary1","secret_access_key":"ts","security_token":"tt","expires_at":"$"}"#,
      #""credential":{"access":"temporary1","secret":"ts","securitytoken":"tt","expires_at":"$"}"#,
    ], [CloudService.sts, .podIdentity])
  func everySpellingOfTheAnswerIsRead(_ spelling: String, _ issuer: CloudService) async throws {
    let directory = NSTemporaryDirectory() + "/huaweicloud-tests-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try Data("jwt-1\n".utf8).write(to: URL(filePath: directory + "/jwt"))
    let cloud = try CloudFixture { request, _ in
      switch request.path {
      case "/v5/agencies/assume-with-oidc", "/v1/credentials":
        HTTPServerResponse(
          status: 200,
          text: #"{"assumedAgency":{"urn":""},\#(spelling.replacing("$", with: "2999-01-08T03:50:07.574Z")),"x":[]}"#)
      default: Self.answerToTemporaryKeys(request)
      }
    }
    let ends = Locked<[Timestamp?]>([])
    var observer = RequestObserver()
    observer.credentialsExpire = { end in ends.withLock { $0.append(end) } }
    let project = cloud.project {
      $0.credentials =
        issuer == .sts
        ? .agency(
          TrustAgency(providerURN: "iam::a:oidcProvider:p", agencyURN: "iam::a:agency:n"),
          idTokenFile: directory + "/jwt")
        : .podIdentity(PodIdentity(url: "http://\(cloud.host)/v1/credentials", tokenFile: directory + "/jwt"))
      // The agent of a node is never asked through a proxy, as the metadata service is not.
      if issuer == .podIdentity { $0.endpoints[.podIdentity] = nil }
    }
    try await cloud.client(project, observer: observer).sendMany()
    #expect(cloud.arrivals.count == 1 + 6)
    #expect(ends.withLock { $0.map { $0?.seconds } } == [32_472_762_607])
    let login = cloud.arrivals[0]
    let body = String(decoding: login.request.body, as: UTF8.self)
    if issuer == .sts {
      #expect(
        body == #"{"provider_urn":"iam::a:oidcProvider:p","agency_urn":"iam::a:agency:n","#
          + #""agency_session_name":"huaweicloud-artifact-exporter","id_token":"jwt-1","duration_seconds":3600}"#)
      #expect(login.header("Authorization") == nil)
    } else {
      #expect(!cloud.logged.text.contains("jwt-1") && !cloud.logged.text.contains("temporary1"))
      #expect(body == "{}" && login.header("Authorization") == "jwt-1" && login.request.path == "/v1/credentials")
    }
  }

  @Test func aLongSecurityTokenIsNotCut() throws {
    let token = String(repeating: "t", count: 20_000)
    let body = #"{"credential":{"access":"a","secret":"s","securitytoken":"\#(token)"}}"#
    guard case .keys(let keys) = try IssuedCredential(temporaryKeysIn: Array(body.utf8))?.credential else {
      Issue.record("no keys")
      return
    }
    #expect(keys.securityToken?.value == token)
  }

  @Test(arguments: [
    (CloudService.sts, 401, "audience (aud) is not what the identity provider iam::a:oidcProvider:p expects"),
    (.sts, 403, "its trust policy must allow sts:agencies:assumeWithOIDC"),
    (.sts, 404, "there is no agency iam::a:agency:n"), (.sts, 400, "no longer than the agency's own maximum"),
    (.podIdentity, 401, "its audience must be service.cce.pods"),
    (.podIdentity, 404, "no agency is associated with the Pod's service account"),
  ])
  func aRefusedExchangeSaysWhatToMend(_ issuer: CloudService, _ status: Int, _ words: String) async throws {
    let directory = NSTemporaryDirectory() + "/huaweicloud-tests-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try Data("sesame-of-the-pod".utf8).write(to: URL(filePath: directory + "/jwt"))
    let cloud = try CloudFixture { _, _ in
      HTTPServerResponse(status: status, text: #"{"error_code":"X.1","error_msg":"no: sesame-of-the-pod"}"#)
    }
    let project = cloud.project {
      $0.credentials =
        issuer == .sts
        ? .agency(
          TrustAgency(providerURN: "iam::a:oidcProvider:p", agencyURN: "iam::a:agency:n"),
          idTokenFile: directory + "/jwt")
        : .podIdentity(PodIdentity(url: "http://\(cloud.host)/v1/credentials", tokenFile: directory + "/jwt"))
    }
    let error = await cloudError { () throws(CloudError) in _ = try await cloud.client(project).send(.caches) }
    #expect(error?.reason == .unauthorized)
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    #expect(!(error?.message.contains("sesame") ?? true) && !cloud.logged.text.contains("sesame"))
    #expect(cloud.arrivals.count == 1)
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

  /// The second request's turn comes after the end of the keys that it would have been signed with.
  @Test func keysThatEndInTheQueueAreNotSent() async throws {
    let directory = NSTemporaryDirectory() + "/huaweicloud-tests-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try Data("jwt".utf8).write(to: URL(filePath: directory + "/jwt"))
    let number = Locked(0)
    let cloud = try CloudFixture { request, _ in
      guard request.path == "/v5/agencies/assume-with-oidc" else { return HTTPServerResponse(status: 200) }
      let number = number.withLock { number in
        number += 1
        return number
      }
      // A minute from the manual clock's start, then an hour.
      return Self.temporaryKeys(
        expiresAt: number == 1 ? "2025-01-02T03:05:05Z" : "2025-01-02T04:04:05Z", number: number)
    }
    let project = cloud.project {
      $0.credentials = .agency(TrustAgency(providerURN: "p", agencyURN: "a"), idTokenFile: directory + "/jwt")
      $0.requestsPerSecond = 0.01
    }
    let time = ManualTime()
    let client = cloud.client(project, time: time.source, deadline: nil)
    _ = try await client.send(.caches)
    let clock = Task {
      while !Task.isCancelled {
        try? await Task.sleep(for: .milliseconds(1))
        time.advance(by: .seconds(1))
      }
    }
    defer { clock.cancel() }
    _ = try await client.send(.caches)
    let keys = cloud.arrivals.filter { $0.path == "/v5/imagecaches" }.map {
      $0.header("Authorization")?.split(separator: ",").first.map(String.init)
    }
    #expect(keys == ["SDK-HMAC-SHA256 Access=temporary1", "SDK-HMAC-SHA256 Access=temporary2"])
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
