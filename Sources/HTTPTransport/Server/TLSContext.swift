import CGnuTLS

/// Everything that new encrypted connections use, loaded once: certificate, key, priorities, and the verifier of
/// clients.
@safe
final class TLSContext: Sendable {
  // Safe: GnuTLS only reads credentials, priorities and trust lists once they are set up, which init does before
  // anybody else has them; deinit frees them when the last connection that uses them is gone.
  private nonisolated(unsafe) let credentials: gnutls_certificate_credentials_t
  private nonisolated(unsafe) let priorities: gnutls_priority_t
  private let clients: ClientVerifier?
  /// When the server's own certificate expires, in Unix time.
  let expiry: Double?

  init(_ settings: HTTPServerSecurity.TLS) throws(HTTPServerError) {
    let priorityText = try TLSPriority.text(for: settings)
    clients = try ClientVerifier(settings)
    let certificate = try settings.certificate.text(of: .certificate)
    let key = try settings.key.text(of: .key)

    expiry = Self.expiry(of: certificate)

    var made: gnutls_priority_t?
    let result = unsafe gnutls_priority_init(&made, priorityText, nil)
    guard result == GNUTLS_E_SUCCESS, let priorities = unsafe made else {
      throw HTTPServerError(.tls, "GnuTLS cannot do this: \(GnuTLS.reason(result))")
    }
    var allocated: gnutls_certificate_credentials_t?
    guard unsafe gnutls_certificate_allocate_credentials(&allocated) == GNUTLS_E_SUCCESS,
      let credentials = unsafe allocated
    else {
      unsafe gnutls_priority_deinit(priorities)
      throw HTTPServerError(.tls, "no memory for credentials")
    }
    unsafe self.priorities = unsafe priorities
    unsafe self.credentials = unsafe credentials
    // From here on deinit frees both, also when this throws.
    let loaded = unsafe GnuTLS.withDatum(certificate) { certificate in
      unsafe GnuTLS.withDatum(key) { key in
        var certificate = unsafe certificate
        var key = unsafe key
        return unsafe gnutls_certificate_set_x509_key_mem2(
          credentials, &certificate, &key, GNUTLS_X509_FMT_PEM, nil, 0)
      }
    }
    guard loaded >= 0 else {
      throw HTTPServerError(
        .certificate,
        "the certificate (\(settings.certificate)) and the key (\(settings.key)) cannot be used together: "
          + GnuTLS.reason(loaded))
    }
  }

  deinit {
    unsafe gnutls_certificate_free_credentials(credentials)
    unsafe gnutls_priority_deinit(priorities)
  }

  /// Returns when the first certificate expires, which is the server's; those after it lead to its authority.
  private static func expiry(of certificates: [UInt8]) -> Double? {
    var made: gnutls_x509_crt_t?
    guard unsafe gnutls_x509_crt_init(&made) == GNUTLS_E_SUCCESS, let certificate = unsafe made else { return nil }
    defer { unsafe gnutls_x509_crt_deinit(certificate) }
    let result = unsafe GnuTLS.withDatum(certificates) { datum in
      var datum = unsafe datum
      return unsafe gnutls_x509_crt_import(certificate, &datum, GNUTLS_X509_FMT_PEM)
    }
    guard result == GNUTLS_E_SUCCESS else { return nil }
    let time = unsafe gnutls_x509_crt_get_expiration_time(certificate)
    return time < 0 ? nil : Double(time)
  }

  /// Sets up a session whose handshake has not begun; returns false if GnuTLS refuses.
  ///
  /// The session uses this object's memory, so it must be kept as long as the session.
  func prepare(_ session: gnutls_session_t) -> Bool {
    if clients != nil { unsafe gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUEST) }
    return unsafe gnutls_priority_set(session, priorities) == GNUTLS_E_SUCCESS
      && gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, UnsafeMutableRawPointer(credentials))
        == GNUTLS_E_SUCCESS
  }

  /// Returns whether the client's certificate, or the lack of one, is good enough for more than health checks.
  func accepts(_ session: gnutls_session_t) -> Bool {
    unsafe clients?.accepts(session) ?? true
  }
}

/// Helpers that every use of GnuTLS needs.
enum GnuTLS {
  static func reason(_ code: Int32) -> String {
    unsafe gnutls_strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
  }

  /// Passes bytes to a call that only reads them.
  static func withDatum<Result>(_ bytes: [UInt8], _ body: (gnutls_datum_t) -> Result) -> Result {
    unsafe bytes.withUnsafeBufferPointer { buffer in
      // Safe: the datum's pointer is mutable for C's sake alone, and valid for the call.
      unsafe body(gnutls_datum_t(data: UnsafeMutablePointer(mutating: buffer.baseAddress), size: UInt32(buffer.count)))
    }
  }
}
