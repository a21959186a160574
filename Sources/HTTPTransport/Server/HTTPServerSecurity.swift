import System

/// The security settings of a server: TLS, client certificates, passwords, added headers, and a rate limit.
///
/// `validate()` says what can't be honoured. Where there is a choice, TLS is as in Go's library, by its names.
package struct HTTPServerSecurity: Sendable, Equatable {
  /// The settings of TLS; nil for plain HTTP.
  package var tls: TLS?
  /// A bcrypt hash for each user; if empty, no password is asked for.
  package var users: [String: String]
  /// Headers that are added to every answer.
  package var headers: [HTTPHeader]
  /// The rate limit; nil for none.
  package var rateLimit: RateLimit?

  package init(
    tls: TLS? = nil, users: [String: String] = [:], headers: [HTTPHeader] = [], rateLimit: RateLimit? = nil
  ) {
    self.tls = tls
    self.users = users
    self.headers = headers
    self.rateLimit = rateLimit
  }

  /// PEM text, or the path of a file.
  package enum PEM: Sendable, Equatable {
    case file(String)
    case inline(String)

    var path: String? { if case .file(let path) = self { path } else { nil } }
  }

  /// A setting that an error can be about.
  package enum Setting: String, Sendable {
    case tls = "TLS"
    case certificate
    case key
    case clientAuthorities = "client authorities"
    case minimumVersion = "minimum version"
    case cipherSuites = "cipher suites"
    case curvePreferences = "curve preferences"
    case users
    case headers
    case rateLimit = "rate limit"
  }

  /// The paths of the files that the settings name; after a change of one, `HTTPServer.update` must be called.
  package var files: [String] {
    [tls?.certificate, tls?.key, tls?.clientAuthorities].compactMap { $0?.path }
  }

  /// The settings of TLS.
  package struct TLS: Sendable, Equatable {
    /// The certificate and those that lead to its authority.
    package var certificate: PEM
    package var key: PEM
    package var clientAuthentication = ClientAuthentication.none
    /// The authorities that client certificates are verified against; if nil, the system's.
    package var clientAuthorities: PEM?
    /// DNS names, IP addresses, e-mail addresses and URIs of which a given certificate must have one, exactly; nil for
    /// any.
    package var clientAllowedSANs: [String]?
    package var minimumVersion = Version.tls12
    package var maximumVersion = Version.tls13
    /// By the names that Go gives them; empty for the defaults.
    package var cipherSuites: [String] = []
    package var prefersServerCipherSuites = true
    /// By the names that Go gives them; empty for the defaults.
    package var curvePreferences: [String] = []

    package init(certificate: PEM, key: PEM) {
      self.certificate = certificate
      self.key = key
    }
  }

  /// What is asked of clients, by the names of Go's `tls.ClientAuthType`.
  package enum ClientAuthentication: String, Sendable, CaseIterable {
    case none = "NoClientCert"
    case request = "RequestClientCert"
    case requireAny = "RequireAnyClientCert"
    case verifyIfGiven = "VerifyClientCertIfGiven"
    case requireAndVerify = "RequireAndVerifyClientCert"

    var requiresCertificate: Bool { self == .requireAny || self == .requireAndVerify }
    var verifiesCertificate: Bool { self == .verifyIfGiven || self == .requireAndVerify }
  }

  package enum Version: String, Sendable, CaseIterable, Comparable {
    case tls10 = "TLS10"
    case tls11 = "TLS11"
    case tls12 = "TLS12"
    case tls13 = "TLS13"

    package static func < (left: Version, right: Version) -> Bool { left.rawValue < right.rawValue }
  }

  /// One request per `interval`, after a burst of `burst` requests at once. An interval of zero sets no
  /// limit.
  package struct RateLimit: Sendable, Equatable {
    package var interval: Duration
    package var burst: Int

    package init(interval: Duration, burst: Int) {
      self.interval = interval
      self.burst = burst
    }
  }
}

extension HTTPServerSecurity.PEM: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The path, but never an inline text, which may be a private key.
  package var description: String {
    switch self {
    case .file(let path): path
    case .inline: "(inline)"
    }
  }

  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

extension HTTPServerSecurity {
  /// Throws if a server can't honour all of this now: files are read, keys are tried, and hashes are checked.
  ///
  /// The error's `setting` says what it is about.
  package func validate() throws(HTTPServerError) { _ = try loaded() }

  /// Returns what the settings of TLS load, or nil without TLS; throws as `validate` does.
  func loaded() throws(HTTPServerError) -> TLSContext? {
    let context = try tls.map { tls throws(HTTPServerError) in try TLSContext(tls) }
    for (user, hash) in users.sorted(by: { $0.key < $1.key }) {
      guard !user.contains(":") else {
        throw HTTPServerError(.users, "a user name must not contain a colon")
      }
      // The hash itself is a secret, so the messages do not contain it.
      guard let cost = Bcrypt.cost(of: hash) else {
        throw HTTPServerError(
          .users, "the password of \(user) is no bcrypt hash ($2a, $2b or $2y)")
      }
      guard cost <= Bcrypt.maximumCost else {
        throw HTTPServerError(
          .users,
          "the password of \(user) has cost \(cost), which takes too long to check; the limit is \(Bcrypt.maximumCost)")
      }
    }
    for header in headers {
      guard !header.value.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7f }) else {
        throw HTTPServerError(
          .headers, "the value of \(header.name) contains a control character")
      }
    }
    if let rateLimit, rateLimit.interval < .zero || rateLimit.burst < 0 {
      throw HTTPServerError(.rateLimit, "interval and burst must not be negative")
    }
    return context
  }
}

extension HTTPServerSecurity.PEM {
  /// The size limit of a file, far above that of any chain of certificates.
  private static let maximumSize = 4 << 20

  /// Returns the text; an error is about `setting` and names the path.
  func text(of setting: HTTPServerSecurity.Setting) throws(HTTPServerError) -> [UInt8] {
    guard case .file(let path) = self else {
      guard case .inline(let text) = self else { return [] }
      return Array(text.utf8)
    }
    do throws(FileError) {
      return try FileSystem.contents(of: path, limit: Self.maximumSize)
    } catch {
      throw HTTPServerError(setting, "cannot read \(path): \(error.reason)")
    }
  }
}
