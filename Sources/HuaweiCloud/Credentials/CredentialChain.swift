/// The provider chain, for a project whose configuration names no credentials: the first step that is present counts.
struct CredentialChain: Sendable {
  enum Step: Int, Sendable, CaseIterable {
    case keys = 1
    case oidc
    case podIdentity
    case profile
    case metadata

    var name: String {
      switch self {
      case .keys: "keys in the environment"
      case .oidc: "OIDC in the environment"
      case .podIdentity: "pod identity"
      case .profile: "profile file"
      case .metadata: "metadata service"
      }
    }
  }

  /// What a step offers, and a description of where it comes from.
  struct Offer: Sendable {
    enum Kind: Sendable {
      case keys(AccessKeys)
      case oidc(identityProviderID: String, idTokenFile: SecretFile)
      case agency(TrustAgency, idTokenFile: SecretFile)
      case podIdentity(url: String, tokenFile: SecretFile)
      case profile(SecretFile)
      case metadata
    }

    var step: Step
    var kind: Kind
    var origin: String
  }

  private struct KeyNames {
    var accessKey: String
    var secretKey: String
    var securityToken: String?

    var all: [String] { [accessKey, secretKey] }
  }

  /// The sets of variables that hold a key; all of a key's variables come from one set.
  private static let keyNames = [
    KeyNames(
      accessKey: "HUAWEICLOUD_SDK_AK", secretKey: "HUAWEICLOUD_SDK_SK",
      securityToken: "HUAWEICLOUD_SDK_SECURITY_TOKEN"),
    KeyNames(accessKey: "CLOUD_SDK_AK", secretKey: "CLOUD_SDK_SK"),
    KeyNames(accessKey: "HW_ACCESS_KEY", secretKey: "HW_SECRET_KEY", securityToken: "HW_SECURITY_TOKEN"),
  ]
  private static let providerNames = ["HUAWEICLOUD_SDK_IDP_ID", "HUAWEICLOUD_SDK_ID_TOKEN_FILE"]
  private static let agencyNames = [
    "HUAWEICLOUD_OIDC_PROVIDER_URN", "HUAWEICLOUD_OIDC_AGENCY_URN", "HUAWEICLOUD_OIDC_TOKEN_FILE",
  ]
  static let podIdentityNames = ["HC_CONTAINER_CREDENTIALS_FULL_URI", "HC_CONTAINER_AUTHORIZATION_TOKEN_FILE"]
  private static let profileName = "HUAWEICLOUD_SDK_CREDENTIALS_FILE"

  let environment: EnvironmentVariables

  /// Returns the first offer that is present; throws `unauthorized` if it is incomplete or can't be right.
  func offer() throws(CloudError) -> Offer {
    if let offer = try variables() { return offer }
    if let offer = try profile() { return offer }
    return Offer(step: .metadata, kind: .metadata, origin: "temporary keys of the server's agency")
  }

  /// Returns the offer of the first step that is given by variables alone; nil if there is none.
  func variables() throws(CloudError) -> Offer? {
    for names in Self.keyNames {
      if let offer = try keys(names) { return offer }
    }
    if let offer = try identityProvider() { return offer }
    if let offer = try agency() { return offer }
    guard let (url, file) = try podIdentity() else { return nil }
    return Offer(
      step: .podIdentity, kind: .podIdentity(url: url, tokenFile: file),
      origin: "pod identity at \(Self.podIdentityNames[0]), token from \(file.key) \(file.path)")
  }

  /// Returns the names of variables that are set for steps after `step`, which are not used.
  func unused(after step: Step) -> [String] {
    let names =
      switch step {
      case .keys: Self.providerNames + Self.agencyNames + Self.podIdentityNames + [Self.profileName]
      case .oidc: Self.podIdentityNames + [Self.profileName]
      case .podIdentity: [Self.profileName]
      case .profile, .metadata: [] as [String]
      }
    return names.filter(environment.isSet)
  }

  /// Returns what the variables of CCE's pod identity name; nil if neither is set.
  func podIdentity() throws(CloudError) -> (url: String, tokenFile: SecretFile)? {
    guard let values = try together(Self.podIdentityNames) else { return nil }
    return (values[0], SecretFile(key: Self.podIdentityNames[1], path: values[1]))
  }

  private func keys(_ names: KeyNames) throws(CloudError) -> Offer? {
    let token = try names.securityToken.flatMap { name throws(CloudError) in try environment.value(of: name) }
    guard let values = try together(names.all) else {
      guard token != nil, let name = names.securityToken else { return nil }
      throw .badCredentials("\(name) is set, but \(names.all.joined(separator: " and ")) are not")
    }
    let keys = AccessKeys(
      accessKey: values[0], secretKey: Secret(values[1]), securityToken: token.map(Secret.init))
    try keys.check(named: (names.accessKey, names.secretKey))
    var origin = "access key from \(names.accessKey), secret key from \(names.secretKey)"
    if token != nil, let name = names.securityToken { origin += ", security token from \(name)" }
    return Offer(step: .keys, kind: .keys(keys), origin: origin)
  }

  private func identityProvider() throws(CloudError) -> Offer? {
    guard let values = try together(Self.providerNames) else { return nil }
    let file = SecretFile(key: Self.providerNames[1], path: values[1])
    return Offer(
      step: .oidc, kind: .oidc(identityProviderID: values[0], idTokenFile: file),
      origin: "identity provider from \(Self.providerNames[0]), id token from \(file.key) \(file.path)")
  }

  private func agency() throws(CloudError) -> Offer? {
    guard let values = try together(Self.agencyNames) else { return nil }
    var agency = TrustAgency(providerURN: values[0], agencyURN: values[1])
    if let name = try environment.value(of: "HUAWEICLOUD_OIDC_SESSION_NAME") { agency.sessionName = name }
    let durationName = "HUAWEICLOUD_OIDC_DURATION_SECONDS"
    if let text = try environment.value(of: durationName) {
      guard let seconds = Int32(text), TrustAgency.durations.contains(.seconds(seconds)) else {
        throw .badCredentials("\(durationName) must be a number of seconds from 900 to 43200")
      }
      agency.duration = .seconds(seconds)
    }
    let file = SecretFile(key: Self.agencyNames[2], path: values[2])
    return Offer(
      step: .oidc, kind: .agency(agency, idTokenFile: file),
      origin: "agency from \(Self.agencyNames[1]), identity provider from \(Self.agencyNames[0]), id token from "
        + "\(file.key) \(file.path)")
  }

  private func profile() throws(CloudError) -> Offer? {
    if let path = try environment.value(of: Self.profileName, as: .line) {
      return profile(SecretFile(key: Self.profileName, path: path))
    }
    guard let home = try environment.value(of: "HOME", as: .line) else { return nil }
    let file = SecretFile(key: "profile file", path: home + "/.huaweicloud/credentials")
    // A file that nobody named may be absent; one that is there must be right.
    return file.isThere ? profile(file) : nil
  }

  private func profile(_ file: SecretFile) -> Offer {
    Offer(step: .profile, kind: .profile(file), origin: "\(file.key) \(file.path)")
  }

  /// Returns the values of variables that are valid only together (`…_FILE` are paths); nil if none is set.
  private func together(_ names: [String]) throws(CloudError) -> [String]? {
    let missing = names.filter { !environment.isSet($0) }
    guard missing.count < names.count else { return nil }
    guard missing.isEmpty else {
      let set = names.filter { !missing.contains($0) }
      throw .badCredentials("\(Self.list(set)) set, but \(Self.list(missing)) not")
    }
    var values: [String] = []
    for name in names {
      if let value = try environment.value(of: name, as: name.hasSuffix("_FILE") ? .line : .word) {
        values.append(value)
      }
    }
    return values
  }

  private static func list(_ names: [String]) -> String {
    names.joined(separator: " and ") + (names.count == 1 ? " is" : " are")
  }
}
