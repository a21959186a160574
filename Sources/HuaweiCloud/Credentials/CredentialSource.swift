/// The way a project authenticates: one row of the configuration's `credentials`.
package enum CredentialSource: Sendable, Hashable {
  case keys(accessKey: SecretSource, secretKey: SecretSource, securityToken: SecretSource?)
  case iamUser(domainName: String, userName: String, password: SecretSource)
  case token(SecretSource)
  /// An id token is exchanged through IAM.
  case oidc(identityProviderID: String, idTokenFile: String)
  /// An id token is exchanged through STS.
  case agency(TrustAgency, idTokenFile: String)
  /// Nil stands for the address and token file that CCE sets in the environment.
  case podIdentity(PodIdentity?)
  case metadata
  /// The first source that is present: see `CredentialChain`.
  case chain
}

/// An agency that trusts an OIDC identity provider of the new IAM.
package struct TrustAgency: Sendable, Hashable {
  package var providerURN: String
  package var agencyURN: String
  /// The name that the cloud's audit log shows.
  package var sessionName = "huaweicloud-artifact-exporter"
  /// The requested life of the keys; the agency's own maximum may be shorter.
  package var duration: Duration = .seconds(3600)

  package static let durations: ClosedRange<Duration> = .seconds(900)...(.seconds(43_200))

  package init(providerURN: String, agencyURN: String) {
    self.providerURN = providerURN
    self.agencyURN = agencyURN
  }
}

/// The address of CCE's pod identity, and the file with the token of the Pod's service account.
package struct PodIdentity: Sendable, Hashable {
  package var url: String
  package var tokenFile: String

  package init(url: String, tokenFile: String) {
    self.url = url
    self.tokenFile = tokenFile
  }
}

/// A text that must never be shown: printing, interpolating or dumping it gives `***`.
package struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package let value: String

  package init(_ value: String) { self.value = value }

  package var description: String { "***" }
  package var debugDescription: String { "***" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// The source of a secret.
package enum SecretSource: Sendable, Hashable {
  case value(Secret)
  /// The variable that the configuration names, and the value that it had when the configuration was read.
  case variable(String, Secret)
  /// The path of a file, which is read again from time to time; white space around its text is not part of the secret.
  case file(String)
}
