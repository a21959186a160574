import Foundation
import System
import Testing

@testable import HTTPTransport

@Suite(.timeLimit(.minutes(1)))
struct HTTPServerLimitTests {
  private static let echo: @Sendable (HTTPServerRequest) -> HTTPServerAnswer = { request in
    .response(HTTPServerResponse(status: 200, body: .bytes(request.body)))
  }

  @Test func bodiesAreReadUpToTheLimit() throws {
    var limits = HTTPServerLimits()
    limits.maximumRequestBytes = 100_000
    try withHTTPServer(limits: limits, handler: Self.echo) { _, address in
      let connection = try WireConnection(address)
      let body = String(repeating: "x", count: 100_000)
      try connection.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" + body)
      #expect(try connection.answer().body.count == 100_000)
      try connection.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
      #expect(try connection.answer().text == "hello")
      try connection.send(
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n186A1\r\n\(body)x\r\n0\r\n\r\n")
      #expect(try connection.answer().status == 413)
      #expect(try connection.get("/").status == 200)
      try connection.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100001\r\n\r\n")
      #expect(try connection.answer().status == 413)
      #expect(connection.isClosedByServer())
    }
  }

  @Test(arguments: [
    ("GET / HTTP/1.1\r\nHost: x\r\nX: LONG\r\n\r\n", 431),
    ("GET / HTTP/1.1\r\nHost: x\r\nMANY\r\n", 431),
    ("GET /LONGLONG HTTP/1.1\r\nHost: x\r\n\r\n", 414),
    ("GET / HTTP/1.1\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    ("GET / HTTP/3.7\r\nHost: x\r\n\r\n", 505),
  ])
  func sillyRequestsAreRefused(request: String, status: Int) throws {
    try withHTTPServer(handler: Self.echo) { _, address in
      let connection = try WireConnection(address)
      try connection.send(
        request.replacingOccurrences(of: "LONG", with: String(repeating: "a", count: 40_000))
          .replacingOccurrences(of: "MANY", with: String(repeating: "A: b\r\n", count: 200)))
      #expect(try connection.answer().status == status)
      #expect(connection.endsByServer())
      #expect(try get(address).status == 200)
    }
  }

  @Test func longestHeadersLeaveRoomForAnAnswerInManyParts() throws {
    let parts = (0..<600).map { ByteBlock(Array("\($0) ".utf8)) }
    let text = (0..<600).map { "\($0) " }.joined()
    try withHTTPServer { _ in
      .response(HTTPServerResponse(status: 200, headers: [], body: .blocks(parts)))
    } _: { _, address in
      let connection = try WireConnection(address)
      for _ in 0..<3 {
        let answer = try connection.get("/", headers: ["X: \(String(repeating: "x", count: (16 << 10) - 100))"])
        #expect(answer.status == 200)
        #expect(answer.text == text)
      }
    }
  }

  @Test func longTokenFitsWhereRoomIsGiven() throws {
    var limits = HTTPServerLimits()
    limits.maximumHeaderBytes = 128 << 10
    try withHTTPServer(limits: limits) { request in
      .response(HTTPServerResponse(status: 200, text: "\(request.values(of: "X-Auth-Token").first?.count ?? 0)"))
    } _: { _, address in
      let token = String(repeating: "t", count: 100_000)
      let answer = try WireConnection(address).get("/", headers: ["X-Auth-Token: \(token)"])
      #expect(answer.text == "100000")
    }
  }

  @Test func connectionsAreLimitedAcrossAddresses() throws {
    var limits = HTTPServerLimits()
    limits.maximumConnections = 3
    let local = ListenAddress.tcp(host: "127.0.0.1", port: 0)
    let server = try HTTPServer(listening: [local, local], limits: limits, handler: Self.echo)
    defer { server.stop() }
    var open: [WireConnection] = []
    for index in 0..<3 {
      let connection = try WireConnection(server.addresses[index % 2])
      #expect(try connection.get("/").status == 200)
      open.append(connection)
    }
    for address in server.addresses {
      #expect(throws: WireConnection.Closed.self) { try get(address) }
    }
    open.removeLast()
    #expect(comesTrue { (try? get(server.addresses[1]).status) == 200 })
  }

  @Test func connectionsAreLimitedPerClient() throws {
    var limits = HTTPServerLimits()
    limits.maximumConnectionsPerAddress = 1
    let server = try HTTPServer(
      listening: [.tcp(host: "127.0.0.1", port: 0), .tcp(host: "::1", port: 0)], limits: limits, handler: Self.echo)
    defer { server.stop() }
    let first = try WireConnection(server.addresses[0])
    #expect(try first.get("/").status == 200)
    #expect(throws: WireConnection.Closed.self) { try get(server.addresses[0]) }
    #expect(try get(server.addresses[1]).status == 200)
    #expect(try first.get("/").status == 200)
  }

  @Test(arguments: ["", "GET / HTTP/1.1\r\nHost: x\r\n"])
  func drippingRequestIsCut(start: String) throws {
    var limits = HTTPServerLimits()
    limits.idleTimeout = .milliseconds(600)
    try withHTTPServer(limits: limits, handler: Self.echo) { _, address in
      let connection = try WireConnection(address)
      try connection.send(start)
      let started = ContinuousClock.now
      // A byte every 50 ms keeps the connection from being idle.
      while ContinuousClock.now - started < .seconds(12), (try? connection.send("x")) != nil { usleep(50_000) }
      let taken = ContinuousClock.now - started
      #expect(taken > .milliseconds(400) && taken < .seconds(10))
    }
  }

  @Test func answerThatIsNotTakenIsCut() throws {
    var limits = HTTPServerLimits()
    limits.answerTimeout = .milliseconds(300)
    let over = Locked(0)
    try withHTTPServer(limits: limits, onAnswer: { _, _, _, _ in over.withLock { $0 += 1 } }) { request in
      request.path == "/never"
        ? .deferred { _ in }
        : .response(HTTPServerResponse(status: 200, body: .bytes([UInt8](repeating: 1, count: 30 << 20))))
    } _: { _, address in
      let slow = try WireConnection(address, receiveBuffer: 4_096)
      try slow.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      let waiting = try WireConnection(address)
      #expect(throws: WireConnection.Closed.self) { try waiting.get("/never") }
      #expect(comesTrue { over.withLock { $0 } == 1 })
    }
  }

  @Test func largeAnswersAreLimited() throws {
    var limits = HTTPServerLimits()
    limits.maximumCountedAnswers = 1
    limits.largeAnswerBytes = 1_000
    try withHTTPServer(limits: limits) { request in
      .response(
        HTTPServerResponse(
          status: 200, body: .bytes([UInt8](repeating: 1, count: request.path == "/large" ? 30 << 20 : 1_000))))
    } _: { _, address in
      let slow = try WireConnection(address)
      try slow.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
      _ = try slow.take(100)
      let other = try WireConnection(address)
      let refused = try other.get("/large")
      #expect(refused.status == 503)
      #expect(refused.headers.first(named: "Retry-After") == "1")
      #expect(try other.get("/small").status == 200)
      _ = try slow.take((30 << 20) - 100)
      #expect(comesTrue { (try? other.get("/large").status) == 200 })
    }
  }

  @Test func preparedAnswersAreLimitedWhateverTheirSize() throws {
    var limits = HTTPServerLimits()
    limits.maximumCountedAnswers = 1
    let small = PreparedResponse(HTTPServerResponse(status: 200, text: "small"))
    let large = PreparedResponse(HTTPServerResponse(status: 200, body: .bytes([UInt8](repeating: 1, count: 30 << 20))))
    try withHTTPServer(limits: limits) { request in
      switch request.path {
      case "/large": .prepared(large)
      case "/small": .prepared(small)
      default: .response(HTTPServerResponse(status: 200, text: "another"))
      }
    } _: { _, address in
      let slow = try WireConnection(address)
      try slow.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
      _ = try slow.take(100)
      let other = try WireConnection(address)
      #expect(try other.get("/small").status == 503)
      #expect(try other.get("/").status == 200)
      _ = try slow.take((30 << 20) - 100)
      #expect(comesTrue { (try? other.get("/small").status) == 200 })
    }
  }
}

/// Whether `condition` comes true within twenty seconds; it blocks, as all does here that asks over a connection.
private func comesTrue(_ condition: () -> Bool) -> Bool {
  let end = ContinuousClock.now + .seconds(20)
  while ContinuousClock.now < end {
    if condition() { return true }
    usleep(10_000)
  }
  return false
}
