import Dispatch
import FoundationEssentials
import System

/// A checker of the passwords of basic authentication (RFC 7617), which works on a thread of its own, one password at a
/// time.
final class PasswordChecker: Sendable {
  enum Decision {
    case accepted
    case refused
    /// Too many checks are waiting already.
    case busy
    /// The check is queued, and its result goes to the given function.
    case checking
  }

  /// The maximum number of waiting checks: enough for a few clients that start at once; an attacker only fills the
  /// queue.
  private static let maximumWaiting = 16
  private static let maximumRemembered = 1_024

  private struct State {
    var waiting = 0
    /// The credentials that were accepted before, each as an HMAC of user, hash and password.
    var accepted: Set<[UInt8]> = []
  }

  /// Protects the queue's length and the accepted credentials.
  private let state = Locked(State())
  private let worker = DispatchQueue(label: "http-server-passwords", qos: .utility)
  /// The key of the HMACs, which makes them worthless outside this process.
  private let secret: [UInt8]

  init() {
    var random = SystemRandomNumberGenerator()
    let words = (0..<4).map { _ in random.next() }
    secret = words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
  }

  /// Decides at once if possible; otherwise `whenChecked` is called later, once, on the worker's thread.
  func check(
    _ authorization: [String], users: [String: String], whenChecked: @escaping @Sendable (Bool) -> Void
  ) -> Decision {
    guard authorization.count == 1, let (user, password) = Self.credentials(in: authorization[0]) else {
      return .refused
    }
    let known = users[user]
    // A hash is checked in any case, the costliest there is, so that an unknown user takes no less time than a known one.
    guard let hash = known ?? Self.dummyHash(like: users) else { return .refused }
    let proof = SHA256.hmac(Self.joined(Array(user.utf8), Array(hash.utf8), password), key: secret)
    let decision = state.withLock { state -> Decision in
      if known != nil, state.accepted.contains(proof) { return .accepted }
      guard state.waiting < Self.maximumWaiting else { return .busy }
      state.waiting += 1
      return .checking
    }
    guard case .checking = decision else { return decision }
    worker.async { [self] in
      let isGood = Bcrypt.matches(password, hash) && known != nil
      state.withLock { state in
        state.waiting -= 1
        guard isGood else { return }
        if state.accepted.count >= Self.maximumRemembered { state.accepted = [] }
        state.accepted.insert(proof)
      }
      whenChecked(isGood)
    }
    return .checking
  }

  private static func credentials(in authorization: String) -> (user: String, password: [UInt8])? {
    let words = authorization.split(separator: " ", omittingEmptySubsequences: true)
    guard words.count == 2, words[0].lowercased() == "basic", let data = Data(base64Encoded: String(words[1])) else {
      return nil
    }
    let bytes = Array(data)
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return nil }
    return (String(decoding: bytes[..<colon], as: UTF8.self), Array(bytes[(colon + 1)...]))
  }

  /// Returns a hash that no password is known for, as costly as the costliest of the users'.
  private static func dummyHash(like users: [String: String]) -> String? {
    users.values.max { (Bcrypt.cost(of: $0) ?? 0) < (Bcrypt.cost(of: $1) ?? 0) }.map {
      $0.prefix(7) + "nobodynobodynobodynobOnobodynobodynobodynobodynobodyn"
    }
  }

  /// Returns the parts, each with its length before it, so that no two lists of parts give the same bytes.
  private static func joined(_ parts: [UInt8]...) -> [UInt8] {
    parts.flatMap { part in Array("\(part.count):".utf8) + part }
  }
}
