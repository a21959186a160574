import HTTPTransport
import Testing

/// A request on a kept connection owes nothing to the one before.
@Suite(.timeLimit(.minutes(1)))
struct HTTPServerRepeatedRequestTests {
  private static let first = "GET /a?b HTTP/1.1\r\nHost: test\r\nAb: cd\r\nE: \r\n\r\n"

  /// Whatever follows a request, it is seen as it is on a connection of its own; so is the first one when it comes again.
  @Test(arguments: [
    first,
    "GET /a?c HTTP/1.1\r\nHost: test\r\nAb: cd\r\nE: \r\n\r\n",
    "GET /a HTTP/1.1\r\nHost: test\r\nAb: cd\r\nE: \r\n\r\n",
    "PUT /a?b HTTP/1.1\r\nHost: test\r\nAb: cd\r\nE: \r\n\r\n",
    "GET /a?b HTTP/1.1\r\nHost: test\r\nAb: ce\r\nE: \r\n\r\n",
    "GET /a?b HTTP/1.1\r\nHost: test\r\nAc: cd\r\nE: \r\n\r\n",
    "GET /a?b HTTP/1.1\r\nHost: test\r\nA: bcd\r\nE: \r\n\r\n",
    "GET /a?b HTTP/1.1\r\nHost: test\r\nAb: cd\r\n\r\n",
    "GET /a?b HTTP/1.1\r\nHost: test\r\nAb: cd\r\nE: \r\nF: g\r\n\r\n",
    "GET /a?b HTTP/1.1\r\nHost: test\r\nE: \r\nAb: cd\r\n\r\n",
    "POST /a?b HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\nbody",
    "POST /a?b HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
    "GET /a?b HTTP/1.1\r\nHost: test\r\nAuthorization: Basic eDp5\r\n\r\n",
    "GET /a?b HTTP/1.1\r\nHost: test\r\nLong: \(String(repeating: "x", count: 5_000))\r\n\r\n",
  ])
  func eachRequestIsSeenAsItWasSent(second: String) throws {
    try withHTTPServer { request in
      .response(HTTPServerResponse(status: 200, text: "\(request)"))
    } _: { _, address in
      let alone = try [Self.first, second].map { try Self.exchange($0, on: WireConnection(address)) }
      #expect(alone.allSatisfy { $0.contains("HTTPServerRequest") })
      let connection = try WireConnection(address)
      for (request, expected) in zip([Self.first, Self.first, second, second, Self.first], [0, 0, 1, 1, 0]) {
        #expect(try Self.exchange(request, on: connection) == alone[expected])
      }
    }
  }

  @Test func whiteSpaceCountsWhereTheRestIsTheSame() throws {
    var limits = HTTPServerLimits()
    limits.maximumHeaderBytes = 1_000
    try withHTTPServer(limits: limits) { _ in
      .response(HTTPServerResponse(status: 200, text: "fine"))
    } _: { _, address in
      let connection = try WireConnection(address)
      #expect(try connection.get("/", headers: ["X: y"]).status == 200)
      #expect(try connection.get("/", headers: ["X:\(String(repeating: " ", count: 900))y"]).status == 200)
      #expect(try connection.get("/", headers: ["X:\(String(repeating: " ", count: 2_000))y"]).status == 431)
    }
  }

  @Test func theHostIsStillAskedFor() throws {
    try withHTTPServer { _ in
      .response(HTTPServerResponse(status: 200, text: "fine"))
    } _: { _, address in
      let connection = try WireConnection(address)
      try connection.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
      #expect(try connection.answer(hasBody: true).status == 200)
      try connection.send("GET / HTTP/1.1\r\nConnection: keep-alive\r\n\r\n")
      #expect(try connection.answer(hasBody: true).status == 400)
    }
  }

  private static func exchange(_ request: String, on connection: WireConnection) throws -> String {
    try connection.send(request)
    return try connection.answer(hasBody: true).text
  }
}
