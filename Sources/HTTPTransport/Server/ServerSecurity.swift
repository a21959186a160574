import CGnuTLS
import Glibc
import System

/// The security settings in force, with what was loaded for them.
final class ServerSecurity: Sendable {
  let settings: HTTPServerSecurity
  /// What TLS connections get; nil without TLS.
  let context: TLSContext?
  /// Protects the pace of requests; nil without a limit.
  private let bucket: Locked<TokenBucket>?

  /// Loads everything, or says what can't be honoured.
  init(_ settings: HTTPServerSecurity) throws(HTTPServerError) {
    try settings.validate()
    self.settings = settings
    context = try settings.tls.map { tls throws(HTTPServerError) in try TLSContext(tls) }
    bucket = settings.rateLimit.flatMap { limit in
      limit.interval > .zero ? Locked(TokenBucket(limit, at: .now)) : nil
    }
  }

  var speaksTLS: Bool { context != nil }

  func allowsRequest() -> Bool {
    bucket?.withLock { $0.take(at: .now) } ?? true
  }
}

/// What a connection keeps from its start to its end.
final class ClientConnection {
  /// Owns the memory that the connection's TLS session uses; nil where it is not encrypted.
  let tls: TLSContext?
  /// The last verdict about the client's certificate, and whose it was; for the daemon's thread alone.
  private var verdict: (judge: TLSContext, isAccepted: Bool)?

  init(tls: TLSContext?) { self.tls = tls }

  /// Whether `judge` lets the client see everything; a certificate is verified once for each judge.
  func isAccepted(by judge: TLSContext, session: gnutls_session_t) -> Bool {
    if let verdict, verdict.judge === judge { return verdict.isAccepted }
    let isAccepted = unsafe judge.accepts(session)
    verdict = (judge, isAccepted)
    return isAccepted
  }
}

/// One request in an interval, after a burst that comes at once.
struct TokenBucket {
  private let interval: Duration
  private let burst: Int
  /// When the bucket would be full again, were nothing taken any more.
  private var full: ContinuousClock.Instant

  /// A burst of less than one would let nothing through, and counts as one.
  init(_ limit: HTTPServerSecurity.RateLimit, at now: ContinuousClock.Instant) {
    interval = limit.interval
    burst = max(1, limit.burst)
    full = now
  }

  /// Takes one token, where there is one.
  mutating func take(at now: ContinuousClock.Instant) -> Bool {
    let next = max(full, now) + interval
    guard next - now <= interval * burst else { return false }
    full = next
    return true
  }
}
