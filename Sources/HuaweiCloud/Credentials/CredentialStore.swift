import HTTPTransport
import Logging

/// Hands out the credential of one project, and renews it for all who wait.
final class CredentialStore: Sendable {
  /// A credential, and whose breaker guards its requests; tokens have none.
  struct HandedOut: Sendable {
    var issued: IssuedCredential
    var holder: AccessKeyBreakers.Holder?
  }

  /// A renewal is nobody's request alone, so it has a bound of its own.
  private static let exchangeBound: Duration = .seconds(60)

  private let resolver: CredentialResolver
  private let time: TimeSource
  private let observer: RequestObserver
  private let log: Logger
  /// Protects what was exchanged for the credential, and the one exchange under way.
  private let renewal = Locked(Renewal())
  /// Protects the credential that was handed out last, which the observer knows of.
  private let last = Locked<HandedOut?>(nil)

  init(
    source: CredentialSource, environment: [String: String], time: TimeSource, observer: RequestObserver, log: Logger
  ) {
    resolver = CredentialResolver(
      source: source, environment: environment, reader: SecretReader(time: time, log: log))
    self.log = log
    self.time = time
    self.observer = observer
  }

  /// The credential to use now.
  func current(for client: CloudClient) async throws(CloudError) -> HandedOut {
    let issued: IssuedCredential
    switch try resolver.plan() {
    case .ready(let credential): issued = IssuedCredential(credential: credential)
    case .exchange(let exchange): issued = try await exchanged(exchange, for: client)
    }
    let (handedOut, isNew) = last.withLock { last in
      if let last, last.issued == issued { return (last, false) }
      var new = HandedOut(issued: issued)
      if case .keys(let keys) = issued.credential { new.holder = AccessKeyBreakers.Holder(keys) }
      last = new
      return (new, true)
    }
    if isNew { observer.credentialsExpire(issued.expiresAt) }
    return handedOut
  }

  func wasAccepted(_ issued: IssuedCredential) {
    renewal.withLock { $0.accept(issued) }
  }

  /// True where another credential than the refused `issued` can be had: a file has changed, or a renewal may help.
  func hasReplacement(for issued: IssuedCredential, client: CloudClient) async -> Bool {
    do throws(CloudError) {
      switch try resolver.plan(isForced: true) {
      case .ready(let credential): return credential != issued.credential
      case .exchange(let exchange):
        guard renewal.withLock({ $0.refuse(issued, at: time.uptime()) }) else { return false }
        return try await exchanged(exchange, for: client).credential != issued.credential
      }
    } catch {
      // The next attempt meets the same error, and says more than the refusal.
      return true
    }
  }

  private func exchanged(
    _ exchange: CredentialExchange, for client: CloudClient
  ) async throws(CloudError) -> IssuedCredential {
    let arrival = time.uptime()
    let flight: Renewal.Flight
    switch renewal.withLock({ $0.step(at: arrival) }) {
    case .use(let issued): return issued
    case .useAndStart(let issued, let flight):
      start(flight, exchange: exchange, client: client)
      return issued
    case .fail(let error): throw error
    case .join(let running): flight = running
    case .start(let new):
      start(new, exchange: exchange, client: client)
      flight = new
    }
    let result: Result<IssuedCredential, CloudError>?
    do {
      result = try await client.deadline.bound { () throws(CancellationError) in try await flight.value() }
    } catch { throw .cancelled }
    guard let result else { throw client.timeRanOut("time ran out while a token was asked for", since: arrival) }
    return try result.get()
  }

  /// Runs apart from whoever asked first, so that its cancellation does not fail the others.
  private func start(_ flight: Renewal.Flight, exchange: CredentialExchange, client: CloudClient) {
    var client = client
    client.limits.deadline = time.uptime() + Self.exchangeBound
    let isChain = resolver.source == .chain
    Task { [client] in
      var result: Result<IssuedCredential, CloudError>
      do throws(CloudError) { result = .success(try await client.issue(exchange)) } catch {
        result = .failure(isChain && exchange == .metadata ? Self.nothingFound(error) : error)
      }
      let isNews = renewal.withLock { $0.land(result, at: time.uptime(), wallTime: time.now()) }
      if isNews, case .failure(let error) = result {
        log.warning("cannot renew the credentials, the present ones stay in use: \(error.message)")
      }
      flight.fulfil(result)
    }
  }

  private static func nothingFound(_ error: CloudError) -> CloudError {
    var error = error
    error.message =
      "no credentials: none configured, none in the environment, no profile file, and the metadata service gave none: "
      + error.message
    error.reason = .unauthorized
    return error
  }
}
