import System

/// The proof with which a request authenticates.
enum Credential: Sendable, Hashable {
  case keys(AccessKeys)
  /// The value of `X-Auth-Token`.
  case token(Secret)

  /// The texts that must never be shown.
  var secrets: [Secret] {
    switch self {
    case .token(let token): [token]
    case .keys(let keys): [keys.secretKey, Secret(keys.accessKey)] + (keys.securityToken.map { [$0] } ?? [])
    }
  }
}

/// An access key with its secret; temporary ones have a security token too.
struct AccessKeys: Sendable, Hashable {
  var accessKey: String
  var secretKey: Secret
  var securityToken: Secret?

  /// Throws `unauthorized` if the two have each other's length: the cloud counts each attempt with a wrong key.
  func check(named names: (accessKey: String, secretKey: String)) throws(CloudError) {
    guard accessKey.utf8.count == 40, secretKey.value.utf8.count == 20 else { return }
    throw .badCredentials(
      "\(names.accessKey) and \(names.secretKey) are in each other's place: an access key has 20 characters, a secret "
        + "key 40")
  }
}

extension AccessKeys: CustomStringConvertible, CustomReflectable {
  var description: String { "access key ***" }
  var customMirror: Mirror { Mirror(self, children: []) }
}

/// A credential with its end and the project it is for, as far as they are known.
struct IssuedCredential: Sendable, Hashable {
  var credential: Credential
  var expiresAt: Timestamp?
  /// The project that a token is for, if the answer named it.
  var projectID: String?
}
