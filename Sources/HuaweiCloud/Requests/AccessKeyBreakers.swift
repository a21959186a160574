import System

/// The breakers of all access keys in use, shared by all clients of the process: a refused key is refused for all.
///
/// The passwords of IAM users are guarded in the same way, since wrong ones lock the account.
package final class AccessKeyBreakers: Sendable {
  /// The owner of a proof, such as an access key or a user, and the fingerprint of the secret.
  struct Holder: Sendable, Hashable {
    var name: String
    var secret: String

    init(_ keys: AccessKeys) {
      let secret = keys.secretKey.value + "\n" + (keys.securityToken?.value ?? "")
      self.init(name: "key \(keys.accessKey)", secret: secret)
    }

    /// Keeps only a hash of the secret.
    init(name: String, secret: String) {
      self.name = name
      self.secret = SHA256.digest(Array(secret.utf8)).hexadecimal
    }
  }

  /// The decision about a request, and a promise that is fulfilled when the decision may have changed.
  struct Outlook: Sendable {
    var admission: AccessKeyBreaker.Admission
    var change: Promise<Void>
  }

  private struct Entry: Sendable {
    var breaker = AccessKeyBreaker()
    /// Fulfilled, and replaced, at the end of each trial.
    var change = Promise<Void>()
    var lastUse: Duration = .zero

    mutating func admit(secret: String, place: String, at now: Duration) -> AccessKeyBreaker.Admission {
      lastUse = now
      return breaker.admit(secret: secret, place: place, at: now)
    }

    /// Returns the promise to fulfil, if there is one.
    mutating func record(
      _ finding: AccessKeyBreaker.Finding, of grant: AccessKeyBreaker.Grant, at now: Duration
    ) -> Promise<Void>? {
      breaker.record(finding, of: grant, at: now)
      // Requests wait only for the end of a trial; while a good key stays good, as it nearly always does, none waits.
      guard grant.isTrial else { return nil }
      defer { change = Promise() }
      return change
    }
  }

  /// Keys that rotate leave their entries behind; past this many, those idle for long are dropped.
  private static let roomForIdle = 64

  /// Protects the breakers by holder's name.
  private let entries = Locked<[String: Entry]>([:])

  package init() {}

  /// Takes the right to send with this proof, if it can be had now.
  func admit(_ holder: Holder, place: String, at now: Duration) -> AccessKeyBreaker.Admission {
    entries.withLock { entries in
      Self.dropIdle(&entries, at: now)
      return entries[holder.name, default: Entry()].admit(secret: holder.secret, place: place, at: now)
    }
  }

  /// Returns what `admit` would, without taking anything.
  func outlook(_ holder: Holder, place: String, at now: Duration) -> Outlook {
    entries.withLock { entries in
      let entry = entries[holder.name] ?? Entry()
      if entries[holder.name] == nil { entries[holder.name] = entry }
      var copy = entry.breaker
      return Outlook(admission: copy.admit(secret: holder.secret, place: place, at: now), change: entry.change)
    }
  }

  func record(
    _ finding: AccessKeyBreaker.Finding, of grant: AccessKeyBreaker.Grant, by holder: Holder, at now: Duration
  ) {
    let change = entries.withLock { $0[holder.name]?.record(finding, of: grant, at: now) ?? nil }
    change?.fulfil(())
  }

  private static func dropIdle(_ entries: inout [String: Entry], at now: Duration) {
    guard entries.count > roomForIdle else { return }
    entries = entries.filter {
      now - $0.value.lastUse < AccessKeyBreaker.longestHold * 2 || !$0.value.breaker.isIdle(at: now)
    }
  }
}
