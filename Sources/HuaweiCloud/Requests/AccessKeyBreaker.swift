/// A breaker that decides whether requests may be signed with one access key, since the cloud locks a key for everybody
/// after more than five refusals in a row.
///
/// A key that has not been accepted yet, or was refused, is tried by one request alone, and by a second at another host
/// if the first hangs. After two refusals nothing is
/// sent for a while, which doubles with each further one. A key with a changed secret has not been tried.
///
/// A wrong clock is not the key's fault and does not count as a refusal: one request every ten seconds tries whether it
/// is right now, and the others fail at once.
struct AccessKeyBreaker: Sendable {
  /// The decision about a request that is to be signed.
  enum Admission: Sendable, Equatable {
    case go(Grant)
    /// Another request is trying the key: ask again when something has changed, or at this uptime.
    case wait(until: Duration?)
    case held(CloudError)
  }

  /// The right to send one request; its end must be recorded.
  struct Grant: Sendable, Equatable {
    fileprivate var id: Int
    fileprivate var secret: String
    fileprivate var generation: Int
    fileprivate(set) var isTrial: Bool
  }

  /// The cloud's verdict on the signature.
  enum Finding: Sendable {
    case accepted
    case refused(CloudError)
    /// The signature was made at a time that differs too much from the cloud's.
    case skewed(CloudError)
    /// There was no answer, or one that was given before the signature was checked.
    case unknown
  }

  /// The state of one secret of the key.
  private struct KeyState {
    var isTrusted = false
    var refusals = 0
    var heldUntil: Duration = .zero
    var lastRefusal: CloudError?
    /// How often the secret was refused, late refusals aside; a grant of an older generation tells a late answer.
    var generation = 0
  }

  private struct Trial {
    var place: String
    var start: Duration
  }

  private struct Skew {
    var error: CloudError
    /// The uptime from which another request may try the clock.
    var nextTry: Duration
    /// The last request that was admitted before the skew was known: answers up to it say nothing about the clock now.
    var lastID: Int
  }

  static let clockInterval: Duration = .seconds(10)
  static let firstHold: Duration = .seconds(300)
  static let longestHold: Duration = .seconds(3_600)
  /// The time without an answer after which a second trial may start elsewhere: a hanging host must not hold up others.
  static let patience: Duration = .seconds(5)
  /// The window in which the cloud counts refusals, and how many we risk in it, with all secrets of the key together.
  static let lockWindow: Duration = .seconds(300)
  static let refusalsPerWindow = 4

  private var keyStates: [String: KeyState] = [:]
  private var trials: [Int: Trial] = [:]
  private var refusals: [Duration] = []
  private var skew: Skew?
  private var nextID = 0

  /// Decides about one request; `secret` is a fingerprint, and `place` names the host that is asked.
  mutating func admit(secret: String, place: String, at now: Duration) -> Admission {
    if let skew, now < skew.nextTry {
      var error = skew.error
      error.message =
        "not sent, since the clock is tried every \(Self.clockInterval.components.seconds) s: \(error.message)"
      return .held(error)
    }
    let admission = admitRightClock(secret: secret, place: place, at: now)
    if case .go = admission { skew?.nextTry = now + Self.clockInterval }
    return admission
  }

  private mutating func admitRightClock(secret: String, place: String, at now: Duration) -> Admission {
    let keyState = keyStates[secret] ?? KeyState()
    nextID += 1
    var grant = Grant(id: nextID, secret: secret, generation: keyState.generation, isTrial: false)
    if keyState.isTrusted { return .go(grant) }
    if now < keyState.heldUntil, let refusal = keyState.lastRefusal {
      return .held(Self.held(refusal, for: keyState.heldUntil - now))
    }
    refusals.removeAll { $0 + Self.lockWindow <= now }
    if refusals.count >= Self.refusalsPerWindow, let oldest = refusals.first {
      let refusal = keyState.lastRefusal ?? CloudError(.unauthorized, message: "the cloud refuses this access key")
      return .held(Self.held(refusal, for: oldest + Self.lockWindow - now))
    }
    if let trial = trials.values.first {
      let isSecondAllowed = trials.count == 1 && trial.place != place && keyState.refusals == 0 && refusals.count <= 2
      guard isSecondAllowed else { return .wait(until: nil) }
      guard trial.start + Self.patience <= now else { return .wait(until: trial.start + Self.patience) }
    }
    grant.isTrial = true
    trials[grant.id] = Trial(place: place, start: now)
    return .go(grant)
  }

  mutating func record(_ finding: Finding, of grant: Grant, at now: Duration) {
    if grant.isTrial { trials[grant.id] = nil }
    recordClock(finding, of: grant, at: now)
    var keyState = keyStates[grant.secret] ?? KeyState()
    switch finding {
    case .unknown, .skewed: return
    case .accepted:
      // An answer to a request that was sent before the refusal says nothing about the key now.
      guard grant.isTrial || grant.generation == keyState.generation else { return }
      // This is nearly always so, and then there is nothing to reset.
      if keyState.isTrusted, refusals.isEmpty { return }
      refusals = []
      keyState.isTrusted = true
      keyState.refusals = 0
      keyState.heldUntil = .zero
      keyState.lastRefusal = nil
    case .refused(let error):
      refusals.append(now)
      let isLate = !grant.isTrial && grant.generation != keyState.generation
      keyState.isTrusted = false
      keyState.generation += isLate ? 0 : 1
      // Refusals of requests under way together when a good key was withdrawn count as two: one and its confirmation.
      keyState.refusals = isLate ? max(keyState.refusals, 2) : keyState.refusals + 1
      keyState.lastRefusal = error
      if keyState.refusals >= 2 {
        let doublings = min(keyState.refusals - 2, 10)
        keyState.heldUntil = max(
          keyState.heldUntil, now + min(Self.firstHold * (1 << doublings), Self.longestHold))
      }
    }
    keyStates[grant.secret] = keyState
  }

  private mutating func recordClock(_ finding: Finding, of grant: Grant, at now: Duration) {
    switch finding {
    case .skewed(let error):
      // A request that was under way together with the first skewed one says nothing new.
      if let skew, grant.id <= skew.lastID { return }
      skew = Skew(error: error, nextTry: now + Self.clockInterval, lastID: nextID)
    case .accepted, .refused:
      if let skew, grant.id > skew.lastID { self.skew = nil }
    case .unknown: break
    }
  }

  /// Returns whether the breaker can be forgotten: it has no refusal to remember, and nothing is under way.
  func isIdle(at now: Duration) -> Bool {
    trials.isEmpty && (skew.map { $0.nextTry + Self.longestHold <= now } ?? true)
      && refusals.allSatisfy { $0 + Self.longestHold <= now }
      && keyStates.values.allSatisfy { $0.isTrusted || $0.heldUntil + Self.longestHold <= now }
  }

  private static func held(_ refusal: CloudError, for duration: Duration) -> CloudError {
    var error = refusal
    let seconds = max(duration.components.seconds, 1)
    error.message = "not sent for \(seconds) s, since further refusals would lock the key or user: \(refusal.message)"
    return error
  }
}
