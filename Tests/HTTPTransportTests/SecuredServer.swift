import TestSupport

@testable import HTTPTransport

extension TestCertificates {
  /// The settings of a server that shows one of them.
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
