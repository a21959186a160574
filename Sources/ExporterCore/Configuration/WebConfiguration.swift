import HTTPTransport
import System
import YAMLReader

/// The file of `--web.config.file`, in the format that Prometheus' own exporters share (exporter-toolkit,
/// `docs/web-configuration.md`).
package struct WebConfiguration: Sendable {
  package let security: HTTPServerSecurity
  /// What the file asks for but the server does differently, in one sentence each.
  package let notes: [String]

  /// Reads the file and makes sure that a server can do all it asks for; relative paths start at the file's directory.
  package init(file: String) throws(ConfigurationError) {
    try self.init(yaml: [UInt8](configurationFile: file), source: file)
  }

  package init(yaml: [UInt8], source: String) throws(ConfigurationError) {
    let node: YAMLNode?
    do throws(YAMLError) {
      node = try YAMLReader.read(yaml)
    } catch {
      throw ConfigurationError(source: source, mark: error.mark, message: error.message)
    }
    guard let node, !node.isNull else {
      security = HTTPServerSecurity()
      notes = []
      return
    }
    let root = ConfigurationField(node: node, key: "", source: source, environment: nil)
    let directory = source.lastIndex(of: "/").map { String(source[...$0]) } ?? ""
    (security, notes) = try WebConfigurationReader(directory: directory).read(root)
    do throws(HTTPServerError) {
      try Self.check(security.headers)
      try security.validate()
    } catch {
      let key = error.setting.map { security.key(of: $0) }
      throw ConfigurationError(
        source: source, mark: key.map { node.mark(of: $0) }, key: key ?? "", message: error.message)
    }
  }
}

extension WebConfiguration {
  /// The headers that `http_server_config.headers` may name, with the values they may have; empty for any value.
  private static let allowedHeaders: [String: [String]] = [
    "Content-Security-Policy": [],
    "Strict-Transport-Security": [],
    "X-Content-Type-Options": ["nosniff"],
    "X-Frame-Options": ["deny", "sameorigin"],
    "X-XSS-Protection": [],
  ]

  private static func check(_ headers: [HTTPHeader]) throws(HTTPServerError) {
    for header in headers {
      guard let values = allowedHeaders[header.name] else {
        throw HTTPServerError(.headers, "the header \(header.name) cannot be configured")
      }
      guard values.isEmpty || values.contains(header.value) else {
        throw HTTPServerError(
          .headers,
          "\(header.name) must be \(values.joined(separator: " or ")), not \(header.value)")
      }
    }
  }
}

/// Converts the file's keys to the security settings of the server.
private struct WebConfigurationReader {
  /// The file's directory with a `/` at its end, or empty.
  let directory: String

  func read(_ root: ConfigurationField) throws(ConfigurationError) -> (HTTPServerSecurity, [String]) {
    let fields = try root.fields(["tls_server_config", "http_server_config", "rate_limit", "basic_auth_users"])
    var security = HTTPServerSecurity()
    var notes: [String] = []
    if let field = fields["tls_server_config"], !field.node.isNull { security.tls = try tls(field) }
    if let field = fields["http_server_config"], !field.node.isNull {
      let http = try field.fields(["http2", "headers"])
      if try http["http2"]?.flag() ?? true, security.tls != nil {
        notes.append("http2 is on in the web configuration, but HTTP/1.1 is served")
      }
      if let headers = http["headers"], !headers.node.isNull { security.headers = try self.headers(headers) }
    }
    if let field = fields["rate_limit"], !field.node.isNull { security.rateLimit = try rateLimit(field) }
    if let field = fields["basic_auth_users"], !field.node.isNull { security.users = try texts(field) }
    return (security, notes)
  }

  private func tls(_ field: ConfigurationField) throws(ConfigurationError) -> HTTPServerSecurity.TLS? {
    let fields = try field.fields([
      "cert", "cert_file", "key", "key_file", "client_auth_type", "client_ca", "client_ca_file", "client_allowed_sans",
      "min_version", "max_version", "cipher_suites", "prefer_server_cipher_suites", "curve_preferences",
    ])
    if fields.isEmpty { return nil }
    guard let certificate = try pem("cert", of: fields) else { throw field.error("cert or cert_file is missing") }
    guard let key = try pem("key", of: fields) else { throw field.error("key or key_file is missing") }
    var tls = HTTPServerSecurity.TLS(certificate: certificate, key: key)
    if let type = fields["client_auth_type"] {
      guard let named = clientAuthentication(named: try type.text()) else {
        throw type.error(
          "must be one of \(HTTPServerSecurity.ClientAuthentication.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      tls.clientAuthentication = named
    }
    tls.clientAuthorities = try pem("client_ca", of: fields)
    if let authorities = fields["client_ca"] ?? fields["client_ca_file"], tls.clientAuthorities != nil,
      tls.clientAuthentication == .none
    {
      throw authorities.error("is of no use without a client_auth_type")
    }
    if let names = fields["client_allowed_sans"] { tls.clientAllowedSANs = try names.texts() }
    if let version = fields["min_version"] { tls.minimumVersion = try self.version(version) }
    if let version = fields["max_version"] { tls.maximumVersion = try self.version(version) }
    if let suites = fields["cipher_suites"] { tls.cipherSuites = try suites.texts() }
    if let prefers = fields["prefer_server_cipher_suites"] { tls.prefersServerCipherSuites = try prefers.flag() }
    if let curves = fields["curve_preferences"] { tls.curvePreferences = try curves.texts() }
    return tls
  }

  /// Returns the value of `client_auth_type`; an empty one means none, and an old name is still understood.
  private func clientAuthentication(named name: String) -> HTTPServerSecurity.ClientAuthentication? {
    switch name {
    case "": HTTPServerSecurity.ClientAuthentication.none
    case "RequireClientCert": .requireAny
    default: HTTPServerSecurity.ClientAuthentication(rawValue: name)
    }
  }

  /// Reads `name` inline or `name_file`, not both; an empty text counts as absent, as the format defines it.
  private func pem(
    _ name: String, of fields: [String: ConfigurationField]
  ) throws(ConfigurationError) -> HTTPServerSecurity.PEM? {
    let inline = try fields[name].map { field throws(ConfigurationError) in try field.text() } ?? ""
    let file = try fields[name + "_file"].map { field throws(ConfigurationError) in try field.text() } ?? ""
    if !inline.isEmpty, !file.isEmpty, let field = fields[name + "_file"] {
      throw field.error("stands beside \(name); one of the two is enough")
    }
    if !inline.isEmpty { return .inline(inline) }
    if !file.isEmpty { return .file(file.hasPrefix("/") ? file : directory + file) }
    return nil
  }

  private func version(_ field: ConfigurationField) throws(ConfigurationError) -> HTTPServerSecurity.Version {
    guard let version = HTTPServerSecurity.Version(rawValue: try field.text()) else {
      throw field.error(
        "must be one of \(HTTPServerSecurity.Version.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return version
  }

  private func rateLimit(_ field: ConfigurationField) throws(ConfigurationError) -> HTTPServerSecurity.RateLimit {
    let fields = try field.fields(["interval", "burst"])
    var interval: Duration = .zero
    // `0` and `0s` set no limit.
    if let field = fields["interval"], !["0", "0s"].contains(try field.text()) { interval = try field.duration() }
    let burst = try fields["burst"]?.integer(in: 0...1_000_000_000) ?? 0
    return HTTPServerSecurity.RateLimit(interval: interval, burst: burst)
  }

  private func headers(_ field: ConfigurationField) throws(ConfigurationError) -> [HTTPHeader] {
    try texts(field).sorted { $0.key < $1.key }.filter { !$0.value.isEmpty }.map { HTTPHeader($0.key, $0.value) }
  }

  private func texts(_ field: ConfigurationField) throws(ConfigurationError) -> [String: String] {
    guard case .mapping(let entries, _) = field.node else { throw field.error("must be a mapping of keys to values") }
    var texts: [String: String] = [:]
    for entry in entries { texts[entry.key] = try field.child(entry.value, "\(field.key).\(entry.key)").text() }
    return texts
  }
}

extension HTTPServerSecurity {
  /// Returns the key of a setting in the file.
  fileprivate func key(of setting: Setting) -> String {
    switch setting {
    case .tls: "tls_server_config"
    case .certificate: "tls_server_config." + Self.key("cert", of: tls?.certificate)
    case .key: "tls_server_config." + Self.key("key", of: tls?.key)
    case .clientAuthorities: "tls_server_config." + Self.key("client_ca", of: tls?.clientAuthorities)
    case .minimumVersion: "tls_server_config.min_version"
    case .cipherSuites: "tls_server_config.cipher_suites"
    case .curvePreferences: "tls_server_config.curve_preferences"
    case .users: "basic_auth_users"
    case .headers: "http_server_config.headers"
    case .rateLimit: "rate_limit"
    }
  }

  private static func key(_ name: String, of pem: PEM?) -> String {
    if case .file = pem { name + "_file" } else { name }
  }
}

extension YAMLNode {
  /// Returns the place of a key such as `tls_server_config.cipher_suites`, or of the nearest one above it.
  fileprivate func mark(of path: String) -> YAMLMark {
    guard case .mapping(let entries, _) = self, let name = path.split(separator: ".").first,
      let entry = entries.first(where: { $0.key == name })
    else { return self.mark }
    let rest = String(path.dropFirst(name.count + 1))
    guard case .mapping(let inner, _) = entry.value, inner.contains(where: { rest.hasPrefix($0.key) }) else {
      return entry.keyMark
    }
    return entry.value.mark(of: rest)
  }
}

/// The web configuration, followed with the certificates and keys that it names.
struct WebFiles: Sendable {
  private let path: String
  private var files: FollowedFiles

  init(configuration path: String) {
    self.path = path
    files = FollowedFiles([path])
  }

  /// Returns the configuration at the first call, and when it or a file that it names has changed; otherwise nil.
  ///
  /// Reading may block. Throws, once for each change, the error that keeps it from being used.
  mutating func takeChange() throws(ConfigurationError) -> WebConfiguration? {
    guard files.takeChange() else { return nil }
    let configuration = try WebConfiguration(file: path)
    // The server loads the files after this, so a change from here on is seen by the next call.
    files.follow([path] + configuration.security.files)
    return configuration
  }
}
