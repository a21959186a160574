import Logging
import System

/// A resolver that finds out what a project's `CredentialSource` means now, from values, files and the environment.
struct CredentialResolver: Sendable {
  let source: CredentialSource
  let environment: EnvironmentVariables
  let reader: SecretReader

  /// Whether the plan depends on files, which may change or appear later.
  var readsFiles: Bool {
    switch source {
    case .keys(let accessKey, let secretKey, let securityToken):
      [accessKey, secretKey, securityToken].contains { $0?.isFile ?? false }
    case .iamUser(_, _, let password): password.isFile
    case .token(let token): token.isFile
    case .metadata: false
    case .oidc, .agency, .podIdentity, .chain: true
    }
  }

  /// Reads the files, which may block, and returns the plan.
  ///
  /// Throws `unauthorized`, naming what is missing, or `timeout` if a file can't be read in time.
  func plan() throws(CloudError) -> CredentialPlan {
    switch source {
    case .keys(let accessKey, let secretKey, let securityToken):
      var sources = [(key: "access_key", source: accessKey), (key: "secret_key", source: secretKey)]
      if let securityToken { sources.append((key: "security_token", source: securityToken)) }
      let secrets = try reader.secrets(sources)
      let keys = AccessKeys(
        accessKey: secrets[0].value, secretKey: secrets[1], securityToken: secrets.count > 2 ? secrets[2] : nil)
      try keys.check(named: ("access_key", "secret_key"))
      return .ready(.keys(keys))
    case .token(let token):
      return .ready(.token(try reader.secrets([(key: "token", source: token)])[0]))
    case .iamUser(let domainName, let userName, let password):
      _ = try SecretReader.checked(domainName, key: "iam_user.domain_name", as: .line)
      _ = try SecretReader.checked(userName, key: "iam_user.user_name", as: .line)
      let secrets = try reader.secrets(
        [(key: "iam_user.password", source: password)], as: .line)
      return .exchange(.password(domainName: domainName, userName: userName, password: secrets[0]))
    case .oidc(let identityProviderID, let file):
      _ = try SecretReader.checked(identityProviderID, key: "oidc.idp_id")
      let token = try reader.secret(in: SecretFile(key: "oidc.id_token_file", path: file))
      return .exchange(.idToken(identityProviderID: identityProviderID, idToken: token))
    case .agency(let agency, let file):
      let token = try reader.secret(in: SecretFile(key: "oidc.id_token_file", path: file))
      return .exchange(.agency(agency, idToken: token))
    case .podIdentity(let pod?):
      let file = SecretFile(key: "pod_identity.token_file", path: pod.tokenFile)
      return .exchange(.podIdentity(url: pod.url, token: try reader.secret(in: file)))
    case .podIdentity(nil):
      let pod = try podOfEnvironment()
      return .exchange(.podIdentity(url: pod.url, token: try reader.secret(in: pod.tokenFile)))
    case .metadata:
      return .exchange(.metadata)
    case .chain:
      return try plan(of: CredentialChain(environment: environment).offer())
    }
  }

  private func plan(of offer: CredentialChain.Offer) throws(CloudError) -> CredentialPlan {
    switch offer.kind {
    case .keys(let keys): return .ready(.keys(keys))
    case .oidc(let identityProviderID, let file):
      let token = try reader.secret(in: file)
      return .exchange(.idToken(identityProviderID: identityProviderID, idToken: token))
    case .agency(let agency, let file):
      return .exchange(.agency(agency, idToken: try reader.secret(in: file)))
    case .podIdentity(let url, let file):
      return .exchange(.podIdentity(url: url, token: try reader.secret(in: file)))
    case .profile(let file):
      let profile = try CredentialProfile(parsing: reader.texts(of: [file])[0], file: file)
      switch profile.content {
      case .keys(let keys): return .ready(.keys(keys))
      case .oidc(let provider, let tokenFile):
        let tokenFile = SecretFile(key: "id_token_file of \(file.path)", path: tokenFile)
        let token = try reader.secret(in: tokenFile)
        return .exchange(.idToken(identityProviderID: provider, idToken: token))
      }
    case .metadata: return .exchange(.metadata)
    }
  }

  /// Returns the pod identity that the environment names, which is what `pod_identity: {}` stands for.
  fileprivate func podOfEnvironment() throws(CloudError) -> (url: String, tokenFile: SecretFile) {
    guard let pod = try CredentialChain(environment: environment).podIdentity() else {
      let names = CredentialChain.podIdentityNames.joined(separator: " and ")
      throw .badCredentials(
        "pod_identity: \(names) are not set: associate an agency with the Pod's service account, then start the Pod anew"
      )
    }
    return pod
  }

  /// Whether the process runs in a Pod.
  var isInPod: Bool { environment.isSet("KUBERNETES_SERVICE_HOST") }
}

/// A description for people of where a project's credential comes from; it never holds a character of it.
package struct CredentialOrigin: Sendable, Equatable {
  /// The variables, files and configuration keys that the credential comes from.
  package var words: String
  /// The step of the chain, such as `step 1 of 5 of the chain: keys in the environment`; nil without the chain.
  package var step: String?
  /// The variables that are set but belong to later steps of the chain.
  package var unused: [String] = []
  /// Why the credential can't be used: what is missing or can't be right; nil if nothing is.
  package var problem: String?
}

extension CredentialSource {
  /// Finds out where the credential comes from and reads its files, but sends no request.
  package func origin(in environment: [String: String]) -> CredentialOrigin {
    let variables = EnvironmentVariables(environment)
    let log = Logger(label: "") { _ in SwiftLogNoOpLogHandler() }
    let resolver = CredentialResolver(
      source: self, environment: variables, reader: SecretReader(time: .system, log: log))
    var origin = CredentialOrigin(words: words)
    do throws(CloudError) {
      if self == .chain {
        let chain = CredentialChain(environment: variables)
        let offer = try chain.offer()
        let count = CredentialChain.Step.allCases.count
        origin.words = offer.origin
        origin.step = "step \(offer.step.rawValue) of \(count) of the chain: \(offer.step.name)"
        origin.unused = chain.unused(after: offer.step)
      }
      _ = try resolver.plan()
    } catch {
      origin.problem = error.message
    }
    return origin
  }

  /// Throws `unauthorized` if a variable that the credential depends on is missing or can't be right.
  package func checkVariables(of environment: [String: String]) throws(CloudError) {
    let variables = EnvironmentVariables(environment)
    switch self {
    case .chain: _ = try CredentialChain(environment: variables).variables()
    case .podIdentity(nil):
      let reader = SecretReader(time: .system, log: Logger(label: "") { _ in SwiftLogNoOpLogHandler() })
      _ = try CredentialResolver(source: self, environment: variables, reader: reader).podOfEnvironment()
    default: break
    }
  }

  private var words: String {
    switch self {
    case .keys(let accessKey, let secretKey, let token):
      "access key \(accessKey.words), secret key \(secretKey.words)"
        + (token.map { ", security token \($0.words)" } ?? "")
    case .iamUser(let domain, let user, let password): "IAM user \(user) of \(domain), password \(password.words)"
    case .token(let source): "token \(source.words)"
    case .oidc(let provider, let file): "identity provider \(provider), id token from \(file)"
    case .agency(let agency, let file):
      "agency \(agency.agencyURN), identity provider \(agency.providerURN), id token from \(file)"
    case .podIdentity(let pod?): "pod identity at the configured URL, token from \(pod.tokenFile)"
    case .podIdentity(nil): "pod identity as \(CredentialChain.podIdentityNames.joined(separator: " and ")) name it"
    case .metadata: "temporary keys of the server's agency"
    case .chain: "provider chain"
    }
  }
}

extension SecretSource {
  fileprivate var isFile: Bool { if case .file = self { true } else { false } }

  fileprivate var words: String {
    switch self {
    case .value(let secret): "\(secret) in the configuration"
    case .variable(let name, _): "from ${\(name)}"
    case .file(let path): "from \(path)"
    }
  }
}

/// What a `CredentialSource` means once the environment and the files have been read.
enum CredentialPlan: Sendable, Hashable {
  /// The credential itself.
  case ready(Credential)
  /// The credential must be requested in exchange for a proof.
  case exchange(CredentialExchange)
}

extension CloudError {
  /// The error for a wrong or incomplete credential, which the operator must correct.
  static func badCredentials(_ message: String) -> CloudError { CloudError(.unauthorized, message: message) }
}

/// The vendor's profile file, `~/.huaweicloud/credentials`: INI with a section `[basic]`, or `[basiccredentials]` as
/// its command line tools write it.
struct CredentialProfile: Sendable, Equatable {
  enum Content: Sendable, Equatable {
    case keys(AccessKeys)
    case oidc(identityProviderID: String, idTokenFile: String)
  }

  var content: Content

  /// Parses the file; throws `unauthorized`, naming the file and what is missing in it.
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
