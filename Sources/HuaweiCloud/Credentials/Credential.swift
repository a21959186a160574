/// What a request proves itself with.
enum Credential: Sendable, Hashable {
  case keys(AccessKeys)
  /// A ready `X-Auth-Token`.
  case token(Secret)
}

/// An access key with its secret; temporary ones have a security token too.
struct AccessKeys: Sendable, Hashable {
  var accessKey: String
  var secretKey: Secret
  var securityToken: Secret?
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
