/// The vendor's profile file, `~/.huaweicloud/credentials`: INI with a section `[basic]`, or `[basiccredentials]` as its
/// command line tools write it.
struct CredentialProfile: Sendable, Equatable {
  enum Content: Sendable, Equatable {
    case keys(AccessKeys)
    case oidc(identityProviderID: String, idTokenFile: String)
  }

  var content: Content

  /// Throws `unauthorized`, naming the file and what is missing in it.
  init(parsing text: String, file: SecretFile) throws(CloudError) {
    if text.unicodeScalars.first == "\u{FEFF}" {
      throw .badCredentials("\(file.key) \(file.path) begins with a byte order mark: save it without one")
    }
    let fields = Self.fields(of: text)
    guard let fields else { throw .badCredentials("\(file.key) \(file.path) has no section [basic]") }
    func field(_ names: String...) -> String? {
      names.lazy.compactMap { fields[$0] }.first { !$0.isEmpty }
    }
    if let provider = field("idp_id"), let tokenFile = field("id_token_file") {
      content = .oidc(identityProviderID: provider, idTokenFile: tokenFile)
      return
    }
    guard let accessKey = field("ak", "access_key") else {
      throw .badCredentials("\(file.key) \(file.path) has no ak in its section [basic]")
    }
    guard let secretKey = field("sk", "secret_key") else {
      throw .badCredentials("\(file.key) \(file.path) has no sk in its section [basic]")
    }
    func checked(_ text: String, _ name: String) throws(CloudError) -> String {
      try SecretReader.checked(text, key: "\(name) of \(file.key) \(file.path)")
    }
    let keys = AccessKeys(
      accessKey: try checked(accessKey, "ak"), secretKey: Secret(try checked(secretKey, "sk")),
      securityToken: try field("security_token").map { token throws(CloudError) in
        Secret(try checked(token, "security_token"))
      })
    try keys.check(named: ("ak", "sk of \(file.key) \(file.path)"))
    content = .keys(keys)
  }

  private static func fields(of text: String) -> [String: String]? {
    var fields: [String: String]?
    var isInSection = false
    for line in text.split(whereSeparator: \.isNewline) {
      let line = String(line).trimmed
      if line.isEmpty || line.hasPrefix("#") || line.hasPrefix(";") { continue }
      if line.hasPrefix("["), line.hasSuffix("]") {
        let name = line.dropFirst().dropLast().lowercased().trimmed
        isInSection = name == "basic" || name == "basiccredentials"
        if isInSection, fields == nil { fields = [:] }
      } else if isInSection, let divider = line.firstIndex(where: { $0 == "=" || $0 == ":" }) {
        let key = line[..<divider].lowercased().trimmed
        fields?[key] = String(line[line.index(after: divider)...]).trimmed
      }
    }
    return fields
  }
}
