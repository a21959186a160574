import CGnuTLS
import Glibc
import System

/// The security settings in force, with what was loaded for them.
final class ServerSecurity: Sendable {
  let settings: HTTPServerSecurity
  /// The settings of TLS connections; nil without TLS.
  let context: TLSContext?
  /// Protects the bucket of the rate limit; nil without a limit.
  private let bucket: Locked<TokenBucket>?

  /// Loads everything; throws if something can't be honoured.
  init(_ settings: HTTPServerSecurity) throws(HTTPServerError) {
    context = try settings.loaded()
    self.settings = settings
    bucket = settings.rateLimit.flatMap { limit in
      limit.interval > .zero ? Locked(TokenBucket(limit, at: .now)) : nil
    }
  }

  var speaksTLS: Bool { context != nil }

  func allowsRequest() -> Bool {
    bucket?.withLock { $0.take(at: .now) } ?? true
  }
}

/// The state that a connection keeps from its start to its end.
final class ClientConnection {
  /// Owns the memory that the connection's TLS session uses; nil if the connection is not encrypted.
  let tls: TLSContext?
  /// The last verdict about the client's certificate, and the context that gave it; used by the daemon's thread alone.
  private var verdict: (judge: TLSContext, isAccepted: Bool)?

  init(tls: TLSContext?) { self.tls = tls }

  /// Returns whether `judge` lets the client see everything; a certificate is verified once for each judge.
  func isAccepted(by judge: TLSContext, session: gnutls_session_t) -> Bool {
    if let verdict, verdict.judge === judge { return verdict.isAccepted }
    let isAccepted = unsafe judge.accepts(session)
    verdict = (judge, isAccepted)
    return isAccepted
  }
}

/// A token bucket that lets one request through per interval, after a burst of requests at once.
struct TokenBucket {
  private let interval: Duration
  private let burst: Int
  /// When the bucket will be full again if nothing more is taken.
  private var full: ContinuousClock.Instant

  /// Creates a full bucket. A burst of less than one would let nothing through, and counts as one.
  init(_ limit: HTTPServerSecurity.RateLimit, at now: ContinuousClock.Instant) {
    interval = limit.interval
    burst = max(1, limit.burst)
    full = now
  }

  /// Takes one token; returns false if there is none.
  mutating func take(at now: ContinuousClock.Instant) -> Bool {
    let next = max(full, now) + interval
    guard next - now <= interval * burst else { return false }
    full = next
    return true
  }
}
