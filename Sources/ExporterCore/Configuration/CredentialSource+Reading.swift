import HuaweiCloud

extension CredentialSource {
  /// The kinds, as an error names them.
  private enum Kind: String, CaseIterable {
    case keys = "access_key and secret_key"
    case token
    case iamUser = "iam_user"
    case oidc
    case podIdentity = "pod_identity"
    case metadata

    /// The keys that say that it is this kind.
    var keys: [String] {
      switch self {
      case .keys:
        [
          "access_key", "access_key_file", "secret_key", "secret_key_file", "security_token", "security_token_file",
        ]
      case .token: ["token", "token_file"]
      case .iamUser, .oidc, .podIdentity, .metadata: [rawValue]
      }
    }
  }

  /// Reads the credential, which must be of exactly one of the kinds that the configuration knows.
  init(reading field: ConfigurationField) throws(ConfigurationError) {
    let fields = try field.fields(Kind.allCases.flatMap(\.keys))
    let kinds = Kind.allCases.filter { $0.keys.contains { fields[$0] != nil } }
    guard kinds.count == 1, let kind = kinds.first else {
      throw field.error(
        kinds.isEmpty
          ? "names no kind; leave the key out for the provider chain"
          : "has two kinds at once: \(kinds.map(\.rawValue).joined(separator: ", "))")
    }
    switch kind {
    case .token: self = .token(try Self.required("token", of: fields, in: field))
    case .iamUser: self = try Self.iamUser(fields["iam_user"] ?? field)
    case .oidc: self = try Self.oidc(fields["oidc"] ?? field)
    case .podIdentity: self = try Self.podIdentity(fields["pod_identity"] ?? field)
    case .metadata:
      _ = try fields["metadata"]?.optionalFields([])
      self = .metadata
    case .keys:
      self = .keys(
        accessKey: try Self.required("access_key", of: fields, in: field),
        secretKey: try Self.required("secret_key", of: fields, in: field),
        securityToken: try Self.secret("security_token", of: fields))
    }
  }

  private static func iamUser(_ field: ConfigurationField) throws(ConfigurationError) -> CredentialSource {
    let fields = try field.fields(["domain_name", "user_name", "password", "password_file"])
    return .iamUser(
      domainName: try text("domain_name", of: fields, in: field, as: .line),
      userName: try text("user_name", of: fields, in: field, as: .line),
      password: try required("password", of: fields, in: field, as: .line))
  }

  private static func oidc(_ field: ConfigurationField) throws(ConfigurationError) -> CredentialSource {
    let agencyKeys = ["provider_urn", "agency_urn", "session_name", "duration"]
    let fields = try field.fields(["idp_id"] + agencyKeys + ["id_token_file"])
    let given = agencyKeys.filter { fields[$0] != nil }
    guard !given.isEmpty else {
      return .oidc(
        identityProviderID: try text("idp_id", of: fields, in: field),
        idTokenFile: try text("id_token_file", of: fields, in: field, as: .line))
    }
    if let provider = fields["idp_id"] {
      throw provider.error(
        "stands beside \(given.joined(separator: ", ")): idp_id is for IAM's older exchange, provider_urn and agency_urn "
          + "for STS")
    }
    var agency = TrustAgency(
      providerURN: try text("provider_urn", of: fields, in: field),
      agencyURN: try text("agency_urn", of: fields, in: field))
    if let name = fields["session_name"] { agency.sessionName = try name.nonEmptyText(as: .word) }
    if let duration = fields["duration"] {
      agency.duration = try duration.duration()
      guard TrustAgency.durations.contains(agency.duration) else { throw duration.error("must be from 15m to 12h") }
    }
    return .agency(agency, idTokenFile: try text("id_token_file", of: fields, in: field, as: .line))
  }

  /// Reads a pod identity; `{}` uses the URL and the token that the environment names.
  private static func podIdentity(_ field: ConfigurationField) throws(ConfigurationError) -> CredentialSource {
    let fields = try field.optionalFields(["url", "token_file"])
    guard !fields.isEmpty else { return .podIdentity(nil) }
    guard let url = fields["url"] else { throw field.error("url is missing") }
    return .podIdentity(
      PodIdentity(
        url: try url.url(schemes: ["http", "https"]),
        tokenFile: try text("token_file", of: fields, in: field, as: .line)))
  }

  private static func text(
    _ key: String, of fields: [String: ConfigurationField], in parent: ConfigurationField,
    as form: CredentialText.Form = .word
  ) throws(ConfigurationError) -> String {
    guard let field = fields[key] else { throw parent.error("\(key) is missing") }
    return try field.nonEmptyText(as: form)
  }

  private static func required(
    _ key: String, of fields: [String: ConfigurationField], in parent: ConfigurationField,
    as form: CredentialText.Form = .word
  ) throws(ConfigurationError) -> SecretSource {
    guard let source = try secret(key, of: fields, as: form) else {
      throw parent.error("\(key) or \(key)_file is missing")
    }
    return source
  }

  private static func secret(
    _ key: String, of fields: [String: ConfigurationField], as form: CredentialText.Form = .word
  ) throws(ConfigurationError) -> SecretSource? {
    switch (fields[key], fields[key + "_file"]) {
    case (nil, nil): return nil
    case (let value?, nil):
      let secret = Secret(try value.nonEmptyText(as: form))
      return value.variable.map { .variable($0, secret) } ?? .value(secret)
    case (nil, let file?): return .file(try file.nonEmptyText(as: .line))
    case (_, let file?): throw file.error("stands beside \(key); one of the two is enough")
    }
  }
}
