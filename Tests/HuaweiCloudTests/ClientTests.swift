import HTTPTransport
import System
import TestSupport
import Testing

@testable import HuaweiCloud

@Suite struct ClientTests {
  @Test(arguments: [
    ["v5", "imagecaches"], ["v2", "manage", "namespaces", "a", "repos", "x$y$z", "sync_repo"],
    ["v2", "repositories", "a%2Fb", "artifacts"], ["组 织", "x.y_z-1~2", "..", ".", "a+b*c"], ["v3", "regions", ""],
  ])
  func whatArrivesIsWhatWasSigned(_ path: [String]) async throws {
    let cloud = try CloudFixture { request, _ in
      let verdict = RequestSigner.verify(
        method: request.method, path: request.path, query: request.query ?? "", headers: request.headers,
        body: request.body
      ) { $0 == "AKIDEXAMPLE" ? Secret("hush-hush") : nil }
      return HTTPServerResponse(status: 200, text: "\(verdict)")
    }
    for method in ["GET", "POST"] {
      let request = APIRequest(
        .swr, "Any", method: method, path: path,
        query: [("name", "a b/c+d&e=f?g#h%i*j~k"), ("empty", ""), ("一", "%2F"), ("tag", "b"), ("tag", "a")],
        headers: [HTTPHeader("Content-Type", "application/json")],
        body: method == "POST" ? Array(#"{"a":1}"#.utf8) : [])
      let answer = try await cloud.client().send(request)
      #expect(String(decoding: answer.response.body, as: UTF8.self) == #"valid(accessKey: "AKIDEXAMPLE")"#)
    }
    let arrival = try #require(cloud.arrivals.first)
    #expect(arrival.path == "/" + path.map(percentEncoded).joined(separator: "/"))
    #expect(arrival.header("Host") == cloud.host)
    #expect(arrival.header("X-Project-Id") == "0605767fa280d5762f9cc01c0b5fe321")
    let authorization = try #require(arrival.header("Authorization"))
    #expect(authorization.contains("SignedHeaders=host;x-project-id;x-sdk-date,"))
  }

  @Test func securityTokenIsSigned() async throws {
    let cloud = try CloudFixture { request, _ in
      let verdict = RequestSigner.verify(
        method: request.method, path: request.path, query: request.query ?? "", headers: request.headers,
        body: request.body
      ) { _ in Secret("s") }
      return HTTPServerResponse(status: verdict == .valid(accessKey: "a") ? 200 : 400)
    }
    let project = cloud.project {
      $0.credentials = .keys(
        accessKey: .value(Secret("a")), secretKey: .value(Secret("s")), securityToken: .value(Secret("t/+==")))
    }
    _ = try await cloud.client(project).send(.caches)
    #expect(cloud.arrivals[0].header("X-Security-Token") == "t/+==")
    #expect(cloud.arrivals[0].header("Authorization")?.contains("x-security-token") == true)
  }

  @Test func readyTokenIsSentAsItIs() async throws {
    let cloud = try CloudFixture { _, _ in HTTPServerResponse(status: 200) }
    _ = try await cloud.client(cloud.project { $0.credentials = .token(.value(Secret("tok"))) }).send(.caches)
    #expect(cloud.arrivals[0].header("X-Auth-Token") == "tok")
    #expect(cloud.arrivals[0].header("Authorization") == nil)
  }

  @Test func projectIsLookedUpOnceForAll() async throws {
    let cloud = try CloudFixture { request, _ in
      request.path.hasPrefix("/v3/auth/projects")
        ? HTTPServerResponse(
          status: 200, text: #"{"projects":[{"id":"x","name":"cn-south-1"},{"id":"p1","name":"cn-north-4"}]}"#)
        : HTTPServerResponse(status: 200)
    }
    let client = cloud.client(cloud.project { $0.projectID = nil })
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<6 { group.addTask { _ = try await client.send(.caches) } }
      try await group.waitForAll()
    }
    #expect(cloud.arrivals.filter { $0.path.hasPrefix("/v3") }.count == 1)
    #expect(cloud.arrivals.filter { $0.header("X-Project-Id") == "p1" }.count == 6)
    #expect(try await client.projectID() == "p1")
  }

  @Test func missingPermissionIsNamed() async throws {
    let cloud = try CloudFixture { _, _ in
      HTTPServerResponse(
        status: 403, text: #"{"error_code":"CCE.01403001","error_msg":"Forbidden."}"#,
        headers: [HTTPHeader("X-Request-Id", "e-1")])
    }
    let error = await cloudError { () throws(CloudError) in _ = try await cloud.client().send(.caches) }
    #expect(error?.reason == .forbidden)
    #expect(error?.code == "CCE.01403001")
    #expect(error?.requestID == "e-1")
    #expect(error?.operation == "ListImageCaches")
    #expect(error?.message.contains("cce:imageCache:list") == true)
    #expect(cloud.arrivals.count == 1)
  }

  @Test func redirectIsNotFollowed() async throws {
    let cloud = try CloudFixture { request, _ in
      HTTPServerResponse(status: 302, headers: [HTTPHeader("Location", "http://\(request.headers[0].value)/other")])
    }
    let error = await cloudError { () throws(CloudError) in _ = try await cloud.client().send(.caches) }
    #expect(error?.reason == .clientError)
    #expect(error?.message.contains("redirect") == true)
    #expect(cloud.arrivals.count == 1)
  }

  @Test func serverErrorIsRetriedAndCounted() async throws {
    let cloud = try CloudFixture { _, number in HTTPServerResponse(status: number < 3 ? 503 : 200) }
    let counts = Locked<[String]>([])
    var observer = RequestObserver()
    observer.attempt = { service, operation, status, _ in
      counts.withLock { $0.append("\(service) \(operation) \(status ?? 0)") }
    }
    observer.retried = { service in counts.withLock { $0.append("retry \(service)") } }
    _ = try await cloud.client(observer: observer).send(.caches)
    #expect(
      counts.withLock { $0 } == [
        "cce ListImageCaches 503", "retry cce", "cce ListImageCaches 503", "retry cce", "cce ListImageCaches 200",
      ])
  }

  @Test func refusedConnectionEndsAfterItsRetries() async throws {
    let cloud = try CloudFixture { _, _ in HTTPServerResponse(status: 200) }
    let project = cloud.project { $0.endpoints[.cce] = "http://127.0.0.1:1" }
    let attempts = Locked(0)
    var observer = RequestObserver()
    observer.attempt = { _, _, status, _ in if status == nil { attempts.withLock { $0 += 1 } } }
    let error = await cloudError { () throws(CloudError) in
      _ = try await cloud.client(project, observer: observer).send(.caches)
    }
    #expect(error?.reason == .connection)
    #expect(attempts.withLock { $0 } == 5)
  }

  @Test func retryAfterIsObeyed() async throws {
    let cloud = try CloudFixture { _, number in
      number == 1
        ? HTTPServerResponse(status: 429, headers: [HTTPHeader("Retry-After", "2")]) : HTTPServerResponse(status: 200)
    }
    let client = cloud.client(cloud.project { $0.credentials = .token(.value(Secret("t"))) })
    async let first = client.send(.caches)
    try await until("a request") { cloud.arrivals.count == 1 }
    try await Task.sleep(for: .milliseconds(100))
    async let second = client.send(.caches)
    _ = try await (first, second)
    #expect(cloud.arrivals.count == 3)
    for arrival in cloud.arrivals[1...] {
      #expect(arrival.moment - cloud.arrivals[0].moment >= .seconds(2))
    }
  }

  /// "At once" is no answer to too many requests: 40 of them in 8 seconds were.
  @Test(arguments: ["0", "Sun, 06 Nov 1994 08:49:37 GMT"])
  func retryAfterInThePastLeavesTheBackoffOn(_ retryAfter: String) async throws {
    for status in [429, 503] {
      let cloud = try CloudFixture { _, _ in
        HTTPServerResponse(status: status, headers: [HTTPHeader("Retry-After", retryAfter)])
      }
      let time = ManualTime()
      let client = cloud.client(time: time.source, deadline: nil, random: { 0.5 })
      let task = Task { await cloudError { () throws(CloudError) in _ = try await client.send(.caches) } }
      // 5 ms, 10, 20, 40; the pace alone would be one.
      for attempt in 1..<5 {
        try await time.untilAsleep(1)
        #expect(cloud.arrivals.count == attempt)
        time.advance(by: .milliseconds(4))
        #expect(time.sleepers == 1, "status \(status), attempt \(attempt)")
        time.advance(by: .milliseconds(40))
      }
      #expect(await task.value?.status == status)
      #expect(cloud.arrivals.count == 5)
    }
  }

  @Test func aCloudThatAlwaysSaysOneSecondIsAskedEverMoreRarely() async throws {
    let cloud = try CloudFixture { _, _ in
      HTTPServerResponse(status: 429, headers: [HTTPHeader("Retry-After", "1")])
    }
    let time = ManualTime()
    let client = cloud.client(time: time.source, deadline: .seconds(600), random: { 0.5 })
    let task = Task { await cloudError { () throws(CloudError) in _ = try await client.send(.caches) } }
    while time.uptime < .seconds(600) {
      try await Task.sleep(for: .milliseconds(1))
      time.advance(by: .milliseconds(500))
    }
    #expect(await task.value?.reason == .throttled)
    // A second each eight times, then ever longer up to 15; each second again would be a hundred in a hundred seconds.
    #expect((5...60).contains(cloud.arrivals.count), "\(cloud.arrivals.count)")
  }

  /// Whatever else uses the key fails at once, and a clock that is right again is found out within ten seconds.
  @Test func aWrongClockIsTriedEveryTenSecondsAndHoldsNoKey() async throws {
    let isWrong = Locked(true)
    let cloud = try CloudFixture { _, _ in
      isWrong.withLock { $0 }
        ? HTTPServerResponse(status: 401, text: #"{"error_code":"APIGW.0303","error_msg":"signature expired"}"#)
        : HTTPServerResponse(status: 200)
    }
    let time = ManualTime()
    let client = cloud.client(time: time.source, deadline: .seconds(3_600))
    for tries in 1...5 {
      for _ in 0..<4 {
        let error = await cloudError { () throws(CloudError) in _ = try await client.send(.caches) }
        #expect(error?.reason == .clockSkew)
        #expect(error?.code == "APIGW.0303")
      }
      #expect(cloud.arrivals.count == tries)
      time.advance(by: .seconds(10))
    }
    isWrong.withLock { $0 = false }
    for _ in 0..<3 {
      _ = try await client.send(.caches)
      time.advance(by: .milliseconds(1))
    }
    #expect(cloud.arrivals.count == 8)
  }

  /// The wait for a project's id is one for IAM's pause, and that is what the refresh says.
  @Test func timeThatIAMsPauseTookIsThrottled() async throws {
    let cloud = try CloudFixture { _, _ in
      HTTPServerResponse(status: 429, headers: [HTTPHeader("Retry-After", "30")])
    }
    let time = ManualTime()
    let client = cloud.client(cloud.project { $0.projectID = nil }, time: time.source, deadline: .seconds(5))
    let task = Task { await cloudError { () throws(CloudError) in _ = try await client.send(.caches) } }
    try await until("a request") { cloud.arrivals.count == 1 }
    // The refresh's deadline, and the lookup's turn after the pause.
    try await time.untilAsleep(2)
    time.advance(by: .seconds(5))
    #expect(await task.value?.reason == .throttled)
    // The lookup itself goes on for a minute at most, and would wait for ever where time stands still.
    time.advance(by: .seconds(60))
  }

  @Test func pauseIsTheProjectsAndTheServicesOwn() async throws {
    let cloud = try CloudFixture { request, _ in
      request.headers.first(named: "X-Auth-Token") == "paused" && request.path == "/v5/imagecaches"
        ? HTTPServerResponse(status: 429, headers: [HTTPHeader("Retry-After", "60")]) : HTTPServerResponse(status: 200)
    }
    // The time stands still: what waits for it would wait for ever.
    let time = ManualTime()
    let clients = ["paused", "other"].map { name in
      cloud.client(
        cloud.project(name) { $0.credentials = .token(.value(Secret(name))) }, time: time.source, deadline: nil)
    }
    let paused = Task { try await clients[0].send(.caches) }
    try await time.untilAsleep(1)
    _ = try await clients[1].send(.caches)
    _ = try await clients[0].send(APIRequest(.swr, "Other", path: ["v2"]))
    paused.cancel()
    await #expect(throws: CloudError.self) { try await paused.value }
    #expect(cloud.arrivals.count == 3)
  }

  @Test func throttleBeyondTheDeadlineFailsAsThrottled() async throws {
    let cloud = try CloudFixture { _, _ in
      HTTPServerResponse(status: 429, text: #"{"error_code":"APIGW.0308","error_msg":"limit:200,time:5 minute"}"#)
    }
    let client = cloud.client(deadline: .seconds(2))
    for _ in 0..<3 {
      let error = await cloudError { () throws(CloudError) in _ = try await client.send(.caches) }
      #expect(error?.reason == .throttled)
    }
    #expect(cloud.arrivals.count == 1)
  }

  @Test func nothingIsWaitedForBeyondTheDeadline() async throws {
    let cloud = try CloudFixture { _, _ in
      HTTPServerResponse(status: 200, body: .stream(length: nil) { _ in .wait(.milliseconds(50)) })
    }
    let start = ContinuousClock.now
    let client = cloud.client(deadline: .milliseconds(300))
    let error = await cloudError { () throws(CloudError) in _ = try await client.send(.caches) }
    #expect(error?.reason == .timeout)
    #expect(ContinuousClock.now - start < .seconds(14))
    #expect(await cloudError { () throws(CloudError) in _ = try await client.send(.caches) }?.reason == .timeout)
    #expect(cloud.arrivals.count == 1)
  }

  /// The last attempt has only what the first left of the refresh's time; that it was cut off is not what went wrong.
  @Test func attemptCutByTheDeadlineFailsForTheReasonBefore() async throws {
    let cloud = try CloudFixture { _, number in
      number == 1
        ? HTTPServerResponse(status: 503, headers: [HTTPHeader("Retry-After", "0")])
        : HTTPServerResponse(status: 200, body: .stream(length: nil) { _ in .wait(.milliseconds(50)) })
    }
    let client = cloud.client(deadline: .milliseconds(1500))
    let error = await cloudError { () throws(CloudError) in _ = try await client.send(.caches) }
    #expect(error?.reason == .serverError)
    #expect(cloud.arrivals.count == 2)
  }

  @Test func failedLookupOfTheProjectIsNotRepeatedByEveryone() async throws {
    let cloud = try CloudFixture { _, _ in HTTPServerResponse(status: 404) }
    let client = cloud.client(cloud.project { $0.projectID = nil })
    for _ in 0..<4 {
      #expect(await cloudError { () throws(CloudError) in _ = try await client.send(.caches) }?.reason == .notFound)
    }
    #expect(cloud.arrivals.map(\.path) == ["/v3/auth/projects", "/v3/projects"])
  }

  @Test func printedProjectHoldsNoSecret() {
    var project = CloudProject(name: "prod", region: "r")
    project.proxyURL = "http://user:hush@proxy"
    project.credentials = .token(.value(Secret("hush")))
    var dumped = ""
    dump([project], to: &dumped)
    #expect(!"\(project) \(String(reflecting: project)) \([project]) \(dumped)".contains("hush"))
  }

  @Test func rateStaysBelowWhatIsConfigured() async throws {
    let cloud = try CloudFixture { _, _ in HTTPServerResponse(status: 200) }
    let client = cloud.client(cloud.project { $0.requestsPerSecond = 20 })
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<12 { group.addTask { _ = try await client.send(.caches) } }
      try await group.waitForAll()
    }
    let moments = cloud.arrivals.map(\.moment)
    #expect(moments[11] - moments[0] >= .milliseconds(500))
  }

  @Test func cancellationEndsTheWaitAtOnce() async throws {
    let cloud = try CloudFixture { _, _ in
      HTTPServerResponse(status: 429, headers: [HTTPHeader("Retry-After", "60")])
    }
    let client = cloud.client(deadline: nil)
    let task = Task { try await client.send(.caches) }
    try await until("a request") { cloud.arrivals.count == 1 }
    try await Task.sleep(for: .milliseconds(20))
    let start = ContinuousClock.now
    task.cancel()
    await #expect(throws: CloudError.self) { try await task.value }
    #expect(ContinuousClock.now - start < .seconds(50))
  }

  @Test func noSecretIsLoggedOrToldAtAnyLevel() async throws {
    let secret = "Pl4nt3d-s3cr3t"
    let cloud = try CloudFixture { _, _ in
      HTTPServerResponse(
        status: 401,
        text: #"{"error_code":"APIGW.0301","error_msg":"bad \#(secret) AKIDEXAMPLE","token":"\#(secret)"}"#,
        headers: [HTTPHeader("X-Subject-Token", secret)])
    }
    let project = cloud.project {
      $0.credentials = .keys(
        accessKey: .value(Secret("AKIDEXAMPLE")), secretKey: .value(Secret(secret)),
        securityToken: .value(Secret(secret)))
    }
    for _ in 0..<3 {
      let error = await cloudError { () throws(CloudError) in _ = try await cloud.client(project).send(.caches) }
      #expect(error?.reason == .unauthorized)
      #expect(!"\(String(describing: error))".contains(secret))
      #expect(!"\(String(describing: error))".contains("AKIDEXAMPLE"))
    }
    #expect(cloud.logged.text.contains("ListImageCaches"))
    #expect(!cloud.logged.text.contains(secret))
    #expect(!cloud.logged.text.contains("AKIDEXAMPLE"))
    #expect(!cloud.logged.text.contains("info "))
  }
}
