import Foundation

/// Certificates made by the openssl command: two authorities, servers of one of them, and clients of each.
package struct TestCertificates: Sendable {
  package let directory: String

  /// Made once for all tests, and removed with the process: private keys lie there.
  package static let shared: Result<TestCertificates, any Error> = Result {
    let made = try TestCertificates()
    atexit {
      guard let made = try? TestCertificates.shared.get() else { return }
      try? FileManager.default.removeItem(atPath: made.directory)
    }
    return made
  }

  package func path(_ name: String) -> String { directory + "/" + name }

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
