/// Whether requests may be signed with one access key, since the cloud locks a key for everybody after more than five
/// refusals in a row.
///
/// A key that has not been accepted yet, or was refused, is tried by one request alone. After two refusals nothing is
/// sent for a while, which doubles with each further one. A changed secret is a key that has not been tried.
///
/// A wrong clock is no key's fault and counts against none: one request every ten seconds tries whether it is right
/// now, and the others fail at once.
struct AccessKeyBreaker: Sendable {
  /// What a request that wants to sign may do.
  enum Admission: Sendable, Equatable {
    case go(Grant)
    /// Another request is trying the key: ask again when something changed, or at that uptime.
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

  /// What the cloud thought of the signature.
  enum Finding: Sendable {
    case accepted
    case refused(CloudError)
    /// It was made at a time that is not the cloud's.
    case skewed(CloudError)
    /// No answer, or one that was given before the signature was looked at.
    case unknown
  }

  /// One secret of the key, by its fingerprint.
  private struct KeyState {
    var isTrusted = false
    var refusals = 0
    var heldUntil: Duration = .zero
    var lastRefusal: CloudError?
    /// Counts the losses of trust, so that late answers are told from new ones.
    var generation = 0
  }

  private struct Trial {
    var place: String
    var start: Duration
  }

  private struct Skew {
    var error: CloudError
    /// When another request may try.
    var nextTry: Duration
    /// The last request that was let go before it was known: it says nothing about now.
    var lastID: Int
  }

  static let clockInterval: Duration = .seconds(10)
  static let firstHold: Duration = .seconds(300)
  static let longestHold: Duration = .seconds(3_600)
  /// After this long without an answer, a second trial elsewhere may start: a host that hangs must not hold up others.
  static let patience: Duration = .seconds(5)
  /// The cloud's window, and how many refusals we risk in it, with all secrets of the key together.
  static let lockWindow: Duration = .seconds(300)
  static let refusalsPerWindow = 4

  private var keyStates: [String: KeyState] = [:]
  private var trials: [Int: Trial] = [:]
  private var refusals: [Duration] = []
  private var skew: Skew?
  private var nextID = 0

  /// `secret` is a fingerprint; `place` names the host that is asked.
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
      // An answer to a request from before the refusal says nothing about now.
      guard grant.isTrial || grant.generation == keyState.generation else { return }
      // As nearly always: nothing is held against it.
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
      // Requests that were under way together when a good key was withdrawn are one refusal and its confirmation.
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
      // One that was under way with the first is no news.
      if let skew, grant.id <= skew.lastID { return }
      skew = Skew(error: error, nextTry: now + Self.clockInterval, lastID: nextID)
    case .accepted, .refused:
      if let skew, grant.id > skew.lastID { self.skew = nil }
    case .unknown: break
    }
  }

  /// True while nothing would be lost by forgetting it: no refusal to remember, nothing under way.
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
