import HTTPTransport
import Testing

@Suite struct HTTPClientLimitTests {
  @Test(arguments: [(999, true), (1000, true), (1001, false)])
  func countsBodyBytes(count: Int, fits: Bool) async throws {
    let options = direct { $0.maximumResponseBytes = 1000 }
    try await withServer(RawServer { _ in answer(String(repeating: "x", count: count)) }) { client, server in
      if fits {
        let response = try await client.send(HTTPRequest(url: server.origin), options: options)
        #expect(response.body.count == count)
      } else {
        let error = await failure(client, HTTPRequest(url: server.origin), options)
        #expect(error == HTTPClientError(.bodyTooLarge, "the body exceeds 1000 bytes"))
      }
    }
  }

  @Test func breaksOffGzipBomb() async throws {
    let server = try RawServer { connection in
      guard connection.readRequest() != nil else { return }
      connection.send("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n")
      // 100 MB in 640 kB.
      connection.send(GzipSample.bomb(runs: 400_000))
    }
    try await withServer(server) { client, server in
      let options = direct { $0.maximumResponseBytes = 1 << 20 }
      let error = await failure(client, HTTPRequest(url: server.origin), options)
      #expect(error?.kind == .bodyTooLarge)
    }
  }

  @Test func breaksOffEndlessSpaces() async throws {
    let server = try RawServer { connection in
      guard connection.readRequest() != nil else { return }
      connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
      let chunk = "8000\r\n" + String(repeating: " ", count: 0x8000) + "\r\n"
      while connection.send(chunk) {}
    }
    try await withServer(server) { client, server in
      let error = await failure(client, HTTPRequest(url: server.origin), direct { $0.maximumResponseBytes = 5_000_000 })
      #expect(error?.kind == .bodyTooLarge)
    }
  }

  @Test(arguments: ["X-Many: 1\r\n", "HTTP/1.1 103 Early Hints\r\n\r\n", "x", " "])
  func breaksOffHeadersWithoutEnd(piece: String) async throws {
    let server = try RawServer { connection in
      guard connection.readRequest() != nil else { return }
      connection.send(piece.hasPrefix("HTTP") ? "" : "HTTP/1.1 200 OK\r\nX-First: ")
      let block = String(repeating: piece, count: 500)
      while connection.send(block) {}
    }
    try await withServer(server) { client, server in
      let error = await failure(client, HTTPRequest(url: server.origin))
      #expect(error?.kind == .headersTooLarge, "\(error?.message ?? "")")
    }
  }

  @Test func timesOutWhereNoAnswerComes() async throws {
    let options = direct { $0.requestTimeout = .milliseconds(300) }
    try await withServer(RawServer { $0.drain() }) { client, server in
      let clock = ContinuousClock()
      let start = clock.now
      let error = await failure(client, HTTPRequest(url: server.origin), options)
      #expect(error?.kind == .timeout)
      #expect((.milliseconds(290)...(.seconds(15))).contains(start.duration(to: clock.now)))
    }
  }

  @Test func timesOutWhereConnectingTakesTooLong() async throws {
    let listener = try FullListener()
    let options = direct { $0.connectTimeout = .milliseconds(300) }
    let client = HTTPClient()
    let error = await failure(client, HTTPRequest(url: "http://127.0.0.1:\(listener.port)/"), options)
    #expect(error?.kind == .timeout, "\(error?.message ?? "")")
    client.shutdown()
  }

  @Test func timesOutWhereBodyDrips() async throws {
    let server = try RawServer { connection in
      guard connection.readRequest() != nil else { return }
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
      while connection.send(" ") { sleepBriefly(milliseconds: 50) }
    }
    let options = direct { options in
      options.minimumBytesPerSecond = 1000
      options.minimumSpeedWindow = .seconds(1)
    }
    try await withServer(server) { client, server in
      let error = await failure(client, HTTPRequest(url: server.origin), options)
      #expect(error?.kind == .timeout)
      #expect(error?.message.hasPrefix("Operation too slow") == true, "\(error?.message ?? "")")
    }
  }

  @Test func thinkingServerIsNotASlowBody() async throws {
    let server = try RawServer { connection in
      guard connection.readRequest() != nil else { return }
      sleepBriefly(milliseconds: 2500)
      connection.send(answer("at last"))
    }
    let options = direct { options in
      options.minimumBytesPerSecond = 1000
      options.minimumSpeedWindow = .seconds(1)
    }
    try await withServer(server) { client, server in
      let response = try await client.send(HTTPRequest(url: server.origin), options: options)
      #expect(response.text == "at last")
    }
  }
}
