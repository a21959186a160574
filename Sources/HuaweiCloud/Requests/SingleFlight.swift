import System

/// A value that the cloud issues to a project as a whole: one request at a time fetches it for all who wait.
final class SingleFlight<Value: Sendable & Equatable>: Sendable {
  /// Protects what is held, and the one attempt under way.
  private let renewal: Locked<Renewal<Value>>
  private let time: TimeSource
  private let expiry: @Sendable (Value) -> Timestamp?
  private let stillInUse: @Sendable (CloudError) -> Void

  /// `firstWait` is how long a first failure answers for all; `expiry` returns when a value ends; `stillInUse` is
  /// called with the first of some failures in a row to renew a value that stays in use.
  init(
    time: TimeSource, firstWait: Duration = .seconds(1),
    expiry: @escaping @Sendable (Value) -> Timestamp? = { _ in nil },
    stillInUse: @escaping @Sendable (CloudError) -> Void = { _ in }
  ) {
    renewal = Locked(Renewal(firstWait: firstWait))
    self.time = time
    self.expiry = expiry
    self.stillInUse = stillInUse
  }

  /// The value that is held, whether or not it is still good.
  var known: Value? { renewal.withLock { $0.held?.value } }

  /// Returns the value that is held and good, or the one that `ask` returns; `words` say what was waited for when the
  /// client's deadline comes first.
  func value(
    for client: CloudClient, orElse words: String,
    ask: @escaping @Sendable (CloudClient) async throws(CloudError) -> Value
  ) async throws(CloudError) -> Renewal<Value>.Held {
    let arrival = time.uptime()
    let attempt: Renewal<Value>.Attempt
    switch renewal.withLock({ $0.next(at: arrival) }) {
    case .use(let held): return held
    case .useAndAsk(let held, let new):
      start(new, with: client, ask)
      return held
    case .fail(let error): throw error
    case .wait(let running): attempt = running
    case .ask(let new):
      start(new, with: client, ask)
      attempt = new
    }
    let result: Result<Renewal<Value>.Held, CloudError>?
    do {
      result = try await client.deadline.bound { () throws(CancellationError) in try await attempt.value() }
    } catch { throw .cancelled }
    guard let result else { throw client.timeRanOut(words, since: arrival) }
    return try result.get()
  }

  /// Runs the attempt in its own task with its own deadline, so that cancelling the first caller does not fail others.
  private func start(
    _ attempt: Renewal<Value>.Attempt, with client: CloudClient,
    _ ask: @escaping @Sendable (CloudClient) async throws(CloudError) -> Value
  ) {
    var client = client
    client.limits.deadline = time.uptime() + .seconds(60)
    Task { [self, client] in
      let result: Result<Value, CloudError>
      do throws(CloudError) { result = .success(try await ask(client)) } catch { result = .failure(error) }
      let expiresAt = if case .success(let value) = result { expiry(value) } else { Timestamp?.none }
      let (uptime, now) = (time.uptime(), time.now())
      let (outcome, isFirstFailure) = renewal.withLock {
        $0.record(result, expiresAt: expiresAt, at: uptime, wallTime: now)
      }
      if isFirstFailure, case .failure(let error) = result { stillInUse(error) }
      attempt.fulfil(outcome)
    }
  }

  func wasAccepted(_ value: Value) { renewal.withLock { $0.accept(value) } }

  /// Records that the cloud refused `value`; returns whether another request makes sense, or was made meanwhile.
  func wasRefused(_ value: Value) -> Bool { renewal.withLock { $0.refuse(value, at: time.uptime()) } }
}
