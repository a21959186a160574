import HuaweiCloud
import System

/// Whom the simulated cloud lets in.
package enum Authentication: Sendable {
  /// Everybody, unchecked: for measurements.
  case none
  case required(Accounts)
}

/// The identities that exist, and for how long what they are given is good.
package struct Accounts: Sendable {
  package var keys: [SimulatedKey]
  package var users: [SimulatedUser]
  /// Ready tokens, with the project each is scoped to; nil for any.
  package var tokens: [String: String?]
  /// Identity providers by id, with the id tokens that each accepts now.
  package var identityProviders: [String: Set<String>]
  /// Agencies that trust an identity provider of the new IAM.
  package var agencies: [SimulatedAgency] = []
  /// Tokens of service accounts that the Pod identity of CCE accepts, with whether an agency is associated with each.
  package var podTokens: [String: Bool] = [:]
  package var metadata = MetadataService()
  /// Of the tokens that are issued.
  package var tokenLifetime: Duration = .seconds(24 * 3600)
  /// Of temporary keys; nil gives what the request asks for, or 15 minutes.
  package var keyLifetime: Duration?
  /// Issued tokens have at least this many characters (the real ones have up to 100,000).
  package var tokenLength = 64

  package init(
    keys: [SimulatedKey] = [], users: [SimulatedUser] = [], tokens: [String: String?] = [:],
    identityProviders: [String: Set<String>] = [:]
  ) {
    self.keys = keys
    self.users = users
    self.tokens = tokens
    self.identityProviders = identityProviders
  }
}

/// An access key, permanent or temporary.
package struct SimulatedKey: Sendable, Hashable {
  package var accessKey: String
  package var secretKey: Secret
  /// Where set, requests must carry it as `X-Security-Token`.
  package var securityToken: String?
  package var expiresAt: Timestamp?

  package init(accessKey: String, secretKey: Secret, securityToken: String? = nil, expiresAt: Timestamp? = nil) {
    self.accessKey = accessKey
    self.secretKey = secretKey
    self.securityToken = securityToken
    self.expiresAt = expiresAt
  }
}

/// A user of IAM.
package struct SimulatedUser: Sendable, Hashable {
  package var domainName: String
  package var name: String
  package var password: Secret

  package init(domainName: String, name: String, password: Secret) {
    self.domainName = domainName
    self.name = name
    self.password = password
  }
}

/// An agency whose trust policy names an identity provider.
package struct SimulatedAgency: Sendable, Hashable {
  package var urn: String
  package var providerURN: String
  /// The id tokens that the provider vouches for now, with whether the agency's conditions let each in.
  package var idTokens: [String: Bool]
  package var longestSession: Duration = .seconds(3600)

  package init(urn: String, providerURN: String, idTokens: [String: Bool]) {
    self.urn = urn
    self.providerURN = providerURN
    self.idTokens = idTokens
  }
}

/// The metadata service of a server.
///
/// A fault of `CreateMetadataToken` resets the request for a token, or leaves it without an answer; keys are given without
/// one where `tokenRefusal` is set.
package struct MetadataService: Sendable, Hashable {
  /// The status that the request for a token is refused with; keys are then given without one.
  package var tokenRefusal: Int?
  /// Without an agency there are no keys.
  package var hasAgency = true
  package var keyLifetime: Duration = .seconds(6 * 3600)
  /// How long the same keys are handed out; zero gives new ones each time.
  package var keyRotation: Duration = .zero

  package init(tokenRefusal: Int? = nil, hasAgency: Bool = true, keyLifetime: Duration = .seconds(6 * 3600)) {
    self.tokenRefusal = tokenRefusal
    self.hasAgency = hasAgency
    self.keyLifetime = keyLifetime
  }
}
