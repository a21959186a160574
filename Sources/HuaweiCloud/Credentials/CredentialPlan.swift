/// What a `CredentialSource` comes down to once environment and files have been read.
enum CredentialPlan: Sendable, Hashable {
  /// There it is.
  case ready(Credential)
  /// It must be asked for.
  case exchange(CredentialExchange)
}

/// A proof that is exchanged for a token or temporary keys.
enum CredentialExchange: Sendable, Hashable {
  case password(domainName: String, userName: String, password: Secret)
  case idToken(identityProviderID: String, idToken: Secret)
  case agency(TrustAgency, idToken: Secret)
  case podIdentity(url: String, token: Secret)
  case metadata
}

extension CloudError {
  /// A credential that is wrong or half given: the operator's to mend.
  static func badCredentials(_ message: String) -> CloudError { CloudError(.unauthorized, message: message) }
}
