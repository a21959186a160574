import Foundation
import HTTPTransport
import TestSupport
import Testing

@Suite(.enabled(if: OpenSSL.isInstalled, "needs the openssl command")) struct HTTPClientTLSTests {
  /// What a server shows, and what the client makes of it.
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var subject = "IP:127.0.0.1"
    var issuer: String? = "authority"
    var isExpired = false
    var trusts = true
    var skipsVerification = false
    var expected: HTTPClientError.Kind?
  }

  @Test(arguments: [
    Case(testDescription: "signed by the CA file"),
    Case(testDescription: "unknown authority", trusts: false, expected: .tls),
    Case(testDescription: "self-signed", issuer: nil, expected: .tls),
    Case(testDescription: "wrong host", subject: "DNS:elsewhere.example", expected: .tls),
    Case(testDescription: "wrong address", subject: "IP:127.0.0.2", expected: .tls),
    Case(testDescription: "expired", isExpired: true, expected: .tls),
    Case(testDescription: "expired, unverified", isExpired: true, skipsVerification: true),
    Case(testDescription: "self-signed, unverified", issuer: nil, trusts: false, skipsVerification: true),
    Case(testDescription: "wrong host, unverified", subject: "DNS:elsewhere.example", skipsVerification: true),
  ])
  func verifies(_ example: Case) async throws {
    try await withDirectory { directory in
      try OpenSSL.makeCertificate("authority", for: "DNS:authority", in: directory)
      try OpenSSL.makeCertificate(
        "server", for: example.subject, issuer: example.issuer, isExpired: example.isExpired, in: directory)
      try await OpenSSL.withServer(certificate: "server.pem", key: "server.key", in: directory) { origin in
        let client = HTTPClient()
        defer { client.shutdown() }
        let options = direct { options in
          if example.trusts { options.caFile = directory.appending(path: "authority.pem").path }
          options.skipsTLSVerification = example.skipsVerification
        }
        let request = HTTPRequest(url: origin + "/secret?token=sesame")
        if let expected = example.expected {
          let error = await failure(client, request, options)
          #expect(error?.kind == expected, "\(error?.message ?? "")")
          #expect(error?.message.lowercased().contains("certificate") == true, "\(error?.message ?? "")")
          #expect(error?.message.contains("sesame") == false)
        } else {
          let response = try await client.send(request, options: options)
          #expect(response.status == 200)
          #expect(response.text.contains("s_server"))
        }
      }
    }
  }

  @Test func doesNotUseATrustingConnectionForAVerifiedRequest() async throws {
    try await withDirectory { directory in
      try OpenSSL.makeCertificate("server", for: "IP:127.0.0.1", in: directory)
      try await OpenSSL.withServer(certificate: "server.pem", key: "server.key", in: directory) { origin in
        let client = HTTPClient()
        defer { client.shutdown() }
        let response = try await client.send(
          HTTPRequest(url: origin + "/"), options: direct { $0.skipsTLSVerification = true })
        #expect(response.status == 200)
        #expect(await failure(client, HTTPRequest(url: origin + "/"))?.kind == .tls)
      }
    }
  }

  // The environment is the process's: each of these runs in one of its own.

  @Test func environmentNamesTheAuthorities() async {
    await #expect(processExitsWith: .success) {
      try await HTTPClientTLSTests().trustWhatTheEnvironmentNames(asDirectory: false)
    }
  }

  @Test func environmentNamesADirectoryOfAuthorities() async {
    await #expect(processExitsWith: .success) {
      try await HTTPClientTLSTests().trustWhatTheEnvironmentNames(asDirectory: true)
    }
  }

  @Test func proxyOfTheEnvironmentIsNotTakenForTheAnswer() async {
    await #expect(processExitsWith: .success) { try await HTTPClientTLSTests().askThroughATunnel() }
  }

  @Test func answerThatIsNoHandshake() async throws {
    let server = try RawServer { connection in
      connection.send("HTTP/1.1 400 Bad Request\r\n\r\n")
      connection.drain()
    }
    try await withServer(server) { client, server in
      let error = await failure(client, HTTPRequest(url: "https://127.0.0.1:\(server.port)/"))
      #expect(error?.kind == .tls, "\(error?.message ?? "")")
    }
  }

  @Test(arguments: [true, false])
  func handshakeCutOffIsABrokenConnection(readsFirst: Bool) async throws {
    // Closing a socket with unread bytes resets the connection.
    let server = try RawServer { connection in
      sleepBriefly(milliseconds: 100)
      if readsFirst { _ = connection.readMore() }
    }
    try await withServer(server) { client, server in
      let error = await failure(client, HTTPRequest(url: "https://127.0.0.1:\(server.port)/"))
      #expect(error?.kind == .connection, "\(error?.message ?? "")")
    }
  }

  @Test func handshakeThatNeverEndsTimesOut() async throws {
    try await withServer(RawServer { $0.drain() }) { client, server in
      let error = await failure(
        client, HTTPRequest(url: "https://127.0.0.1:\(server.port)/"), direct { $0.connectTimeout = .milliseconds(300) }
      )
      #expect(error?.kind == .timeout)
    }
  }

  @Test(arguments: ["/nowhere/ca.pem", "", "nul\0.pem"])
  func caFileThatCannotBeRead(path: String) async throws {
    try await withServer(RawServer { $0.drain() }) { client, server in
      let error = await failure(
        client, HTTPRequest(url: "https://127.0.0.1:\(server.port)/"), direct { $0.caFile = path })
      #expect(error?.kind == .invalidRequest, "\(error?.message ?? "")")
    }
  }

  /// A tunnel begins with an answer of the proxy's own.
  fileprivate func askThroughATunnel() async throws {
    try await withDirectory { directory in
      try OpenSSL.makeCertificate("server", for: "IP:127.0.0.1", in: directory)
      try await OpenSSL.withServer(certificate: "server.pem", key: "server.key", in: directory) { origin in
        let port = try #require(URL(string: origin)?.port)
        let tunnel = try RawServer { connection in
          guard connection.readRequest() != nil else { return }
          connection.send("HTTP/1.1 200 Connection established\r\nX-Of: the proxy\r\n\r\n")
          connection.relay(to: UInt16(port))
        }
        try await withServer(tunnel) { client, proxy in
          setEnvironment("https_proxy", proxy.origin)
          setEnvironment("no_proxy", "")
          let options = direct {
            $0.bypassesProxy = false
            $0.skipsTLSVerification = true
          }
          let response = try await client.send(HTTPRequest(url: origin + "/"), options: options)
          #expect(proxy.requests.first?.line.hasPrefix("CONNECT 127.0.0.1:") == true)
          #expect(response.headers.map { $0.name.lowercased() } == ["content-type"])
        }
      }
    }
  }

  /// Puts an authority into `SSL_CERT_FILE` or `SSL_CERT_DIR`, and asks a server that it vouches for.
  fileprivate func trustWhatTheEnvironmentNames(asDirectory: Bool) async throws {
    try await withDirectory { directory in
      try OpenSSL.makeCertificate("authority", for: "DNS:authority", in: directory)
      try OpenSSL.makeCertificate("server", for: "IP:127.0.0.1", issuer: "authority", in: directory)
      try OpenSSL.makeCertificate("stranger", for: "DNS:stranger", in: directory)
      let authority = directory.appending(path: "authority.pem")
      if asDirectory {
        let trusted = directory.appending(path: "trusted")
        try FileManager.default.createDirectory(at: trusted, withIntermediateDirectories: true)
        // Some TLS libraries look for a certificate by the hash of its subject.
        let hash = String(
          decoding: try run("openssl", "x509", "-hash", "-noout", "-in", authority.path).output, as: UTF8.self
        ).trimmingCharacters(in: .whitespacesAndNewlines)
        try FileManager.default.copyItem(at: authority, to: trusted.appending(path: hash + ".0"))
        setEnvironment("SSL_CERT_DIR", trusted.path)
      } else {
        // White space around a variable's value is no part of it.
        setEnvironment("SSL_CERT_FILE", authority.path + "\n")
      }
      try await OpenSSL.withServer(certificate: "server.pem", key: "server.key", in: directory) { origin in
        let client = HTTPClient()
        defer { client.shutdown() }
        let response = try await client.send(HTTPRequest(url: origin + "/"), options: direct())
        #expect(response.status == 200)
        // What a configuration names counts instead.
        let other = direct { $0.caFile = directory.appending(path: "stranger.pem").path }
        let error = await failure(client, HTTPRequest(url: origin + "/"), other)
        #expect(error?.kind == .tls)
      }
    }
  }
}
