import Glibc

/// The certificate authorities that the system trusts, or else those that the environment names.
enum SystemAuthorities {
  /// The file that `SSL_CERT_FILE` names, or the bundle of this distribution, where it is one that we know.
  ///
  /// libcurl's own default is that of the distribution it was built for, and beside the bundle it may read a directory with
  /// the same certificates: three times the work for each new connection.
  static let bundle: String? =
    variable("SSL_CERT_FILE")
    ?? [
      "/etc/ssl/certs/ca-certificates.crt",
      "/etc/pki/tls/certs/ca-bundle.crt",
      "/etc/ssl/ca-bundle.pem",
      "/etc/ssl/cert.pem",
    ].first { unsafe access($0, R_OK) == 0 }

  /// The directory that `SSL_CERT_DIR` names: its certificates count beside those of the bundle, as they do elsewhere.
  static let directory: String? = variable("SSL_CERT_DIR")

  /// libcurl looks at neither variable.
  private static func variable(_ name: String) -> String? {
    // Safe: the text is copied at once, and nothing of ours changes the environment.
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    var trimmed = text.drop(while: \.isWhitespace)
    while let last = trimmed.last, last.isWhitespace { trimmed.removeLast() }
    return trimmed.isEmpty ? nil : String(trimmed)
  }
}
