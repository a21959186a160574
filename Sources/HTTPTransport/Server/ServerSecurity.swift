import CGnuTLS
import Glibc

/// The security settings in force, with what was loaded for them.
final class ServerSecurity: Sendable {
  let settings: HTTPServerSecurity
  /// Protects what TLS connections get, which follows its files; nil without TLS.
  private let tls: Locked<LoadedTLS>?
  /// Protects the pace of requests; nil without a limit.
  private let bucket: Locked<TokenBucket>?

  private struct LoadedTLS {
    var context: TLSContext
    var stamps: [FileStamp?]
  }

  /// Loads everything, or says what can't be honoured.
  init(_ settings: HTTPServerSecurity) throws(HTTPServerError) {
    try settings.validate()
    self.settings = settings
    if let tls = settings.tls {
      // Stamps first: a file that changes in between is loaded again.
      let stamps = tls.stamps
      self.tls = Locked(LoadedTLS(context: try TLSContext(tls), stamps: stamps))
    } else {
      tls = nil
    }
    bucket = settings.rateLimit.flatMap { limit in
      limit.interval > .zero ? Locked(TokenBucket(limit, at: .now)) : nil
    }
  }

  var speaksTLS: Bool { tls != nil }

  /// What a new connection gets: from the files as they are now, or as they last were good.
  func contextForConnection() -> TLSContext? {
    guard let tls, let settings = settings.tls else { return nil }
    return tls.withLock { loaded in
      let stamps = settings.stamps
      if stamps != loaded.stamps {
        loaded.stamps = stamps
        // A pair that is being replaced does not fit together for a moment; its second half changes the stamps again.
        if let context = try? TLSContext(settings) { loaded.context = context }
      }
      return loaded.context
    }
  }

  /// What requests are judged by.
  var context: TLSContext? { tls?.withLock { $0.context } }

  func allowsRequest() -> Bool {
    bucket?.withLock { $0.take(at: .now) } ?? true
  }
}

extension HTTPServerSecurity.TLS {
  fileprivate var stamps: [FileStamp?] { [certificate.stamp, key.stamp, clientAuthorities?.stamp] }
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
