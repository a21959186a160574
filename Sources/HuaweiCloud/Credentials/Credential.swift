import System

/// What a request proves itself with.
enum Credential: Sendable, Hashable {
  case keys(AccessKeys)
  /// A ready `X-Auth-Token`.
  case token(Secret)

  /// What must be shown to nobody.
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

  /// Throws `unauthorized` where the two have each other's length: with a wrong key each attempt counts against it.
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

/// A credential as it was handed out.
struct IssuedCredential: Sendable, Hashable {
  var credential: Credential
  var expiresAt: Timestamp?
  /// The project that a token is for, where the answer named it.
  var projectID: String?
}
