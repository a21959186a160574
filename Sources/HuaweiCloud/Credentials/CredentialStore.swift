import Logging
import System

/// Hands out the credential of one project, and renews it for all who wait.
final class CredentialStore: Sendable {
  /// A credential, the holder whose breaker guards its requests (nil for tokens), and the uptime at which its use ends.
  struct HandedOut: Sendable {
    var issued: IssuedCredential
    var holder: AccessKeyBreakers.Holder?
    var end: Duration?
  }

  /// The least time between two readings of the files.
  static let readingInterval: Duration = .seconds(2)

  private let resolver: CredentialResolver
  /// The plan according to the files as they are now; nil if the source names none.
  private let filePlan: FileValue<CredentialPlan, CloudError>?
  private let observer: RequestObserver
  /// The credential that was received in exchange for a proof.
  private let exchanged: SingleFlight<IssuedCredential>
  /// Protects the credential that was handed out last, whose end the observer was told.
  private let last = Locked<HandedOut?>(nil)

  init(
    source: CredentialSource, environment: [String: String], time: TimeSource, observer: RequestObserver, log: Logger
  ) {
    resolver = CredentialResolver(
      source: source, environment: EnvironmentVariables(environment), reader: SecretReader(time: time, log: log))
    filePlan =
      resolver.readsFiles
      ? FileValue(
        every: Self.readingInterval, uptime: time.uptime,
        tookTooLong: CloudError(
          .timeout,
          message: "the files of the credentials gave nothing within \(FileSystem.patience.components.seconds) s")
      ) { [resolver] in
        Result { () throws(CloudError) in try resolver.plan() }
      } : nil
    self.observer = observer
    exchanged = SingleFlight(
      time: time, expiry: { $0.expiresAt },
      stillInUse: { error in
        log.warning("cannot renew the credentials, the present ones stay in use: \(error.message)")
      })
  }

  /// Returns the credential to use now.
  func current(for client: CloudClient) async throws(CloudError) -> HandedOut {
    let issued: IssuedCredential
    var end: Duration?
    switch try await plan() {
    case .ready(let credential): issued = IssuedCredential(credential: credential)
    case .exchange(let exchange):
      let held = try await renewed(exchange, for: client)
      issued = held.value
      end = held.end
    }
    let known = last.withLock { $0 }
    var handedOut = HandedOut(issued: issued, end: end)
    if let known, known.issued == issued {
      handedOut.holder = known.holder
    } else if case .keys(let keys) = issued.credential {
      handedOut.holder = AccessKeyBreakers.Holder(keys)
    }
    let isNew = last.withLock { [handedOut] last in
      defer { last = handedOut }
      return last?.issued != issued
    }
    if isNew { observer.credentialsExpire(issued.expiresAt) }
    return handedOut
  }

  private func plan(isFresh: Bool = false) async throws(CloudError) -> CredentialPlan {
    guard let filePlan else { return try resolver.plan() }
    return try await isFresh ? filePlan.freshValue() : filePlan.value()
  }

  func wasAccepted(_ issued: IssuedCredential) { exchanged.wasAccepted(issued) }

  /// Returns whether there is another credential than the refused `issued`: a file has changed, or a renewal may help.
  func hasReplacement(for issued: IssuedCredential, client: CloudClient) async -> Bool {
    do throws(CloudError) {
      switch try await plan(isFresh: true) {
      case .ready(let credential): return credential != issued.credential
      case .exchange(let exchange):
        guard exchanged.wasRefused(issued) else { return false }
        return try await renewed(exchange, for: client).value.credential != issued.credential
      }
    } catch {
      // The next attempt meets the same error, which says more than the refusal; but if the files could not be read in
      // time, it would use the same credential again.
      return error.reason != .timeout
    }
  }

  private func renewed(
    _ exchange: CredentialExchange, for client: CloudClient
  ) async throws(CloudError) -> Renewal<IssuedCredential>.Held {
    try await exchanged.value(for: client, orElse: "time ran out while a token was asked for") {
      [observer, resolver] client throws(CloudError) in
      observer.renewalBegan()
      do throws(CloudError) {
        let issued = try await client.issue(exchange)
        observer.renewalEnded(true)
        return issued
      } catch {
        observer.renewalEnded(false)
        throw exchange == .metadata ? Self.explained(error, resolver) : error
      }
    }
  }

  /// Adds to an error of the metadata service which other credentials there could have been.
  private static func explained(_ error: CloudError, _ resolver: CredentialResolver) -> CloudError {
    var error = error
    if resolver.source == .chain {
      error.reason = .unauthorized
      error.message =
        "no credentials: none configured, none in the environment, no profile file, and the metadata service gave "
        + "none: \(error.message)"
    }
    if resolver.isInPod {
      error.message +=
        "; in a Pod, associate an agency with its service account (pod_identity), or configure oidc, or bind an agency "
        + "to the node"
    }
    return error
  }
}
