import System

/// When something that the cloud hands out is asked for, and by whom: by one for all who need it.
///
/// It decides, and neither waits nor asks: see `SingleFlight`.
struct Renewal<Value: Sendable & Equatable>: Sendable {
  typealias Attempt = Promise<Result<Held, CloudError>>

  /// A value that is in use.
  struct Held: Sendable {
    var value: Value
    var since: Duration
    /// When another one is to be asked for, and from when on this one is not used; never where nil.
    var renewal: Duration?
    var end: Duration?
    var wasAccepted = false
  }

  /// What someone who needs the value does.
  enum Step: Sendable {
    case use(Held)
    /// Use it, and make the attempt beside: its end is near.
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

  /// A fresh value that was refused at once is not asked for again before this.
  static var refusedWait: Duration { .seconds(60) }
  private static var longestWait: Duration { .seconds(60) }
  /// An issuer that hands out what we have already is not asked again before this.
  private static var repeatedWait: Duration { .seconds(60) }
  /// For an end in the past: the machine's clock is wrong, which must not make us ask without pause.
  private static var assumedLife: Duration { .seconds(60) }

  /// After a first failure; each further one in a row doubles it.
  private let firstWait: Duration
  private(set) var held: Held?
  private var attempt: Attempt?
  private var failure: Failure?

  init(firstWait: Duration = .seconds(1)) { self.firstWait = firstWait }

  /// A fifth of the life is left when it is renewed.
  static func margin(ofLife life: Duration) -> Duration { life / 5 }

  /// It is not used to the very end, since a request takes its time to arrive.
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

  /// Takes the end of an attempt: what is to be used from now on, and whether it is the first failure in a row while what
  /// is held stays in use.
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

  /// The cloud refused `value`: true where asking for another one makes sense, or was done meanwhile.
  mutating func refuse(_ value: Value, at now: Duration) -> Bool {
    guard let held, held.value == value else { return true }
    guard held.wasAccepted || now >= held.since + Self.refusedWait else { return false }
    self.held = nil
    return true
  }
}
