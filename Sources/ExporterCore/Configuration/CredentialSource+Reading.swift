import HuaweiCloud

extension CredentialSource {
  private static let keys = [
    "access_key", "access_key_file", "secret_key", "secret_key_file", "security_token", "security_token_file",
    "iam_user",
    "token", "token_file", "oidc", "metadata",
  ]

  /// Exactly one of the kinds that the configuration knows.
  init(reading field: ConfigurationField) throws(ConfigurationError) {
    let fields = try field.fields(Self.keys)
    var kinds: [String] = []
    if ["access_key", "secret_key", "security_token"].contains(where: {
      fields[$0] != nil || fields[$0 + "_file"] != nil
    }) {
      kinds.append("access_key and secret_key")
    }
    if fields["token"] != nil || fields["token_file"] != nil { kinds.append("token") }
    kinds += ["iam_user", "oidc", "metadata"].filter { fields[$0] != nil }
    guard kinds.count == 1, let kind = kinds.first else {
      throw field.error(
        kinds.isEmpty
          ? "names no kind; leave the key out for the provider chain"
          : "has two kinds at once: \(kinds.joined(separator: ", "))")
    }
    switch kind {
    case "token": self = .token(try Self.required("token", of: fields, in: field))
    case "iam_user": self = try Self.iamUser(fields["iam_user"] ?? field)
    case "oidc": self = try Self.oidc(fields["oidc"] ?? field)
    case "metadata": self = .metadata
    default:
      self = .keys(
        accessKey: try Self.required("access_key", of: fields, in: field),
        secretKey: try Self.required("secret_key", of: fields, in: field),
        securityToken: try Self.secret("security_token", of: fields))
    }
  }

  private static func iamUser(_ field: ConfigurationField) throws(ConfigurationError) -> CredentialSource {
    let fields = try field.fields(["domain_name", "user_name", "password", "password_file"])
    return .iamUser(
      domainName: try text("domain_name", of: fields, in: field),
      userName: try text("user_name", of: fields, in: field),
      password: try required("password", of: fields, in: field))
  }

  private static func oidc(_ field: ConfigurationField) throws(ConfigurationError) -> CredentialSource {
    let fields = try field.fields(["idp_id", "id_token_file"])
    return .oidc(
      identityProviderID: try text("idp_id", of: fields, in: field),
      idTokenFile: try text("id_token_file", of: fields, in: field))
  }

  private static func text(
    _ key: String, of fields: [String: ConfigurationField], in parent: ConfigurationField
  ) throws(ConfigurationError) -> String {
    guard let field = fields[key] else { throw parent.error("\(key) is missing") }
    return try field.nonEmptyText()
  }

  private static func required(
    _ key: String, of fields: [String: ConfigurationField], in parent: ConfigurationField
  ) throws(ConfigurationError) -> SecretSource {
    guard let source = try secret(key, of: fields) else { throw parent.error("\(key) or \(key)_file is missing") }
    return source
  }

  private static func secret(
    _ key: String, of fields: [String: ConfigurationField]
  ) throws(ConfigurationError) -> SecretSource? {
    switch (fields[key], fields[key + "_file"]) {
    case (nil, nil): return nil
    case (let value?, nil): return .value(Secret(try value.nonEmptyText()))
    case (nil, let file?): return .file(try file.nonEmptyText())
    case (_, let file?): throw file.error("stands beside \(key); one of the two is enough")
    }
  }
}
