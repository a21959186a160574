import System

/// The renewal of a value that the cloud issues: it decides when to request it, and which task does so for all that
/// need it.
///
/// It neither waits nor sends a request: see `SingleFlight`.
struct Renewal<Value: Sendable & Equatable>: Sendable {
  typealias Attempt = Promise<Result<Held, CloudError>>

  /// A value that is in use.
  struct Held: Sendable {
    var value: Value
    var since: Duration
    /// The uptimes from which another value is requested, and from which this one is no longer used; nil for never.
    var renewal: Duration?
    var end: Duration?
    var wasAccepted = false
  }

  /// What a task that needs the value must do.
  enum Step: Sendable {
    case use(Held)
    /// Use the value and start the attempt beside it, since the value ends soon.
    case useAndAsk(Held, Attempt)
    case ask(Attempt)
    case wait(Attempt)
    case fail(CloudError)
  }

  private struct Failure {
    var error: CloudError
    var until: Duration
    var count: Int
  }

  /// How old a value that was never accepted must be before its refusal leads to a new request.
  static var refusedWait: Duration { .seconds(60) }
  private static var longestWait: Duration { .seconds(60) }
  /// The least time before an issuer that returned the value already held is asked again.
  private static var repeatedWait: Duration { .seconds(60) }
  /// The assumed life of a value that ended in the past: the machine's clock is wrong, and requests still need a pause.
  private static var assumedLife: Duration { .seconds(60) }

  /// The wait after a first failure; each further failure in a row doubles it.
  private let firstWait: Duration
  private(set) var held: Held?
  private var attempt: Attempt?
  private var failure: Failure?

  init(firstWait: Duration = .seconds(1)) { self.firstWait = firstWait }

  /// Returns how much of its life a value has left when it is renewed: a fifth.
  static func margin(ofLife life: Duration) -> Duration { life / 5 }

  /// Returns how long before its end a value is no longer used, since a request takes time to arrive.
  static func reserve(ofLife life: Duration) -> Duration { min(life / 20, .seconds(10)) }

  mutating func next(at now: Duration) -> Step {
    let isHeldBack = failure.map { now < $0.until } ?? false
    if let held, held.end.map({ now < $0 }) ?? true {
      let isDue = held.renewal.map { $0 <= now } ?? false
      guard isDue, attempt == nil, !isHeldBack else { return .use(held) }
      return .useAndAsk(held, begin())
    }
    if let attempt { return .wait(attempt) }
    if isHeldBack, let failure { return .fail(failure.error) }
    return .ask(begin())
  }

  private mutating func begin() -> Attempt {
    let attempt = Attempt()
    self.attempt = attempt
    return attempt
  }

  /// Records the end of an attempt; returns the value to use from now on or the error, and whether it is the first
  /// failure in a row while a value is held.
  @discardableResult
  mutating func record(
    _ result: Result<Value, CloudError>, expiresAt: Timestamp?, at now: Duration, wallTime: Timestamp
  ) -> (result: Result<Held, CloudError>, isFirstFailure: Bool) {
    attempt = nil
    switch result {
    case .success(let value):
      failure = nil
      var new = Held(value: value, since: now)
      if let expiresAt {
        let life = expiresAt > wallTime ? expiresAt - wallTime : Self.assumedLife
        new.end = now + life - Self.reserve(ofLife: life)
        new.renewal = now + life - Self.margin(ofLife: life)
        if held?.value == value {
          new.renewal = now + max(life / 2, Self.repeatedWait)
          new.wasAccepted = held?.wasAccepted ?? false
        }
      }
      held = new
      return (.success(new), false)
    case .failure(let error):
      let count = (failure?.count ?? 0) + 1
      let wait = min(firstWait * (1 << min(count - 1, 10)), Self.longestWait)
      failure = Failure(error: error, until: now + wait, count: count)
      return (.failure(error), count == 1 && held != nil)
    }
  }

  mutating func accept(_ value: Value) {
    if held?.value == value { held?.wasAccepted = true }
  }

  /// Records that the cloud refused `value`; returns whether another request makes sense, or was made meanwhile.
  mutating func refuse(_ value: Value, at now: Duration) -> Bool {
    guard let held, held.value == value else { return true }
    guard held.wasAccepted || now >= held.since + Self.refusedWait else { return false }
    self.held = nil
    return true
  }
}
