import CMicroHTTPD
import Dispatch
import Glibc
import System

/// The state that all daemons of one server share; libmicrohttpd's callbacks get it as their context.
final class ServerCore: Sendable {
  let limits: HTTPServerLimits
  let handler: @Sendable (HTTPServerRequest) -> HTTPServerAnswer
  let onAnswer: HTTPServerAnswerHook?
  /// The paths that are answered without a password or a certificate, and outside the rate limit.
  let openPaths: Set<String>
  let passwords = PasswordChecker()
  /// Protects which security settings are in force.
  private let currentSecurity: Locked<ServerSecurity>
  /// Protects who is connected and how many requests are in flight.
  private let connections: Locked<ConnectionTable>
  /// Protects which requests are suspended, so that each is resumed exactly once and none is suspended after the end.
  private let suspensions = Locked(Suspensions())
  /// Protects when the next sweep for overdue connections is planned; nil if none is.
  private let nextSweep = Locked<ContinuousClock.Instant?>(nil)
  /// Protects the outcomes of all exchanges: hardly any exchange ever gets one, so none has a lock of its own.
  let settling = Locked(())
  private let timers = DispatchQueue(label: "http-server-timers")
  /// Signalled when the last request in flight ends.
  private let drained = DispatchSemaphore(value: 0)

  private struct Suspensions {
    var isOver = false
    var requests: [Int32: Exchange] = [:]
  }

  init(
    limits: HTTPServerLimits,
    security: ServerSecurity,
    openPaths: Set<String>,
    onAnswer: HTTPServerAnswerHook?,
    handler: @escaping @Sendable (HTTPServerRequest) -> HTTPServerAnswer
  ) {
    self.limits = limits
    self.onAnswer = onAnswer
    self.openPaths = openPaths
    currentSecurity = Locked(security)
    self.handler = handler
    connections = Locked(ConnectionTable(limits: limits))
  }

  var security: ServerSecurity { currentSecurity.withLock { $0 } }

  func replaceSecurity(by security: ServerSecurity) {
    currentSecurity.withLock { $0 = security }
  }

  // MARK: Connections

  /// Ends every connection after its running answer, and idle ones at once.
  func retireConnections() {
    connections.withLock { table in
      table.retireAll()
      // Under the lock the sockets still belong to their connections: one leaves the table before its socket is closed.
      for socket in table.idleSockets { shutdown(socket, Int32(SHUT_RD)) }
    }
  }

  func accepts(_ client: ConnectionTable.ClientAddress?) -> Bool {
    connections.withLock { $0.accepts(client) }
  }

  func connectionOpened(_ socket: Int32, from client: ConnectionTable.ClientAddress?) {
    let now = ContinuousClock.now
    connections.withLock { $0.open(socket, from: client, at: now) }
    planSweep(at: now + limits.idleTimeout)
  }

  func connectionClosed(_ socket: Int32) {
    connections.withLock { $0.close(socket) }
  }

  func requestBegan(_ socket: Int32) {
    connections.withLock { $0.beginRequest(socket) }
  }

  func requestArrived(_ socket: Int32) {
    let now = ContinuousClock.now
    connections.withLock { $0.beginAnswer(socket, at: now) }
    planSweep(at: now + limits.answerTimeout)
  }

  func requestEnded(_ exchange: Exchange, at now: ContinuousClock.Instant) {
    let isLast = connections.withLock { table in
      table.endRequest(exchange.socket, wasCounted: exchange.isCounted, at: now)
      // Under the lock the socket is still this connection's.
      if table.isRetired(exchange.socket) { shutdown(exchange.socket, Int32(SHUT_RD)) }
      return table.isDraining && table.requestsInFlight == 0
    }
    if isLast { drained.signal() }
    planSweep(at: now + limits.idleTimeout)
  }

  func admitsCountedAnswer() -> Bool {
    connections.withLock { $0.admitsCountedAnswer() }
  }

  // MARK: Suspending

  /// Takes a request off the poller until `resume`; returns false if the server is ending.
  func suspend(_ exchange: Exchange) -> Bool {
    suspensions.withLock { suspensions in
      guard !suspensions.isOver else { return false }
      suspensions.requests[exchange.socket] = exchange
      // Under the lock, so that it comes before the call that resumes.
      unsafe MHD_suspend_connection(exchange.connection)
      return true
    }
  }

  /// Resumes a suspended request; has no effect on one that was resumed already.
  func resume(_ exchange: Exchange) {
    suspensions.withLock { suspensions in
      guard suspensions.requests[exchange.socket] === exchange else { return }
      suspensions.requests[exchange.socket] = nil
      unsafe MHD_resume_connection(exchange.connection)
    }
  }

  func resume(_ exchange: Exchange, after delay: Duration) {
    timers.asyncAfter(deadline: .now() + .nanoseconds(delay.clampedNanoseconds)) { self.resume(exchange) }
  }

  private func cancelSuspended(on socket: Int32) {
    guard let exchange = suspensions.withLock({ $0.requests[socket] }) else { return }
    exchange.cancel()
    resume(exchange)
  }

  // MARK: Slow clients

  private func planSweep(at instant: ContinuousClock.Instant) {
    let isEarliest = nextSweep.withLock { planned in
      if let planned, planned <= instant { return false }
      planned = instant
      return true
    }
    guard isEarliest else { return }
    let delay = ContinuousClock.now.duration(to: instant)
    timers.asyncAfter(deadline: .now() + .nanoseconds(delay.clampedNanoseconds)) { [weak self] in
      self?.sweep(plannedAt: instant)
    }
  }

  private func sweep(plannedAt instant: ContinuousClock.Instant) {
    let isCurrent = nextSweep.withLock { planned in
      guard planned == instant else { return false }
      planned = nil
      return true
    }
    guard isCurrent else { return }
    let now = ContinuousClock.now
    let (overdue, next) = connections.withLock { table in
      let overdue = table.takeOverdue(at: now)
      // Under the lock for the reason in `retireConnections`.
      for socket in overdue { shutdown(socket, Int32(SHUT_RDWR)) }
      return (overdue, table.nextDeadline)
    }
    for socket in overdue { cancelSuspended(on: socket) }
    if let next { planSweep(at: next) }
  }

  // MARK: The end

  /// Ends idle connections, waits until no request is in flight, at most for `grace`, and cancels those still
  /// suspended.
  func drain(grace: Duration) {
    let deadline = DispatchTime.now() + .nanoseconds(grace.clampedNanoseconds)
    connections.withLock { table in
      table.drain()
      // Under the lock for the reason in `retireConnections`.
      for socket in table.idleSockets { shutdown(socket, Int32(SHUT_RD)) }
    }
    while connections.withLock({ $0.requestsInFlight }) > 0 {
      guard drained.wait(timeout: deadline) == .success else { break }
    }
    let left = suspensions.withLock { suspensions in
      suspensions.isOver = true
      return Array(suspensions.requests.values)
    }
    for exchange in left {
      exchange.cancel()
      resume(exchange)
    }
  }
}

extension Duration {
  /// The duration in whole nanoseconds, from 0 to about 95 years.
  var clampedNanoseconds: Int {
    let (seconds, attoseconds) = components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    return Int(min(seconds, 3_000_000_000)) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
  }
}
