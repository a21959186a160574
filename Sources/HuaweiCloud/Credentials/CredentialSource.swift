/// How a project proves who it is: one row of the configuration's `credentials`.
package enum CredentialSource: Sendable, Hashable {
  case keys(accessKey: SecretSource, secretKey: SecretSource, securityToken: SecretSource?)
  case iamUser(domainName: String, userName: String, password: SecretSource)
  case token(SecretSource)
  /// An id token is exchanged through IAM.
  case oidc(identityProviderID: String, idTokenFile: String)
  /// An id token is exchanged through STS.
  case agency(TrustAgency, idTokenFile: String)
  /// Nil takes what the environment names, as CCE sets it.
  case podIdentity(PodIdentity?)
  case metadata
  /// The first that is there: see `CredentialChain`.
  case chain
}

/// An agency that trusts an OIDC identity provider of the new IAM.
package struct TrustAgency: Sendable, Hashable {
  package var providerURN: String
  package var agencyURN: String
  /// What the cloud's audit log shows.
  package var sessionName = "huaweicloud-artifact-exporter"
  /// Asked for; the agency's own maximum may be shorter.
  package var duration: Duration = .seconds(3600)

  package static let durations: ClosedRange<Duration> = .seconds(900)...(.seconds(43_200))

  package init(providerURN: String, agencyURN: String) {
    self.providerURN = providerURN
    self.agencyURN = agencyURN
  }
}

/// Where CCE's pod identity is asked, and the file with the token of the Pod's service account.
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

/// Where a secret comes from.
package enum SecretSource: Sendable, Hashable {
  case value(Secret)
  /// The configuration names the variable, whose value was this when it was read.
  case variable(String, Secret)
  /// Read again when the file changes; white space around the text is not part of it.
  case file(String)
}
