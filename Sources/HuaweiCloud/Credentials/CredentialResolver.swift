/// Finds out what a project's `CredentialSource` comes down to now: in values, files, and the environment.
struct CredentialResolver: Sendable {
  let source: CredentialSource
  let environment: [String: String]
  let reader: SecretReader

  /// Throws `unauthorized` in words that name what is missing. `isForced` reads files again at once.
  func plan(isForced: Bool = false) throws(CloudError) -> CredentialPlan {
    switch source {
    case .keys(let accessKey, let secretKey, let securityToken):
      var sources = [(key: "access_key", source: accessKey), (key: "secret_key", source: secretKey)]
      if let securityToken { sources.append((key: "security_token", source: securityToken)) }
      return .ready(.keys(try keys(from: reader.secrets(sources, isForced: isForced))))
    case .token(let token):
      return .ready(.token(try reader.secrets([(key: "token", source: token)], isForced: isForced)[0]))
    case .iamUser(let domainName, let userName, let password):
      if domainName.isEmpty { throw .badCredentials("iam_user.domain_name is empty") }
      if userName.isEmpty { throw .badCredentials("iam_user.user_name is empty") }
      let secrets = try reader.secrets([(key: "iam_user.password", source: password)], isForced: isForced)
      return .exchange(.password(domainName: domainName, userName: userName, password: secrets[0]))
    case .oidc(let identityProviderID, let file):
      let file = SecretFile(key: "oidc.id_token_file", path: file)
      return try oidcPlan(identityProviderID, file: file, isForced: isForced)
    case .metadata:
      return .exchange(.metadata)
    case .chain:
      return try chainPlan(isForced: isForced)
    }
  }

  private func keys(from secrets: [Secret]) -> AccessKeys {
    AccessKeys(
      accessKey: secrets[0].value, secretKey: secrets[1], securityToken: secrets.count > 2 ? secrets[2] : nil)
  }

  private func oidcPlan(
    _ identityProviderID: String, file: SecretFile, isForced: Bool
  ) throws(CloudError) -> CredentialPlan {
    _ = try SecretReader.checked(identityProviderID, key: "oidc.idp_id")
    let text = try reader.texts(of: [file], isForced: isForced)[0]
    let token = Secret(try SecretReader.checked(text, key: file.key))
    return .exchange(.idToken(identityProviderID: identityProviderID, idToken: token))
  }

  /// Environment keys, environment OIDC, profile file, metadata service: the first that is there.
  private func chainPlan(isForced: Bool) throws(CloudError) -> CredentialPlan {
    for names in Self.keyVariables {
      if let keys = try environmentKeys(names) { return .ready(.keys(keys)) }
    }
    let provider = value("HUAWEICLOUD_SDK_IDP_ID")
    let tokenFile = value("HUAWEICLOUD_SDK_ID_TOKEN_FILE")
    switch (provider, tokenFile) {
    case (let provider?, let tokenFile?):
      let file = SecretFile(key: "HUAWEICLOUD_SDK_ID_TOKEN_FILE", path: tokenFile)
      return try oidcPlan(provider, file: file, isForced: isForced)
    case (nil, _?):
      throw .badCredentials("HUAWEICLOUD_SDK_ID_TOKEN_FILE is set, but HUAWEICLOUD_SDK_IDP_ID is not")
    case (_?, nil):
      throw .badCredentials("HUAWEICLOUD_SDK_IDP_ID is set, but HUAWEICLOUD_SDK_ID_TOKEN_FILE is not")
    case (nil, nil): break
    }
    if let plan = try profilePlan(isForced: isForced) { return plan }
    return .exchange(.metadata)
  }

  /// Access key, secret key, security token; the second and third never come from another set.
  private static let keyVariables: [(accessKey: String, secretKey: String, securityToken: String?)] = [
    ("HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", "HUAWEICLOUD_SDK_SECURITY_TOKEN"),
    ("CLOUD_SDK_AK", "CLOUD_SDK_SK", nil),
    ("HW_ACCESS_KEY", "HW_SECRET_KEY", "HW_SECURITY_TOKEN"),
  ]

  private func environmentKeys(
    _ names: (accessKey: String, secretKey: String, securityToken: String?)
  ) throws(CloudError) -> AccessKeys? {
    switch (value(names.accessKey), value(names.secretKey)) {
    case (nil, nil): return nil
    case (_?, nil): throw .badCredentials("\(names.accessKey) is set, but \(names.secretKey) is not")
    case (nil, _?): throw .badCredentials("\(names.secretKey) is set, but \(names.accessKey) is not")
    case (let accessKey?, let secretKey?):
      let token = names.securityToken.flatMap(value)
      return AccessKeys(
        accessKey: try SecretReader.checked(accessKey, key: names.accessKey),
        secretKey: Secret(try SecretReader.checked(secretKey, key: names.secretKey)),
        securityToken: try token.map { token throws(CloudError) in
          Secret(try SecretReader.checked(token, key: names.securityToken ?? ""))
        })
    }
  }

  /// A variable that is set and not empty, white space around it removed.
  private func value(_ name: String) -> String? {
    let text = environment[name]?.trimmingCharacters(while: \.isWhitespace) ?? ""
    return text.isEmpty ? nil : text
  }

  private func profilePlan(isForced: Bool) throws(CloudError) -> CredentialPlan? {
    let named = value("HUAWEICLOUD_SDK_CREDENTIALS_FILE")
    guard let path = named ?? value("HOME").map({ $0 + "/.huaweicloud/credentials" }) else { return nil }
    let file = SecretFile(key: named == nil ? "profile file" : "HUAWEICLOUD_SDK_CREDENTIALS_FILE", path: path)
    // A file that nobody named may be absent; one that is there must be right.
    if named == nil, !file.isThere { return nil }
    let profile = try CredentialProfile(parsing: reader.texts(of: [file], isForced: isForced)[0], file: file)
    switch profile.content {
    case .keys(let keys): return .ready(.keys(keys))
    case .oidc(let provider, let tokenFile):
      return try oidcPlan(
        provider, file: SecretFile(key: "id_token_file of \(path)", path: tokenFile), isForced: isForced)
    }
  }
}
