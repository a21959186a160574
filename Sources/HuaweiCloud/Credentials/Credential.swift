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
