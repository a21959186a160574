import CGnuTLS
import Glibc

/// A verifier of client certificates.
///
/// GnuTLS has checked that the client owns the key; everything else is checked here, after the handshake, which must
/// succeed for health checks without a certificate.
@safe
final class ClientVerifier: Sendable {
  private let policy: HTTPServerSecurity.ClientAuthentication
  private let allowedNames: [String]?
  // Safe: filled in init, only read afterwards (GnuTLS lets threads verify with one list), freed in deinit.
  private nonisolated(unsafe) let authorities: gnutls_x509_trust_list_t

  /// Loads the authorities; nil if clients are asked for no certificate.
  init?(_ settings: HTTPServerSecurity.TLS) throws(HTTPServerError) {
    policy = settings.clientAuthentication
    allowedNames = settings.clientAllowedSANs
    guard policy != .none else {
      guard settings.clientAuthorities != nil else { return nil }
      throw HTTPServerError(
        .clientAuthorities,
        "clients are asked for no certificate that these could vouch for")
    }
    let text = try settings.clientAuthorities?.text(of: .clientAuthorities)
    var made: gnutls_x509_trust_list_t?
    guard unsafe gnutls_x509_trust_list_init(&made, 0) == GNUTLS_E_SUCCESS, let authorities = unsafe made else {
      throw HTTPServerError(.clientAuthorities, "no memory for the authorities")
    }
    unsafe self.authorities = unsafe authorities
    if let text, let source = settings.clientAuthorities {
      let count = unsafe GnuTLS.withDatum(text) { datum in
        var datum = unsafe datum
        return unsafe gnutls_x509_trust_list_add_trust_mem(authorities, &datum, nil, GNUTLS_X509_FMT_PEM, 0, 0)
      }
      guard count > 0 else {
        throw HTTPServerError(
          .clientAuthorities,
          "\(source) holds no certificate that GnuTLS can read"
            + (count < 0 ? ": \(GnuTLS.reason(count))" : ""))
      }
    } else if policy.verifiesCertificate {
      let count = unsafe gnutls_x509_trust_list_add_system_trust(authorities, 0, 0)
      guard count > 0 else {
        throw HTTPServerError(
          .clientAuthorities,
          "none are given, and the system's cannot be read" + (count < 0 ? ": \(GnuTLS.reason(count))" : ""))
      }
    }
  }

  deinit {
    unsafe gnutls_x509_trust_list_deinit(authorities, 1)
  }

  /// Returns whether the client of this session, whose handshake is over, may see everything.
  func accepts(_ session: gnutls_session_t) -> Bool {
    var count: UInt32 = 0
    guard let peers = unsafe gnutls_certificate_get_peers(session, &count), count > 0 else {
      return !policy.requiresCertificate
    }
    var chain: [gnutls_x509_crt_t?] = unsafe []
    defer { unsafe chain.forEach { unsafe gnutls_x509_crt_deinit($0) } }
    // A chain longer than this is an attempt to keep us busy.
    for index in 0..<min(Int(count), 16) {
      var certificate: gnutls_x509_crt_t?
      guard unsafe gnutls_x509_crt_init(&certificate) == GNUTLS_E_SUCCESS else { return false }
      unsafe chain.append(certificate)
      guard unsafe gnutls_x509_crt_import(certificate, peers + index, GNUTLS_X509_FMT_DER) == GNUTLS_E_SUCCESS else {
        return false
      }
    }
    if policy.verifiesCertificate, unsafe !isTrusted(&chain) { return false }
    guard let allowedNames, let first = unsafe chain[0] else { return true }
    return unsafe Self.names(of: first).contains { name in allowedNames.contains { name.equals($0) } }
  }

  private func isTrusted(_ chain: inout [gnutls_x509_crt_t?]) -> Bool {
    // GnuTLS compares it as a C string, whatever size is given.
    var purpose = Array(GNUTLS_KP_TLS_WWW_CLIENT.utf8) + [0]
    return unsafe purpose.withUnsafeMutableBufferPointer { purpose in
      var expectation = unsafe gnutls_typed_vdata_st(
        type: GNUTLS_DT_KEY_PURPOSE_OID, data: purpose.baseAddress, size: UInt32(purpose.count - 1))
      var status: UInt32 = .max
      let result = unsafe gnutls_x509_trust_list_verify_crt2(
        authorities, &chain, UInt32(chain.count), &expectation, 1, 0, &status, nil)
      return result == GNUTLS_E_SUCCESS && status == 0
    }
  }

  /// One subject alternative name.
  private struct Name {
    var isAddress: Bool
    var bytes: [UInt8]

    func equals(_ text: String) -> Bool {
      guard isAddress else { return bytes == Array(text.utf8) }
      var address = [UInt8](repeating: 0, count: 16)
      let family = bytes.count == 4 ? AF_INET : AF_INET6
      guard unsafe inet_pton(family, text, &address) == 1 else { return false }
      return bytes == Array(address[..<min(bytes.count, 16)])
    }
  }

  private static func names(of certificate: gnutls_x509_crt_t) -> [Name] {
    var names: [Name] = []
    var space = [UInt8](repeating: 0, count: 4_096)
    for index in 0..<UInt32(1_000) {
      var size = space.count
      let type = unsafe gnutls_x509_crt_get_subject_alt_name(certificate, index, &space, &size, nil)
      if type == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE { break }
      // Other kinds of names, and names too long to be in the list, match nothing.
      guard type >= 0, size <= space.count else { continue }
      switch gnutls_x509_subject_alt_name_t(UInt32(type)) {
      case GNUTLS_SAN_DNSNAME, GNUTLS_SAN_RFC822NAME, GNUTLS_SAN_URI:
        names.append(Name(isAddress: false, bytes: Array(space[..<size])))
      case GNUTLS_SAN_IPADDRESS where size == 4 || size == 16:
        names.append(Name(isAddress: true, bytes: Array(space[..<size])))
      default:
        break
      }
    }
    return names
  }
}
