import HuaweiCloud
import System

/// The authentication that the simulated cloud requires.
package enum Authentication: Sendable {
  /// Requests are not checked: for measurements.
  case none
  case required(Accounts)
}

/// The identities that exist, and the lifetimes of the tokens and keys that they are given.
package struct Accounts: Sendable {
  package var keys: [SimulatedKey]
  package var users: [SimulatedUser]
  /// The tokens that are valid from the start, with the project that each is scoped to; nil for any.
  package var tokens: [String: String?]
  /// The identity providers by id, with the id tokens that each accepts now.
  package var identityProviders: [String: Set<String>]
  /// The agencies that trust an identity provider of the new IAM.
  package var agencies: [SimulatedAgency] = []
  /// The tokens of service accounts that the Pod identity of CCE accepts, each with whether it has an agency.
  package var podTokens: [String: Bool] = [:]
  package var metadata = MetadataService()
  /// The lifetime of issued tokens.
  package var tokenLifetime: Duration = .seconds(24 * 3600)
  /// The lifetime of temporary keys, except for those of the metadata service; nil gives what the request asks for, or
  /// else 15 minutes (IAM) or an hour (STS, Pod identity).
  package var keyLifetime: Duration?
  /// The minimum length of issued tokens in characters (real ones have up to 100,000).
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
  /// The security token, which requests must carry as `X-Security-Token` if it is set.
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
  /// The id tokens that the provider vouches for now, each with whether the agency's conditions let it in.
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
/// A fault of `CreateMetadataToken` resets the request for a token, or leaves it without an answer.
package struct MetadataService: Sendable, Hashable {
  /// The status that the request for a token is refused with, if any; keys are then given without a token.
  package var tokenRefusal: Int?
  /// Whether the server has an agency; without one there are no keys.
  package var hasAgency = true
  package var keyLifetime: Duration = .seconds(6 * 3600)
  /// The time for which the same key is handed out; zero gives a new one each time.
  package var keyRotation: Duration = .zero

  package init(tokenRefusal: Int? = nil, hasAgency: Bool = true, keyLifetime: Duration = .seconds(6 * 3600)) {
    self.tokenRefusal = tokenRefusal
    self.hasAgency = hasAgency
    self.keyLifetime = keyLifetime
  }
}
