import Foundation

@testable import HTTPTransport

/// Certificates made by the openssl command: two authorities, a server of each, and clients.
struct TestCertificates: Sendable {
  let directory: String

  /// Made once for all tests, and removed with the process: private keys lie there.
  static let shared: Result<TestCertificates, any Error> = Result {
    let made = try TestCertificates()
    atexit {
      guard let made = try? TestCertificates.shared.get() else { return }
      try? FileManager.default.removeItem(atPath: made.directory)
    }
    return made
  }

  func path(_ name: String) -> String { directory + "/" + name }

  var tls: HTTPServerSecurity.TLS {
    HTTPServerSecurity.TLS(certificate: .file(path("server.pem")), key: .file(path("server.key")))
  }

  /// The server's settings where it asks clients for certificates.
  func tls(_ policy: HTTPServerSecurity.ClientAuthentication, names: [String]? = nil) -> HTTPServerSecurity.TLS {
    var tls = tls
    tls.clientAuthentication = policy
    if policy != .none { tls.clientAuthorities = .file(path("ca.pem")) }
    tls.clientAllowedSANs = names
    return tls
  }

  private init() throws {
    directory = NSTemporaryDirectory() + "/certificates-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    try authority("ca")
    try authority("other-ca")
    let server = "subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth"
    try certificate("server", by: "ca", server)
    try certificate("second-server", by: "ca", server)
    try certificate("rsa-server", by: "ca", server, algorithm: "rsa:2048")
    let names = "DNS:scraper.example,IP:192.0.2.7,IP:2001:db8::7,email:ops@example.org,URI:spiffe://example/scraper"
    try certificate("client", by: "ca", "subjectAltName=\(names)\nextendedKeyUsage=clientAuth")
    try certificate("plain-client", by: "ca", "extendedKeyUsage=clientAuth")
    try certificate("wrong-purpose", by: "ca", server)
    try certificate("stranger", by: "other-ca", "subjectAltName=\(names)\nextendedKeyUsage=clientAuth")
  }

  // With what strict clients ask for: a purpose of the authority's key, and the key that signed a certificate.
  private func authority(_ name: String) throws {
    try openssl(
      "req", "-x509", "-addext", "keyUsage=critical,keyCertSign", "-newkey", "ec", "-pkeyopt",
      "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
      "/CN=\(name)", "-keyout", path(name + ".key"), "-out", path(name + ".pem"))
  }

  private func certificate(
    _ name: String, by authority: String, _ extensions: String, algorithm: String = "ec"
  ) throws {
    let curve = algorithm == "ec" ? ["-pkeyopt", "ec_paramgen_curve:P-256"] : []
    try openssl(
      ["req", "-newkey", algorithm] + curve + [
        "-nodes", "-subj", "/CN=\(name)", "-keyout", path(name + ".key"), "-out", path(name + ".csr"),
      ])
    try (extensions + "\nauthorityKeyIdentifier=keyid").write(
      toFile: path(name + ".ext"), atomically: true, encoding: .utf8)
    try openssl(
      "x509", "-req", "-in", path(name + ".csr"), "-CA", path(authority + ".pem"), "-CAkey", path(authority + ".key"),
      "-CAcreateserial", "-days", "2", "-extfile", path(name + ".ext"), "-out", path(name + ".pem"))
  }

  private struct Failed: Error { var arguments: [String] }

  private func openssl(_ arguments: String...) throws { try openssl(arguments) }

  private func openssl(_ arguments: [String]) throws {
    guard try run(["openssl"] + arguments, quietly: true).status == 0 else { throw Failed(arguments: arguments) }
  }
}

/// What the curl command got: the status, or 0 where there was no answer, and the body.
func curl(_ address: ListenAddress, _ path: String = "/", _ arguments: String...) throws -> (status: Int, body: [UInt8])
{
  let certificates = try TestCertificates.shared.get()
  let result = try run(
    [
      "curl", "--silent", "--max-time", "20", "--cacert", certificates.path("ca.pem"), "--write-out", "\n%{http_code}",
      "https://\(address)\(path)",
    ] + arguments, quietly: true)
  let end = result.output.lastIndex(of: 10) ?? 0
  return (Int(String(decoding: result.output[(end + 1)...], as: UTF8.self)) ?? 0, Array(result.output[..<end]))
}
