import Foundation
import TestSupport
import Testing

@testable import HTTPTransport

/// What can't be honoured is said, with the setting it is about.
@Suite struct HTTPServerSecurityTests {
  private let certificates: TestCertificates

  init() throws { certificates = try TestCertificates.shared.get() }

  private func failure(_ change: (inout HTTPServerSecurity.TLS) throws -> Void) rethrows -> HTTPServerError? {
    var tls = certificates.tls
    try change(&tls)
    do {
      try HTTPServerSecurity(tls: tls).validate()
      return nil
    } catch {
      return error
    }
  }

  @Test func certificateAndKeyMustFit() throws {
    #expect(failure { _ in } == nil)
    var error = failure { $0.key = .file(certificates.path("client.key")) }
    #expect(error?.setting == .certificate)
    #expect(error?.message.contains("server.pem") == true && error?.message.contains("client.key") == true)
    error = failure { $0.key = .file("/nowhere/key") }
    #expect(error?.description == "key: cannot read /nowhere/key: No such file or directory")
    error = failure { $0.certificate = .inline("nonsense") }
    #expect(error?.setting == .certificate)
    let (pem, key) = try (
      String(contentsOfFile: certificates.path("server.pem"), encoding: .utf8),
      String(contentsOfFile: certificates.path("server.key"), encoding: .utf8)
    )
    #expect(failure { ($0.certificate, $0.key) = (.inline(pem), .inline(key)) } == nil)
    error = failure { ($0.certificate, $0.key) = (.inline(key), .inline(key)) }
    #expect(error?.message.contains("PRIVATE") == false)
    #expect("\(HTTPServerSecurity.PEM.inline(key))" == "(inline)")
    #expect(String(reflecting: HTTPServerSecurity.PEM.inline(key)) == "(inline)")
  }

  @Test func authoritiesMustBeCertificatesAndUsed() {
    var error = failure { $0.clientAuthorities = .file(certificates.path("ca.pem")) }
    #expect(error?.setting == .clientAuthorities)
    error = failure {
      $0.clientAuthentication = .requireAndVerify
      $0.clientAuthorities = .inline("nonsense")
    }
    #expect(error?.setting == .clientAuthorities)
    #expect(failure { $0 = certificates.tls(.requireAndVerify) } == nil)
    #expect(failure { $0.clientAuthentication = .requireAndVerify } == nil)
  }

  @Test(arguments: [
    ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"],
    [
      "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
      "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
      "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
      "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
      "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
      "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
    ],
    ["TLS_AES_256_GCM_SHA384"],
  ])
  func productsOfSuitesArePossible(suites: [String]) {
    #expect(failure { $0.cipherSuites = suites } == nil)
  }

  @Test func suitesThatWouldEnableOthersAreNamed() {
    let mixed = ["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"]
    let error = failure { $0.cipherSuites = mixed }
    #expect(error?.setting == .cipherSuites)
    #expect(error?.message.contains("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384") == true)
    #expect(error?.message.contains("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256") == true)
    #expect(
      failure { $0.cipherSuites = ["TLS_INVENTED"] }?.message.hasSuffix("unknown cipher suite: TLS_INVENTED") == true)
    let blocks = failure { $0.cipherSuites = ["TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"] }
    #expect(blocks?.message.contains("TLS 1.3 has no cipher") == true)
    #expect(
      failure {
        $0.cipherSuites = ["TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"]
        $0.maximumVersion = .tls12
      } == nil)
  }

  @Test func curvesAndVersionsMustBeKnown() {
    #expect(failure { $0.curvePreferences = ["CurveP256", "CurveP384", "CurveP521", "X25519"] } == nil)
    #expect(failure { $0.curvePreferences = ["P999"] }?.setting == .curvePreferences)
    #expect(
      failure { ($0.minimumVersion, $0.maximumVersion) = (.tls13, .tls12) }?.setting == .minimumVersion)
    for version in HTTPServerSecurity.Version.allCases {
      #expect(failure { ($0.minimumVersion, $0.maximumVersion) = (version, version) } == nil)
    }
  }

  @Test func headersAreOneLine() {
    let header = HTTPHeader("X-XSS-Protection", "1\r\nX: y")
    let error = #expect(throws: HTTPServerError.self) { try HTTPServerSecurity(headers: [header]).validate() }
    #expect(error?.description == "headers: the value of X-XSS-Protection contains a control character")
  }

  @Test(arguments: [
    (["alice": "plain"], "users: the password of alice is no bcrypt hash ($2a, $2b or $2y)"),
    (["a:b": "plain"], "users: a user name must not contain a colon"),
    (
      ["alice": "$2b$31$xGX0X5p6tqW2PDcPkZVIBOTyXf33i63QfMJnZ7xuscYmb4cuK17I6"],
      "users: the password of alice has cost 31, which takes too long to check; the limit is 18"
    ),
  ])
  func usersNeedHashes(users: [String: String], message: String) {
    let error = #expect(throws: HTTPServerError.self) { try HTTPServerSecurity(users: users).validate() }
    #expect(error?.description == message)
  }
}
