import HTTPTransport
import Testing

@Suite struct HTTPClientConnectionTests {
  @Test func refusedConnection() async throws {
    let server = try RawServer { _ in }
    let client = HTTPClient()
    defer { client.shutdown() }
    server.stop()
    let error = await failure(client, HTTPRequest(url: server.origin + "/secret?token=sesame"))
    #expect(error?.kind == .connection)
    #expect(error?.message.contains("sesame") == false)
    #expect(error?.message.contains("\(server.port)") == true, "\(error?.message ?? "")")
  }

  @Test func unknownHost() async {
    let client = HTTPClient()
    defer { client.shutdown() }
    let error = await failure(client, HTTPRequest(url: "http://nowhere.invalid/"))
    #expect(error?.kind == .connection)
  }

  @Test(arguments: [
    "", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", "HTTP/1.1 200 OK\r\nContent-Le",
    "hello, this is no HTTP\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\nhalf",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "HTTP/7.3 200 OK\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
    "HTTP/1.1 200 OK\r\nContent-Encoding: rot13\r\nContent-Length: 4\r\n\r\nnope",
    "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", "\0\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}\u{7}",
  ])
  func brokenAnswer(text: String) async throws {
    let server = try RawServer { connection in
      guard connection.readRequest() != nil else { return }
      connection.send(text)
    }
    try await withServer(server) { client, server in
      let error = await failure(client, HTTPRequest(url: server.origin))
      #expect(error?.kind == .connection, "\(error?.message ?? "")")
      #expect(error?.message.isEmpty == false)
    }
  }

  @Test(arguments: ["GET", "POST"])
  func oneBrokenTransferLeavesOthersAlone(method: String) async throws {
    let server = try RawServer { connection in
      while let request = connection.readRequest() {
        if request.line.contains("/broken") { return }
        sleepBriefly(milliseconds: 20)
        guard connection.send(answer("ok")) else { return }
      }
    }
    try await withServer(server) { client, server in
      await withTaskGroup(of: Void.self) { group in
        for index in 0..<40 {
          group.addTask {
            let path = index % 4 == 0 ? "/broken" : "/fine"
            let response = try? await client.send(
              HTTPRequest(method: method, url: server.origin + path), options: direct())
            #expect(response?.text == (path == "/fine" ? "ok" : nil))
          }
        }
      }
    }
  }
}
