/// When a token or temporary key is renewed, and by whom: one request for all who wait.
struct Renewal: Sendable {
  typealias Flight = Promise<Result<IssuedCredential, CloudError>>

  /// What someone who needs the credential does.
  enum Step: Sendable {
    case use(IssuedCredential)
    /// Use it, and start the flight beside: its end is near.
    case useAndStart(IssuedCredential, Flight)
    case start(Flight)
    case join(Flight)
    case fail(CloudError)
  }

  private struct Held {
    var issued: IssuedCredential
    var since: Duration
    var renewal: Duration?
    var end: Duration?
    var wasAccepted = false
  }

  private struct Failure {
    var error: CloudError
    var until: Duration
    var count: Int
  }

  /// A fresh credential that was refused at once is not asked for again before this.
  static let refusedWait: Duration = .seconds(60)
  private static let longestWait: Duration = .seconds(60)
  /// For an end in the past: the machine's clock is wrong, which must not make us ask without pause.
  private static let assumedLife: Duration = .seconds(60)

  private var held: Held?
  private var flight: Flight?
  private var failure: Failure?

  /// Renews when a fifth of the life is left, and at least five minutes, as far as half of a short life allows.
  static func margin(ofLife life: Duration) -> Duration { max(life / 5, min(.seconds(300), life / 2)) }

  mutating func step(at now: Duration) -> Step {
    let isHeldBack = failure.map { now < $0.until } ?? false
    if let held, held.end.map({ now < $0 }) ?? true {
      let isDue = held.renewal.map { $0 <= now } ?? false
      guard isDue, flight == nil, !isHeldBack else { return .use(held.issued) }
      return .useAndStart(held.issued, takeOff())
    }
    if let flight { return .join(flight) }
    if isHeldBack, let failure { return .fail(failure.error) }
    return .start(takeOff())
  }

  private mutating func takeOff() -> Flight {
    let flight = Flight()
    self.flight = flight
    return flight
  }

  /// Takes the flight's result; true where it is the first failure in a row and what is held stays in use.
  @discardableResult
  mutating func land(_ result: Result<IssuedCredential, CloudError>, at now: Duration, wallTime: Timestamp) -> Bool {
    flight = nil
    switch result {
    case .success(let issued):
      failure = nil
      guard let expiresAt = issued.expiresAt else {
        held = Held(issued: issued, since: now)
        return false
      }
      let life = expiresAt > wallTime ? expiresAt - wallTime : Self.assumedLife
      held = Held(issued: issued, since: now, renewal: now + life - Self.margin(ofLife: life), end: now + life)
      return false
    case .failure(let error):
      let count = (failure?.count ?? 0) + 1
      let wait = min(.seconds(1 << min(count - 1, 10)), Self.longestWait)
      failure = Failure(error: error, until: now + wait, count: count)
      return count == 1 && held != nil
    }
  }

  mutating func accept(_ issued: IssuedCredential) {
    if held?.issued == issued { held?.wasAccepted = true }
  }

  /// The cloud refused `issued`: true where asking for another one makes sense, or was done meanwhile.
  mutating func refuse(_ issued: IssuedCredential, at now: Duration) -> Bool {
    guard let held, held.issued == issued else { return true }
    guard held.wasAccepted || now >= held.since + Self.refusedWait else { return false }
    self.held = nil
    return true
  }
}
