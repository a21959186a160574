import Foundation
import System
import TestSupport
import Testing

@testable import HTTPTransport

@Suite(.timeLimit(.minutes(1)))
struct HTTPServerTLSTests {
  private let certificates: TestCertificates

  init() throws { certificates = try TestCertificates.shared.get() }

  private static let ok: @Sendable (HTTPServerRequest) -> HTTPServerAnswer = { _ in
    .response(HTTPServerResponse(status: 200, text: "ok"))
  }

  private func client(_ name: String?) -> [String] {
    guard let name else { return [] }
    return ["--cert", certificates.path(name + ".pem"), "--key", certificates.path(name + ".key")]
  }

  private func status(_ address: ListenAddress, _ path: String = "/", client name: String? = nil) throws -> Int {
    let words = client(name)
    return words.isEmpty
      ? try curl(address, path).status : try curl(address, path, words[0], words[1], words[2], words[3]).status
  }

  @Test(arguments: [3, 300, 5_000])
  func bodiesArriveWhole(count: Int) throws {
    let texts = (0..<count).map { CompressionTests.text(lines: $0 % 30, salt: $0) }
    let expected = texts.flatMap { $0 }
    let prepared = PreparedResponse(HTTPServerResponse(status: 200, body: .blocks(texts.map { ByteBlock($0) })))
    let blocks = texts.map { DeflatedBlock($0, level: 1) }
    try withHTTPServer(security: HTTPServerSecurity(tls: certificates.tls)) { request in
      request.path == "/inflating"
        ? .response(HTTPServerResponse(status: 200, body: .inflating(blocks, length: expected.count)))
        : .prepared(prepared)
    } _: { _, address in
      for path in ["/", "/inflating"] {
        let answer = try curl(address, path)
        #expect(answer.status == 200)
        #expect(answer.body == expected)
      }
    }
  }

  @Test(arguments: [
    (HTTPServerSecurity.ClientAuthentication.none, [nil: 200, "client": 200, "stranger": 200]),
    (.request, [nil: 200, "client": 200, "stranger": 200]),
    (.requireAny, [nil: 403, "client": 200, "stranger": 200]),
    (.verifyIfGiven, [nil: 200, "client": 200, "stranger": 403, "wrong-purpose": 403]),
    (.requireAndVerify, [nil: 403, "client": 200, "plain-client": 200, "stranger": 403, "wrong-purpose": 403]),
  ])
  func clientsAreJudged(policy: HTTPServerSecurity.ClientAuthentication, expected: [String?: Int]) throws {
    try withHTTPServer(security: HTTPServerSecurity(tls: certificates.tls(policy)), handler: Self.ok) { _, address in
      for (name, wanted) in expected {
        let actual = try status(address, client: name)
        #expect(actual == wanted, "\(name ?? "no certificate")")
        let health = try status(address, "/-/healthy", client: name)
        #expect(health == 200)
      }
    }
  }

  @Test(arguments: [
    ("scraper.example", 200), ("192.0.2.7", 200), ("2001:0db8::0:7", 200), ("ops@example.org", 200),
    ("spiffe://example/scraper", 200), ("scraper", 403), ("192.0.2.8", 403), ("client", 403),
  ])
  func namesOfClientsAreCompared(name: String, expected: Int) throws {
    let tls = certificates.tls(.requireAndVerify, names: ["nobody.example", name])
    try withHTTPServer(security: HTTPServerSecurity(tls: tls), handler: Self.ok) { _, address in
      let named = try status(address, client: "client")
      #expect(named == expected)
      let nameless = try status(address, client: "plain-client")
      #expect(nameless == 403)
    }
  }

  @Test func filesAreReadAgainWhenTheyChange() throws {
    let directory = certificates.directory + "/reload"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    func install(_ name: String, _ kind: String) throws {
      let text = try Data(contentsOf: URL(fileURLWithPath: certificates.path(name + "." + kind)))
      try text.write(to: URL(fileURLWithPath: directory + "/tls." + kind), options: .atomic)
    }
    try install("server", "pem")
    try install("server", "key")
    let tls = HTTPServerSecurity.TLS(certificate: .file(directory + "/tls.pem"), key: .file(directory + "/tls.key"))
    let security = HTTPServerSecurity(tls: tls)
    try withHTTPServer(security: security, handler: Self.ok) { server, address in
      func subject() throws -> String {
        let script = """
          import ssl, socket, sys
          context = ssl.create_default_context(cafile=sys.argv[1])
          with context.wrap_socket(socket.create_connection(('127.0.0.1', int(sys.argv[2]))), server_hostname='localhost') as s:
            print(s.getpeercert()['subject'][0][0][1], end='')
          """
        guard case .tcp(_, let port) = address else { return "" }
        let result = try run("python3", "-c", script, certificates.path("ca.pem"), String(port))
        return String(decoding: result.output, as: UTF8.self)
      }
      var name = try subject()
      #expect(name == "server")
      let end = try #require(server.certificateExpiry)
      #expect(end > Date.now.timeIntervalSince1970 && end < Date.now.timeIntervalSince1970 + 3_660 * 86_400)
      try install("second-server", "pem")
      #expect(throws: HTTPServerError.self) { try server.update(security: security) }
      name = try subject()
      #expect(name == "server", "half a pair")
      try install("second-server", "key")
      try server.update(security: security)
      name = try subject()
      #expect(name == "second-server")
      try Data("nonsense".utf8).write(to: URL(fileURLWithPath: directory + "/tls.pem"))
      #expect(throws: HTTPServerError.self) { try server.update(security: security) }
      name = try subject()
      #expect(name == "second-server", "a broken file")
    }
  }

  @Test func settingsChangeWithoutARestart() throws {
    try withHTTPServer(handler: Self.ok) { server, address in
      let plain = try WireConnection(address)
      var answer = try plain.get("/")
      #expect(answer.status == 200)

      try server.update(security: HTTPServerSecurity(tls: certificates.tls(.requireAndVerify)))
      #expect(plain.isClosedByServer())
      var status = try self.status(address)
      #expect(status == 403)
      status = try self.status(address, client: "client")
      #expect(status == 200)
      #expect(throws: WireConnection.Closed.self) { try get(address) }

      var wrong = certificates.tls
      wrong.key = .file(certificates.path("client.key"))
      #expect(throws: HTTPServerError.self) { try server.update(security: HTTPServerSecurity(tls: wrong)) }
      status = try self.status(address, client: "client")
      #expect(status == 200)

      try server.update(security: HTTPServerSecurity(tls: certificates.tls))
      status = try self.status(address)
      #expect(status == 200)

      try server.update(security: HTTPServerSecurity())
      answer = try get(address)
      #expect(answer.status == 200)
      status = try self.status(address)
      #expect(status == 0)
    }
  }

  @Test func versionsAndSuitesAreThoseAskedFor() throws {
    var tls = HTTPServerSecurity.TLS(
      certificate: .file(certificates.path("rsa-server.pem")), key: .file(certificates.path("rsa-server.key")))
    tls.minimumVersion = .tls12
    tls.maximumVersion = .tls12
    tls.cipherSuites = ["TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"]
    tls.curvePreferences = ["CurveP384"]
    try withHTTPServer(security: HTTPServerSecurity(tls: tls), handler: Self.ok) { server, address in
      func handshake(_ words: String...) throws -> String {
        let all = ["openssl", "s_client", "-connect", "\(address)", "-CAfile", certificates.path("ca.pem")] + words
        return String(decoding: try run(all, quietly: true).output, as: UTF8.self)
      }
      var text = try handshake()
      #expect(text.contains("ECDHE-RSA-AES256-GCM-SHA384"))
      #expect(text.contains("secp384r1") || text.contains("P-384"))
      text = try handshake("-tls1_3")
      #expect(text.contains("Cipher is (NONE)"))
      text = try handshake("-cipher", "ECDHE-RSA-CHACHA20-POLY1305")
      #expect(text.contains("Cipher is (NONE)"))
      text = try handshake("-cipher", "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384")
      #expect(text.contains("Cipher is ECDHE-RSA-AES256-GCM-SHA384"), "the server's order counts")

      var client = tls
      client.prefersServerCipherSuites = false
      try server.update(security: HTTPServerSecurity(tls: client))
      text = try handshake("-cipher", "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384")
      #expect(text.contains("Cipher is ECDHE-RSA-AES128-GCM-SHA256"), "the client's order counts")

      var newest = tls
      (newest.cipherSuites, newest.curvePreferences, newest.maximumVersion) = (["TLS_AES_128_GCM_SHA256"], [], .tls13)
      try server.update(security: HTTPServerSecurity(tls: newest))
      text = try handshake()
      #expect(text.contains("TLS_AES_128_GCM_SHA256"))
      text = try handshake("-tls1_2")
      #expect(text.contains("Cipher is (NONE)"))
    }
  }
}
