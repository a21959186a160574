import HTTPTransport
import Testing

@Suite struct HTTPClientRequestTests {
  // Without "/?": newer versions of libcurl leave off a question mark that has nothing behind it, which asks the same.
  @Test(arguments: [
    "/", "/a?b", "/$value", "/%24value", "/a%252Fb", "/a%2fb%2Fc", "//a//", "/a/./b/../c",
    "/~a;b,c:d@e!f'(g)*+&=",
    "/?a=$b&c=%24d&e=%252F&f=g%20h+i&&j", "/?url=http://x/?y", "/a\"b<c>d[e]f{g}|h^i`j\\k", "/%zz%", "/?x=../..",
  ])
  func sendsPathAndQueryByteForByte(target: String) async throws {
    try await withServer(RawServer { _ in answer() }) { client, server in
      _ = try await client.send(HTTPRequest(url: server.origin + target), options: direct())
      #expect(server.requests.map(\.line) == ["GET \(target) HTTP/1.1"])
      #expect(server.requests[0].value(of: "Host") == "127.0.0.1:\(server.port)")
    }
  }

  @Test func addsOnlyWhatTransportNeeds() async throws {
    try await withServer(RawServer { _ in answer() }) { client, server in
      _ = try await client.send(HTTPRequest(url: server.origin), options: direct())
      #expect(
        server.requests.first?.headerLines == [
          "Host: 127.0.0.1:\(server.port)", "Accept: */*", "Accept-Encoding: gzip, deflate",
        ])
    }
  }

  @Test func sendsHeadersAsGiven() async throws {
    let headers = [
      HTTPHeader("Host", "swr.example:8443"), HTTPHeader("User-Agent", "exporter/1"), HTTPHeader("X-Empty", ""),
      HTTPHeader("x-Case", "a  b\tc; d, \"e\""), HTTPHeader("X-Twice", "1"), HTTPHeader("X-Twice", "2"),
      HTTPHeader("Accept", "application/json"), HTTPHeader("X-Auth-Token", String(repeating: "t", count: 30_000)),
    ]
    try await withServer(RawServer { _ in answer() }) { client, server in
      _ = try await client.send(HTTPRequest(url: server.origin, headers: headers), options: direct())
      let lines = try #require(server.requests.first?.headerLines)
      #expect(lines.count == headers.count + 1)
      for header in headers {
        let line = header.value.isEmpty ? "X-Empty:" : "\(header.name): \(header.value)"
        #expect(lines.contains(line), "\(header.name)")
      }
    }
  }

  @Test(arguments: ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "QUERY"])
  func sendsMethods(method: String) async throws {
    try await withServer(RawServer { _ in answer(method == "HEAD" ? "" : "ok") }) { client, server in
      let response = try await client.send(HTTPRequest(method: method, url: server.origin + "/x"), options: direct())
      #expect(response.status == 200)
      let request = try #require(server.requests.first)
      #expect(request.line == "\(method) /x HTTP/1.1")
      #expect(request.value(of: "Content-Length") == (["POST", "PUT"].contains(method) ? "0" : nil))
      #expect(request.value(of: "Content-Type") == nil)
    }
  }

  @Test(arguments: ["POST", "PUT", "PATCH", "DELETE", "GET"])
  func sendsBodies(method: String) async throws {
    // Larger than what makes libcurl ask for `100 Continue`, and with a NUL.
    let body = [0, 1, 2] + [UInt8](repeating: 0x41, count: 1_100_000)
    try await withServer(RawServer { _ in answer("ok") }) { client, server in
      let request = HTTPRequest(method: method, url: server.origin, body: body)
      let response = try await client.send(request, options: direct())
      #expect(response.text == "ok")
      let received = try #require(server.requests.first)
      #expect(received.body == body)
      #expect(received.value(of: "Expect") == nil)
      #expect(received.value(of: "Content-Type") == nil)
      #expect(received.line.hasPrefix(method + " "))
    }
  }

  @Test func keepsContentTypeOfRequest() async throws {
    try await withServer(RawServer { _ in answer() }) { client, server in
      let headers = [HTTPHeader("content-type", "application/json")]
      let request = HTTPRequest(method: "POST", url: server.origin, headers: headers, body: Array("{}".utf8))
      _ = try await client.send(request, options: direct())
      #expect(
        server.requests.first?.headerLines.filter { $0.lowercased().hasPrefix("content-type") }
          == ["content-type: application/json"])
    }
  }

  @Test func doesNotCarryOneRequestIntoTheNext() async throws {
    try await withServer(RawServer { $0.line.hasPrefix("HEAD") ? answer() : answer("ok") }) { client, server in
      let first = HTTPRequest(
        method: "POST", url: server.origin, headers: [HTTPHeader("X-Secret", "1")], body: Array("first".utf8))
      _ = try await client.send(first, options: direct())
      _ = try await client.send(HTTPRequest(method: "HEAD", url: server.origin), options: direct())
      let response = try await client.send(HTTPRequest(url: server.origin), options: direct())
      #expect(response.text == "ok")
      #expect(server.requests.map(\.line) == ["POST / HTTP/1.1", "HEAD / HTTP/1.1", "GET / HTTP/1.1"])
      #expect(server.requests.map { $0.value(of: "X-Secret") } == ["1", nil, nil])
      #expect(server.connections == 1)
    }
  }

  @Test func goesFromPlaceToPlace() async throws {
    let other = try RawServer { _ in answer() }
    defer { other.stop() }
    try await withServer(RawServer { _ in answer() }) { client, server in
      let localhost = "HTTP://LocalHost:\(server.port)"
      let urls = [
        server.origin + "/a?b=1", other.origin + "/c", server.origin, server.origin + "?d", server.origin + "/?e",
        localhost + "/f", other.origin + "/g", server.origin + "/h?i",
      ]
      for url in urls {
        let response = try await client.send(HTTPRequest(url: url), options: direct())
        #expect(response.status == 200)
      }
      #expect(
        server.requests.map(\.line) == ["/a?b=1", "/", "/?d", "/?e", "/f", "/h?i"].map { "GET \($0) HTTP/1.1" })
      #expect(other.requests.map(\.line) == ["GET /c HTTP/1.1", "GET /g HTTP/1.1"])
      #expect(server.requests[4].value(of: "Host") == "LocalHost:\(server.port)")
      #expect(server.requests[5].value(of: "Host") == "127.0.0.1:\(server.port)")
    }
  }

  @Test(arguments: [
    HTTPRequest(url: "ftp://127.0.0.1/"), HTTPRequest(url: "file:///etc/passwd"), HTTPRequest(url: "127.0.0.1/"),
    HTTPRequest(url: "http://"), HTTPRequest(url: ""), HTTPRequest(url: "http:///x"), HTTPRequest(url: "http:/x"),
    HTTPRequest(url: "http://a b/"), HTTPRequest(url: "http://a/\r\nX: y"), HTTPRequest(url: "http://a/\0"),
    HTTPRequest(url: "http://ä/"), HTTPRequest(url: "http://a/#b"), HTTPRequest(url: "http://user:sesame@a/"),
    HTTPRequest(url: "http://a:sesame/"), HTTPRequest(url: "http://a:99999/"),
    HTTPRequest(method: "", url: "http://a/"), HTTPRequest(method: "GET /", url: "http://a/"),
    HTTPRequest(method: "HEAD", url: "http://a/", body: [1]),
    HTTPRequest(url: "http://a/", headers: [HTTPHeader("X", "sesame\r\nY: 1")]),
    HTTPRequest(url: "http://a/", headers: [HTTPHeader("X", "sesame\0")]),
    HTTPRequest(url: "http://a/", headers: [HTTPHeader("X:sesame", "1")]),
    HTTPRequest(url: "http://a/", headers: [HTTPHeader("", "sesame")]),
  ])
  func refusesWhatCannotBeSentAsItIs(request: HTTPRequest) async {
    let error = await failure(HTTPClient(), request)
    #expect(error?.kind == .invalidRequest, "\(error?.message ?? "")")
    #expect(error?.message.contains("sesame") == false)
  }
}
