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
    content = .keys(
      AccessKeys(
        accessKey: accessKey, secretKey: Secret(secretKey), securityToken: field("security_token").map(Secret.init)))
  }

  private static func fields(of text: String) -> [String: String]? {
    var fields: [String: String]?
    var isInSection = false
    for line in text.split(whereSeparator: \.isNewline) {
      let line = String(line).trimmingCharacters(while: \.isWhitespace)
      if line.isEmpty || line.hasPrefix("#") || line.hasPrefix(";") { continue }
      if line.hasPrefix("["), line.hasSuffix("]") {
        let name = line.dropFirst().dropLast().lowercased().trimmingCharacters(while: \.isWhitespace)
        isInSection = name == "basic" || name == "basiccredentials"
        if isInSection, fields == nil { fields = [:] }
      } else if isInSection, let divider = line.firstIndex(where: { $0 == "=" || $0 == ":" }) {
        let key = line[..<divider].lowercased().trimmingCharacters(while: \.isWhitespace)
        fields?[key] = String(line[line.index(after: divider)...]).trimmingCharacters(while: \.isWhitespace)
      }
    }
    return fields
  }
}
