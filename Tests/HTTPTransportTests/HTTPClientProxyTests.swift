import Foundation
import HTTPTransport
import System
import Testing

@Suite struct HTTPClientProxyTests {
  private func through(_ proxy: RawServer, userinfo: String = "") -> HTTPClientOptions {
    var options = HTTPClientOptions()
    options.requestTimeout = .seconds(10)
    options.proxyURL = "http://\(userinfo)127.0.0.1:\(proxy.port)"
    return options
  }

  @Test func sendsAbsoluteForm() async throws {
    try await withServer(RawServer { _ in answer("proxied") }) { client, proxy in
      let request = HTTPRequest(
        url: "http://cloud.example:8080/v2/$x/%24y/../a%252Fb?c=$d", headers: [HTTPHeader("X-A", "1")])
      let response = try await client.send(request, options: through(proxy, userinfo: "me:sesame@"))
      #expect(response.text == "proxied")
      let received = try #require(proxy.requests.first)
      #expect(received.line == "GET http://cloud.example:8080/v2/$x/%24y/../a%252Fb?c=$d HTTP/1.1")
      #expect(received.value(of: "Host") == "cloud.example:8080")
      #expect(received.value(of: "Proxy-Authorization") == "Basic " + Data("me:sesame".utf8).base64EncodedString())
    }
  }

  @Test func tunnelShowsTheProxyNoHeaders() async throws {
    let server = try RawServer { _ in answer("no", status: "403 Forbidden") }
    try await withServer(server) { client, proxy in
      let request = HTTPRequest(url: "https://cloud.example/v2/secret", headers: [HTTPHeader("X-Auth-Token", "sesame")])
      let error = await failure(client, request, through(proxy))
      #expect(error?.kind == .connection)
      #expect(error?.message.contains("403") == true, "\(error?.message ?? "")")
      let received = try #require(proxy.requests.first)
      #expect(received.line == "CONNECT cloud.example:443 HTTP/1.1")
      #expect(!received.head.contains("sesame"))
    }
  }

  /// With `socks5h` the proxy looks the name up, which this machine may not know.
  @Test func socksProxyLooksNamesUp() async throws {
    let asked = Locked("")
    let server = try RawServer { connection in
      // RFC 1928: version, methods; then the request with a domain's name and a port.
      guard let greeting = connection.take(2), connection.take(Int(greeting[1])) != nil else { return }
      connection.send([5, 0])
      guard let head = connection.take(5), head[..<4] == [5, 1, 0, 3], let name = connection.take(Int(head[4])),
        connection.take(2) != nil
      else { return }
      asked.withLock { $0 = String(decoding: name, as: UTF8.self) }
      connection.send([5, 0, 0, 1, 127, 0, 0, 1, 0, 80])
      while connection.readRequest() != nil { connection.send(answer("through a tunnel")) }
    }
    try await withServer(server) { client, proxy in
      var options = through(proxy)
      options.proxyURL = "socks5h://127.0.0.1:\(proxy.port)"
      let response = try await client.send(HTTPRequest(url: "http://cloud.invalid/v5"), options: options)
      #expect(response.text == "through a tunnel")
      #expect(asked.withLock { $0 } == "cloud.invalid")
      #expect(proxy.requests.first?.line == "GET /v5 HTTP/1.1")
    }
  }

  @Test func bypassGoesDirect() async throws {
    let proxy = try RawServer { _ in answer("proxied") }
    defer { proxy.stop() }
    try await withServer(RawServer { _ in answer("direct") }) { client, server in
      var options = through(proxy)
      options.bypassesProxy = true
      let response = try await client.send(HTTPRequest(url: server.origin), options: options)
      #expect(response.text == "direct")
      #expect(proxy.connections == 0)
    }
  }

  @Test(arguments: ["ftp://me:sesame@127.0.0.1", "127.0.0.1:1", "http://me:ses ame@127.0.0.1:1", ""])
  func refusesOtherProxies(url: String) async {
    let client = HTTPClient()
    defer { client.shutdown() }
    var options = HTTPClientOptions()
    options.proxyURL = url
    let error = await failure(client, HTTPRequest(url: "http://127.0.0.1:1/"), options)
    #expect(error?.kind == .invalidRequest)
    #expect(error?.message.contains("ame") == false)
  }

  @Test func unreachableProxyKeepsItsPassword() async throws {
    let proxy = try RawServer { _ in }
    proxy.stop()
    let client = HTTPClient()
    defer { client.shutdown() }
    let error = await failure(client, HTTPRequest(url: "http://cloud.example/"), through(proxy, userinfo: "me:sesame@"))
    #expect(error?.kind == .connection)
    #expect(error?.message.contains("sesame") == false)
  }

  // The environment is the process's: each of these runs in one of its own.

  @Test func environmentNamesTheProxy() async {
    await #expect(processExitsWith: .success) {
      try await withServer(RawServer { _ in answer("proxied") }) { client, proxy in
        setEnvironment("http_proxy", "http://127.0.0.1:\(proxy.port)")
        setEnvironment("no_proxy", "")
        let response = try await client.send(HTTPRequest(url: "http://cloud.example/"))
        #expect(response.text == "proxied")
        #expect(proxy.requests.first?.line == "GET http://cloud.example/ HTTP/1.1")
        let server = try RawServer { _ in answer("direct") }
        let direct = try await client.send(HTTPRequest(url: server.origin), options: direct())
        #expect(direct.text == "direct")
      }
    }
  }

  @Test func noProxyCountsBesideAnExplicitProxy() async {
    await #expect(processExitsWith: .success) {
      try await withServer(RawServer { _ in answer("proxied") }) { client, proxy in
        setEnvironment("NO_PROXY", "other.example,127.0.0.1")
        let server = try RawServer { _ in answer("direct") }
        var options = HTTPClientOptions()
        options.proxyURL = proxy.origin
        let direct = try await client.send(HTTPRequest(url: server.origin), options: options)
        #expect(direct.text == "direct")
        let proxied = try await client.send(HTTPRequest(url: "http://cloud.example/"), options: options)
        #expect(proxied.text == "proxied")
      }
    }
  }
}
