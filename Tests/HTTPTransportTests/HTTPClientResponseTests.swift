import HTTPTransport
import Testing

@Suite struct HTTPClientResponseTests {
  @Test func returnsStatusHeadersAndBody() async throws {
    let text = answer("{}", status: "404 Not Found", headers: ["X-A: 1", "x-b:  two  words ", "X-A: 2", "X-Empty:"])
    try await withServer(RawServer { _ in text }) { client, server in
      let response = try await client.send(HTTPRequest(url: server.origin), options: direct())
      #expect(response.status == 404)
      #expect(response.text == "{}")
      #expect(
        response.headers == [
          HTTPHeader("X-A", "1"), HTTPHeader("x-b", "two  words"), HTTPHeader("X-A", "2"), HTTPHeader("X-Empty", ""),
          HTTPHeader("Content-Length", "2"),
        ])
    }
  }

  @Test(arguments: [200, 201, 204, 301, 302, 304, 307, 401, 429, 500, 503, 599])
  func everyStatusIsAnAnswer(status: Int) async throws {
    try await withServer(RawServer { _ in answer(status: "\(status) Whatever", headers: ["Location: /other"]) }) {
      client, server in
      let response = try await client.send(HTTPRequest(url: server.origin), options: direct())
      #expect(response.status == status)
      #expect(response.headers.first(named: "location") == "/other")
      #expect(server.requests.count == 1)
    }
  }

  @Test func forgetsInterimAnswersAndTrailers() async throws {
    let text = """
      HTTP/1.1 103 Early Hints\r\nLink: early\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Final: 1\r\n\r
      5\r\nhello\r\n0\r\nHTTP/1.1 500 Trailer: x\r\nX-Trailer: 1\r\n\r\n
      """
    try await withServer(RawServer { _ in text }) { client, server in
      let response = try await client.send(HTTPRequest(url: server.origin), options: direct())
      #expect(response.status == 200)
      #expect(response.text == "hello")
      #expect(response.headers == [HTTPHeader("Transfer-Encoding", "chunked"), HTTPHeader("X-Final", "1")])
    }
  }

  @Test func headHasNoBodyWhateverItsLength() async throws {
    let text = "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"
    try await withServer(RawServer { _ in text }) { client, server in
      for _ in 1...2 {
        let response = try await client.send(HTTPRequest(method: "HEAD", url: server.origin), options: direct())
        #expect(response.body.isEmpty)
      }
      #expect(server.connections == 1)
    }
  }

  @Test func usesOneConnectionForOneRequestAfterAnother() async throws {
    let page = String(repeating: "x", count: 62_000)
    try await withServer(RawServer { _ in answer(page) }) { client, server in
      for _ in 1...50 {
        let response = try await client.send(HTTPRequest(url: server.origin), options: direct())
        #expect(response.text == page)
      }
      #expect(server.connections == 1)
    }
  }

  @Test func sendsAgainWhereAKeptConnectionHasGone() async throws {
    let server = try RawServer { connection in
      guard connection.readRequest() != nil else { return }
      connection.send(answer("one"))
    }
    try await withServer(server) { client, server in
      for _ in 1...5 {
        let response = try await client.send(HTTPRequest(url: server.origin), options: direct())
        #expect(response.text == "one")
      }
    }
  }

  @Test func capsRequestsPerHostAndCountsNoWaitAsTime() async throws {
    let server = try RawServer { connection in
      while connection.readRequest() != nil {
        sleepBriefly(milliseconds: 100)
        guard connection.send(answer("ok")) else { return }
      }
    }
    let options = direct { options in
      options.connectTimeout = .milliseconds(1000)
      options.requestTimeout = .milliseconds(1500)
    }
    try await withServer(server, maximumConnectionsPerHost: 3) { client, server in
      try await withThrowingTaskGroup(of: Int.self) { group in
        for index in 0..<60 {
          group.addTask {
            try await client.send(HTTPRequest(url: server.origin + "/\(index)"), options: options).status
          }
        }
        for try await status in group { #expect(status == 200) }
      }
      #expect(server.connections <= 3)
      #expect(server.requests.count == 60)
    }
  }

  @Test(arguments: ["gzip", "x-gzip"])
  func decodesGzip(encoding: String) async throws {
    let body = GzipSample.bytes
    let head = "HTTP/1.1 200 OK\r\nContent-Encoding: \(encoding)\r\nContent-Length: \(body.count)\r\n\r\n"
    let server = try RawServer { connection in
      while connection.readRequest() != nil {
        guard connection.send(Array(head.utf8) + body) else { return }
      }
    }
    try await withServer(server) { client, server in
      let response = try await client.send(HTTPRequest(url: server.origin), options: direct())
      #expect(response.text == GzipSample.text)
    }
  }
}
