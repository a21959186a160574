import Foundation
import Testing

@testable import HTTPTransport

@Suite(.timeLimit(.minutes(1)))
struct HTTPServerPasswordTests {
  /// The hash of "test", with cost 4 so that tests are quick.
  private static let quick = "$2b$04$xGX0X5p6tqW2PDcPkZVIBOTyXf33i63QfMJnZ7xuscYmb4cuK17I6"
  private static let users = ["alice": quick]

  private static let ok: @Sendable (HTTPServerRequest) -> HTTPServerAnswer = { request in
    request.path == "/deferred"
      ? .deferred { $0(HTTPServerResponse(status: 200, text: "deferred")) }
      : .response(HTTPServerResponse(status: 200, text: "ok"))
  }

  private static func basic(_ text: String) -> String {
    "Authorization: Basic " + Data(text.utf8).base64EncodedString()
  }

  @Test(arguments: [
    ("alice:test", 200), ("alice:Test", 401), ("alice:", 401), ("alice", 401), ("bob:test", 401), (":test", 401),
    ("alice:test\0more", 401), ("Alice:test", 401),
  ])
  func passwordsAreChecked(credentials: String, status: Int) throws {
    try withHTTPServer(security: HTTPServerSecurity(users: Self.users), handler: Self.ok) { _, address in
      let connection = try WireConnection(address)
      for _ in 0..<2 {
        let answer = try connection.get("/", headers: [Self.basic(credentials)])
        #expect(answer.status == status)
        if status == 401 { #expect(answer.headers.first(named: "WWW-Authenticate")?.hasPrefix("Basic realm=") == true) }
        #expect(try connection.get("/-/healthy").status == 200)
      }
      #expect(try connection.get("/deferred", headers: [Self.basic(credentials)]).status == status)
    }
  }

  @Test(arguments: [
    [], ["Authorization: Basic"], ["Authorization: Basic !!!"], ["Authorization: Bearer YWxpY2U6dGVzdA=="],
    [basic("alice:test"), basic("alice:test")],
  ])
  func strangeCredentialsAreRefused(headers: [String]) throws {
    try withHTTPServer(security: HTTPServerSecurity(users: Self.users), handler: Self.ok) { _, address in
      let answer = try WireConnection(address).get("/", headers: headers)
      #expect(answer.status == 401)
    }
  }

  @Test(arguments: ["2a", "2b", "2y"])
  func hashesOfAllKindsAreKnown(kind: String) {
    let hash = Self.quick.replacingOccurrences(of: "2b", with: kind)
    #expect(Bcrypt.matches(Array("test".utf8), hash))
    #expect(!Bcrypt.matches(Array("tesT".utf8), hash))
  }

  @Test(arguments: [
    "", "secret", "$1$salt$hash", "$2b$04$short", "$2x$04$" + quick.dropFirst(7), "$2b$3x$" + quick.dropFirst(7),
    "$2b$03$" + quick.dropFirst(7), "$2b$32$" + quick.dropFirst(7), quick.dropLast() + "!", quick + "x",
  ])
  func otherHashesAreRefused(hash: String) {
    #expect(Bcrypt.cost(of: hash) == nil)
  }

  @Test func floodOfPasswordsHoldsNobodyUp() throws {
    // Some tenths of a second each: those that wait for their check take longer together than the bound below.
    let costly = "$2b$13$" + Self.quick.dropFirst(7)
    let users = ["alice": Self.quick, "carol": costly]
    try withHTTPServer(security: HTTPServerSecurity(users: users), handler: Self.ok) { server, address in
      let scraper = try WireConnection(address)
      #expect(try scraper.get("/", headers: [Self.basic("alice:test")]).status == 200)
      let flood = try (0..<30).map { _ in try WireConnection(address) }
      for (index, connection) in flood.enumerated() {
        try connection.send("GET / HTTP/1.1\r\nHost: x\r\n\(Self.basic("nobody:\(index)"))\r\n\r\n")
      }
      let started = ContinuousClock.now
      #expect(try scraper.get("/", headers: [Self.basic("alice:test")]).status == 200)
      #expect(try scraper.get("/-/healthy").status == 200)
      #expect(ContinuousClock.now - started < .seconds(10))
      let refused = try flood.dropFirst(25).map { try $0.answer().status }
      #expect(refused.contains(429))
      // Ends in good order with passwords still being checked.
      server.stop(grace: .milliseconds(10))
    }
  }

  @Test func usersChangeAtRunTime() throws {
    try withHTTPServer(security: HTTPServerSecurity(users: Self.users), handler: Self.ok) { server, address in
      let connection = try WireConnection(address)
      #expect(try connection.get("/", headers: [Self.basic("alice:test")]).status == 200)
      try server.update(security: HTTPServerSecurity(users: ["bob": Self.quick]))
      #expect(try connection.get("/", headers: [Self.basic("alice:test")]).status == 401)
      #expect(try connection.get("/", headers: [Self.basic("bob:test")]).status == 200)
      try server.update(security: HTTPServerSecurity())
      #expect(try connection.get("/").status == 200)
    }
  }

  @Test func requestsAreLimited() throws {
    let limit = HTTPServerSecurity.RateLimit(interval: .seconds(60), burst: 2)
    try withHTTPServer(security: HTTPServerSecurity(rateLimit: limit), handler: Self.ok) { _, address in
      let connection = try WireConnection(address)
      let statuses = try (0..<4).map { _ in try connection.get("/").status }
      #expect(statuses == [200, 200, 429, 429])
      #expect(try connection.get("/-/healthy").status == 200)
    }
  }

  @Test func bucketFillsWithTime() {
    let start = ContinuousClock.now
    var bucket = TokenBucket(HTTPServerSecurity.RateLimit(interval: .seconds(1), burst: 3), at: start)
    #expect((0..<5).map { _ in bucket.take(at: start) } == [true, true, true, false, false])
    #expect((0..<2).map { _ in bucket.take(at: start + .seconds(1)) } == [true, false])
    #expect((0..<4).map { _ in bucket.take(at: start + .seconds(60)) } == [true, true, true, false])
    var single = TokenBucket(HTTPServerSecurity.RateLimit(interval: .seconds(1), burst: 0), at: start)
    #expect((0..<2).map { _ in single.take(at: start) } == [true, false])
  }

  @Test func headersAreAddedToEveryAnswer() throws {
    let prepared = PreparedResponse(HTTPServerResponse(status: 200, text: "shared"))
    let security = HTTPServerSecurity(
      users: Self.users,
      headers: [HTTPHeader("X-Frame-Options", "deny"), HTTPHeader("X-Content-Type-Options", "nosniff")])
    try withHTTPServer(security: security) { _ in
      .prepared(prepared)
    } _: { server, address in
      let connection = try WireConnection(address)
      for (headers, status) in [([Self.basic("alice:test")], 200), ([], 401)] {
        let answer = try connection.get("/", headers: headers)
        #expect(answer.status == status)
        #expect(answer.headers.first(named: "X-Frame-Options") == "deny")
        #expect(answer.headers.first(named: "X-Content-Type-Options") == "nosniff")
      }
      try server.update(security: HTTPServerSecurity(headers: [HTTPHeader("X-Frame-Options", "sameorigin")]))
      let answer = try connection.get("/")
      #expect(answer.text == "shared")
      #expect(answer.headers.first(named: "X-Frame-Options") == "sameorigin")
      #expect(answer.headers.first(named: "X-Content-Type-Options") == nil)
    }
  }
}
