import HTTPTransport
import HuaweiCloud
import System
import TestSupport
import Testing

@testable import CloudSimulator

@Suite struct FaultTests {
  private func cloud(_ time: ManualTime = ManualTime(), _ change: (inout Faults) -> Void) throws -> CloudSimulator {
    var faults = Faults()
    change(&faults)
    let world = world {
      $0.instances = [
        SimulatedInstance(
          id: "i", name: "n",
          registries: (0..<30).map { SimulatedRegistry(id: Int64($0), name: "r\($0)", description: "d") })
      ]
      $0.codeRepositories = [
        SimulatedCodeRepository(
          id: 1, name: "c",
          mirror: SimulatedMirror(
            id: 1, course: .fixed(MirrorState(status: "finished", failures: 0, lastUpdate: .null, lastSuccess: .empty)))
        )
      ]
      $0.imageCaches = [
        .fixed(SimulatedImageCache(id: "c", name: "c", createdAt: .at(ManualTime.start), images: ["a"], size: 25))
      ]
    }
    return try CloudSimulator(world: world, faults: faults, time: time.source)
  }

  private let registries = "/v2/\(projectID)/instances/i/registries"

  @Test func scopeAndFrequencyDecide() throws {
    let cloud = try cloud {
      $0.add(.status(500), to: .listImageCaches, .next(2))
      $0.add(.status(503, shape: .empty), to: FaultScope(path: "/v2/*/registries"), .after(1))
      $0.add(.status(502), to: .listNamespaces, .probability(0))
      $0.add(.status(502), to: .listAuthProjects, .probability(1))
    }
    defer { cloud.stop() }
    #expect(try (0..<4).map { _ in try cloud.ask("/v5/imagecaches").status } == [500, 500, 200, 200])
    #expect(try (0..<3).map { _ in try cloud.ask(registries).status } == [200, 503, 503])
    #expect(try cloud.ask("/v2/manage/namespaces").status == 200)
    #expect(try cloud.ask("/v3/auth/projects").status == 502)
    cloud.faults.clear()
    #expect(try cloud.ask(registries).status == 200)
    #expect(cloud.requests(of: .listImageCaches).map(\.status) == [500, 500, 200, 200])
    #expect(cloud.requestCount == 10)
  }

  @Test func anOutageLastsAndComesAgain() throws {
    let clock = ManualTime()
    let cloud = try CloudSimulator(world: world(), time: clock.source)
    defer { cloud.stop() }
    cloud.changeFaults {
      $0.add(.status(503), to: .listImageCaches, .outages(after: .seconds(2), lasting: .seconds(2), every: .seconds(5)))
    }
    clock.advance(by: .seconds(100))
    var statuses: [Int] = []
    for _ in 0..<10 {
      statuses.append(try cloud.ask("/v5/imagecaches").status)
      clock.advance(by: .seconds(1))
    }
    #expect(statuses == [200, 200, 503, 503, 200, 200, 200, 503, 503, 200])
  }

  @Test func aFaultMayBeForOneProject() throws {
    let accounts = Accounts(tokens: ["here": projectID, "there": "other"])
    var world = world()
    world.projects.append(SimulatedProject(id: "other", name: "cn-south-1"))
    let cloud = try CloudSimulator(world: world, authentication: .required(accounts))
    defer { cloud.stop() }
    cloud.changeFaults { $0.add(.status(500), to: FaultScope(projectID: "other")) }
    func status(_ token: String, _ target: String) throws -> Int {
      try cloud.ask(target, headers: [HTTPHeader("X-Auth-Token", token)]).status
    }
    #expect(try status("here", "/v5/imagecaches") == 200)
    #expect(try status("there", "/v5/imagecaches") == 500)
    #expect(try status("there", "/v2/other/instances") == 500)
  }

  @Test func probabilityFollowsTheSeed() throws {
    func run(_ seed: UInt64) throws -> [Int] {
      var faults = Faults()
      faults.add(.status(500), .probability(0.3))
      let cloud = try CloudSimulator(world: world(), faults: faults, seed: seed)
      defer { cloud.stop() }
      return try (0..<200).map { _ in try cloud.ask("/v5/imagecaches").status }
    }
    let first = try run(1)
    #expect(try run(1) == first)
    #expect(try run(2) != first)
    #expect((30...90).contains(first.count { $0 == 500 }))
  }

  @Test func throttlingSaysForHowLong() throws {
    let cloud = try cloud {
      $0.add(.throttled(retryAfter: .seconds(2)), .next(1))
      $0.add(.throttled(retryAfter: .date(secondsAhead: 60)), .next(1))
      $0.add(.throttled(statedLimit: "limit:200,time:5 minute"), .next(1))
    }
    defer { cloud.stop() }
    let answers = try (0..<3).map { _ in try cloud.ask(registries) }
    #expect(answers.map(\.status) == [429, 429, 429])
    #expect(answers[0].headers.first(named: "Retry-After") == "2")
    #expect(answers[1].headers.first(named: "Retry-After") == "Thu, 02 Jan 2025 03:05:05 GMT")
    #expect(answers[2].headers.first(named: "Retry-After") == nil)
    #expect(answers[2].object["error_code"] as? String == "APIGW.0308")
    #expect(
      answers[2].object["error_msg"] as? String
        == "The throttling threshold has been reached: policy user over ratelimit,limit:200,time:5 minute")
  }

  @Test func aRateLimitCountsSeconds() throws {
    let clock = ManualTime()
    var faults = Faults()
    faults.limitRate(to: 3, of: FaultScope(operation: .listImageCaches))
    let cloud = try CloudSimulator(world: world(), faults: faults, time: clock.source)
    defer { cloud.stop() }
    #expect(try (0..<5).map { _ in try cloud.ask("/v5/imagecaches").status } == [200, 200, 200, 429, 429])
    #expect(try cloud.ask("/v3/auth/projects").status == 200)
    clock.advance(by: .seconds(1))
    #expect(try cloud.ask("/v5/imagecaches").status == 200)
  }

  @Test func bodiesAreBroken() throws {
    let cloud = try cloud {
      $0.add(.truncatedJSON, .next(1))
      $0.add(.nonsense(bytes: 1000), .next(1))
      $0.add(.nesting(depth: 5000), .next(1))
      $0.add(.contentType("text/html"), .next(1))
      $0.add(.redirect(to: "http://127.0.0.1:1/"), .next(1))
      $0.add(.answer(status: 200, body: Array("[]".utf8)), .next(1))
    }
    defer { cloud.stop() }
    #expect(try cloud.ask(registries).json == nil)
    let nonsense = try cloud.ask(registries)
    #expect(nonsense.body.count == 1000 && nonsense.json == nil)
    #expect(try cloud.ask(registries).text.contains("[[[["))
    #expect(try cloud.ask(registries).headers.first(named: "Content-Type") == "text/html")
    let redirect = try cloud.ask(registries)
    #expect(redirect.status == 302 && redirect.headers.first(named: "Location") == "http://127.0.0.1:1/")
    #expect(try cloud.ask(registries).text == "[]")
    #expect(try cloud.ask(registries).list("registries").count == 10)
  }

  @Test func valuesAreTamperedWith() throws {
    let cloud = try cloud {
      $0.add(.tampering(Tampering(numbers: "NaN", fields: ["total"])), .next(1))
      $0.add(.tampering(Tampering(strings: [0xFF, 0xFE], fields: ["name"])), .next(1))
      $0.add(.tampering(Tampering(strings: Array(repeating: 0x61, count: 1 << 20), fields: ["status"])), .next(1))
      $0.add(.tampering(Tampering(repeatsFields: true)), .next(1))
    }
    defer { cloud.stop() }
    #expect(try cloud.ask(registries).text.hasPrefix(#"{"total":NaN,"#))
    #expect(try cloud.ask(registries).body.contains(0xFF))
    #expect(try cloud.ask(registries).body.count > 10 << 20)
    #expect(try cloud.ask(registries).text.contains(#""total":30,"total":null"#))
  }

  @Test func secretsArePlantedWhereTheCloudCouldSendThem() throws {
    let cloud = try cloud { $0.add(.tampering(Tampering(secret: "s3cr3t"))) }
    defer { cloud.stop() }
    let registry = try #require(try cloud.ask(registries).list("registries").first)
    let credential = try #require(registry["credential"] as? [String: String])
    #expect(credential["access_key"] == "cn-north-4@s3cr3t")
    #expect(credential["access_secret"]?.contains("s3cr3t") == true)
    #expect(registry["url"] as? String == "https://user:s3cr3t@10.185.79.188?private_token=s3cr3t")
    #expect((registry["description"] as? String)?.contains("s3cr3t") == true)
    #expect(registry["name"] as? String == "r29")
    let mirror = try cloud.ask("/v4/repositories/1/remote-mirror").object
    #expect((mirror["last_error"] as? String)?.contains("s3cr3t") == true)
    #expect((mirror["url"] as? String)?.contains("user:s3cr3t@") == true)
    let cache = try cloud.ask("/v5/imagecaches").list("image_caches").first
    #expect((cache?["message"] as? String)?.contains("s3cr3t") == true)
    #expect(try cloud.ask("/v4/repositories/9/remote-mirror").text.contains("s3cr3t"))
  }

  /// Follows a streamed body to its end, with the waiting added up.
  private func drained(_ answer: HTTPServerAnswer) throws -> (bytes: [UInt8], waited: Duration, isCut: Bool) {
    guard case .response(let response) = answer, case .stream(_, let next) = response.body else {
      throw AskError("no stream")
    }
    var bytes: [UInt8] = []
    var waited = Duration.zero
    while true {
      switch next(bytes.count) {
      case .bytes(let more): bytes += more
      case .wait(let pause): waited += pause
      case .end: return (bytes, waited, false)
      case .abort: return (bytes, waited, true)
      }
    }
  }

  @Test func bodiesComeSlowlyOrNotToTheEnd() throws {
    let cloud = try cloud {
      $0.add(.drips(bytesPerSecond: 100), .next(1))
      $0.add(.cut(), .next(1))
      $0.add(.cut(afterBytes: 7), .next(1))
      $0.add(.reset, .next(1))
      $0.add(.spaces(bytes: 3_000_000), .next(1))
    }
    defer { cloud.stop() }
    let target = "/v5/imagecaches"
    let drip = try drained(cloud.raw(target))
    let length = drip.bytes.count
    #expect(!drip.isCut && drip.bytes.first == UInt8(ascii: "{"))
    #expect(abs(drip.waited / .seconds(1) - Double(length) / 100) < 0.2)
    #expect(try drained(cloud.raw(target)).bytes.count == length / 2)
    let cut = try drained(cloud.raw(target))
    #expect(cut.isCut && cut.bytes.count == 7)
    let reset = try drained(cloud.raw(target))
    #expect(reset.isCut && reset.bytes.isEmpty)
    let spaces = try drained(cloud.raw(target))
    #expect(spaces.bytes.count == 3_000_000 + length && spaces.bytes[2_999_999] == 0x20)
  }

  @Test func whatIsOwedIsAnsweredAtTheEnd() throws {
    let cloud = try cloud { $0.add(.neverAnswers) }
    guard case .deferred(let start) = cloud.raw(registries) else { throw AskError("answered") }
    let status = Locked<Int?>(nil)
    start { response in status.withLock { $0 = response.status } }
    #expect(status.withLock(\.self) == nil)
    #expect(cloud.requests.last?.status == nil)
    cloud.stop()
    #expect(status.withLock(\.self) == 503)
  }

  @Test func delaysAnswerLater() async throws {
    let clock = ManualTime()
    let cloud = try cloud(clock) { $0.add(.delay(.seconds(5))) }
    defer { cloud.stop() }
    guard case .deferred(let start) = cloud.raw(registries) else { throw AskError("answered at once") }
    let status = Locked<Int?>(nil)
    start { response in status.withLock { $0 = response.status } }
    try await clock.untilAsleep(1)
    #expect(clock.nextWake == .seconds(5))
    #expect(status.withLock(\.self) == nil)
    clock.advance(by: .seconds(5))
    try await until("the answer") { status.withLock(\.self) == 200 }
  }
}
