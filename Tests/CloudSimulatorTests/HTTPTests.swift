import HTTPTransport
import HuaweiCloud
import System
import TestSupport
import Testing

@testable import CloudSimulator

/// Over real HTTP: what the client and the faults do to each other on the wire.
@Suite struct HTTPTests {
  private let key = SimulatedKey(accessKey: "AK", secretKey: Secret("SK"))
  private let target = "/v5/imagecaches"

  private func withCloud(
    authentication: Authentication = .none, faults: Faults = .none,
    _ body: (CloudSimulator, HTTPClient) async throws -> Void
  ) async throws {
    let world = world {
      $0.organisations = [
        SimulatedOrganisation(id: 1, name: "o", repositories: [SimulatedImageRepository(name: "a/b")])
      ]
      $0.imageCaches = (0..<20).map {
        .fixed(SimulatedImageCache(id: "\($0)", name: "n", createdAt: .at(ManualTime.start), images: ["a"]))
      }
    }
    let cloud = try CloudSimulator(world: world, authentication: authentication, faults: faults)
    let client = HTTPClient()
    defer {
      client.shutdown()
      cloud.stop()
    }
    try await body(cloud, client)
  }

  private func withFault(_ fault: Fault, _ body: (CloudSimulator, HTTPClient) async throws -> Void) async throws {
    var faults = Faults()
    faults.add(fault)
    try await withCloud(faults: faults, body)
  }

  @Test(arguments: ["a$b", "a%24b"]) func aSignedRequestArrivesAsItWasSigned(wire: String) async throws {
    try await withCloud(authentication: .required(Accounts(keys: [key]))) { cloud, client in
      let path = "/v2/manage/namespaces/o/repos/\(wire)/sync_repo"
      let host = String(cloud.url.dropFirst("http://".count))
      let signed = [
        HTTPHeader("Host", host), HTTPHeader("X-Sdk-Date", TimeSource.system.now().signingDate),
        HTTPHeader("X-Project-Id", projectID),
      ]
      let authorization = RequestSigner(accessKey: "AK", secretKey: Secret("SK")).authorization(
        method: "GET", path: path, query: "", signedHeaders: signed, body: [])
      let response = try await client.send(
        HTTPRequest(url: cloud.url + path, headers: signed + [HTTPHeader("Authorization", authorization)]))
      #expect(response.status == 200, "\(String(decoding: response.body, as: UTF8.self))")
      #expect(response.body == Array("[]".utf8))
      #expect(response.headers.first(named: "X-Request-Id")?.count == 32)
    }
  }

  @Test func aTokenOfAHundredThousandCharactersFits() async throws {
    let token = String(repeating: "t", count: 100_000)
    try await withCloud(authentication: .required(Accounts(tokens: [token: projectID]))) { cloud, client in
      let response = try await client.send(
        HTTPRequest(url: cloud.url + target, headers: [HTTPHeader("X-Auth-Token", token)]))
      #expect(response.status == 200)
    }
  }

  private static let broken: [(fault: Fault, kind: HTTPClientError.Kind)] = [
    (.neverAnswers, .timeout), (.delay(.seconds(30)), .timeout), (.drips(bytesPerSecond: 20), .timeout),
    (.cut(), .connection), (.reset, .connection), (.gzipBomb(bytes: 1 << 30), .bodyTooLarge),
    (.spaces(bytes: 1 << 30), .bodyTooLarge),
  ]

  @Test(arguments: broken.indices) func aBrokenAnswerEndsTheTransfer(index: Int) async throws {
    let (fault, kind) = Self.broken[index]
    try await withFault(fault) { cloud, client in
      var options = HTTPClientOptions()
      options.requestTimeout = .milliseconds(kind == .timeout ? 500 : 5000)
      let error = await #expect(throws: HTTPClientError.self) {
        try await client.send(HTTPRequest(url: cloud.url + target), options: options)
      }
      #expect(error?.kind == kind, "\(fault): \(error?.message ?? "")")
    }
  }

  @Test func slowAnswersAreWholeInTheEnd() async throws {
    try await withCloud { cloud, client in
      let whole = try await client.send(HTTPRequest(url: cloud.url + target)).body
      cloud.faults.add(.delay(.milliseconds(200)), .next(1))
      cloud.faults.add(.drips(bytesPerSecond: whole.count * 3), .next(1))
      cloud.faults.add(.spaces(bytes: 1000), .next(1))
      for padding in [0, 0, 1000] {
        let start = ContinuousClock.now
        let response = try await client.send(HTTPRequest(url: cloud.url + target))
        #expect(response.body.suffix(whole.count) == whole[...] && response.body.count == whole.count + padding)
        if padding == 0 { #expect(ContinuousClock.now - start >= .milliseconds(190)) }
      }
      cloud.faults.add(.gzipBomb(bytes: 1 << 20), .next(1))
      let bomb = try await client.send(HTTPRequest(url: cloud.url + target))
      #expect(bomb.body.count == (1 << 20) + whole.count)
    }
  }

  @Test func manyRequestsAtOnceAreAllCounted() async throws {
    try await withCloud { cloud, client in
      let url = cloud.url + target
      let statuses = await withTaskGroup(of: Int?.self) { group in
        for _ in 0..<200 {
          group.addTask {
            do throws(HTTPClientError) { return try await client.send(HTTPRequest(url: url)).status } catch {
              return nil
            }
          }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      #expect(statuses == Array(repeating: 200, count: 200))
      #expect(cloud.requestCount == 200)
    }
  }

  @Test func stoppingEndsWhatIsOwed() async throws {
    try await withFault(.neverAnswers) { cloud, client in
      async let response = client.send(HTTPRequest(url: cloud.url + target))
      while cloud.requestCount == 0 { try await Task.sleep(for: .milliseconds(5)) }
      let start = ContinuousClock.now
      cloud.stop()
      #expect(ContinuousClock.now - start < .seconds(10))
      _ = try? await response
    }
  }
}
