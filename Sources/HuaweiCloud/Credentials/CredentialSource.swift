/// How a project proves who it is: one row of the configuration's `credentials`.
package enum CredentialSource: Sendable, Hashable {
  case keys(accessKey: SecretSource, secretKey: SecretSource, securityToken: SecretSource?)
  case iamUser(domainName: String, userName: String, password: SecretSource)
  case token(SecretSource)
  case oidc(identityProviderID: String, idTokenFile: String)
  case metadata
  /// The first that is there: environment, environment OIDC, profile file, metadata service.
  case chain
}
