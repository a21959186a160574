import Glibc

/// The certificate authorities that the system trusts.
enum SystemAuthorities {
  /// The bundle file of this distribution, where it is one that we know.
  ///
  /// libcurl's own default is that of the distribution it was built for, and beside the bundle it may read a directory with
  /// the same certificates: three times the work for each new connection.
  static let bundle: String? = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
  ].first { unsafe access($0, R_OK) == 0 }
}
