/// Who is connected: what may be accepted, who has to hurry, and whether anybody is being answered.
///
/// A value that decides; whoever holds it acts.
struct ConnectionTable {
  /// A client's address without its port; nil for unix sockets, which have none.
  struct ClientAddress: Hashable {
    var high: UInt64
    var low: UInt64
  }

  private struct Connection {
    var client: ClientAddress?
    var isAnswering = false
    /// Not kept alive after the running answer.
    var isRetired = false
    /// When the next request must be complete, or the running answer taken.
    var deadline: ContinuousClock.Instant
  }

  private let limits: HTTPServerLimits
  /// By socket, which stays open until the connection is removed.
  private var connections: [Int32: Connection] = [:]
  private var perClient: [ClientAddress: Int] = [:]
  private(set) var requestsInFlight = 0
  /// Set when the server ends: connections are not kept alive any more.
  private(set) var isDraining = false
  private var largeAnswers = 0

  init(limits: HTTPServerLimits) { self.limits = limits }

  var sockets: [Int32] { Array(connections.keys) }
  var idleSockets: [Int32] { connections.filter { !$0.value.isAnswering }.map(\.key) }
  var nextDeadline: ContinuousClock.Instant? { connections.values.map(\.deadline).min() }

  mutating func drain() {
    isDraining = true
    retireAll()
  }

  /// No connection that is open now gets another request.
  mutating func retireAll() {
    for socket in connections.keys { connections[socket]?.isRetired = true }
  }

  func isRetired(_ socket: Int32) -> Bool { connections[socket]?.isRetired ?? isDraining }

  func accepts(_ client: ClientAddress?) -> Bool {
    guard connections.count < limits.maximumConnections else { return false }
    guard let client else { return true }
    return perClient[client, default: 0] < limits.maximumConnectionsPerAddress
  }

  mutating func open(_ socket: Int32, from client: ClientAddress?, at now: ContinuousClock.Instant) {
    connections[socket] = Connection(client: client, deadline: now + limits.idleTimeout)
    if let client { perClient[client, default: 0] += 1 }
  }

  mutating func close(_ socket: Int32) {
    guard let connection = connections.removeValue(forKey: socket), let client = connection.client else { return }
    let left = perClient[client, default: 1] - 1
    perClient[client] = left > 0 ? left : nil
  }

  /// The first line of a request has arrived.
  mutating func beginRequest(_ socket: Int32) {
    requestsInFlight += 1
    connections[socket]?.isAnswering = true
  }

  /// The whole request has arrived.
  mutating func beginAnswer(_ socket: Int32, at now: ContinuousClock.Instant) {
    connections[socket]?.deadline = now + limits.answerTimeout
  }

  mutating func endRequest(_ socket: Int32, wasLarge: Bool, at now: ContinuousClock.Instant) {
    requestsInFlight -= 1
    if wasLarge { largeAnswers -= 1 }
    connections[socket]?.isAnswering = false
    connections[socket]?.deadline = now + limits.idleTimeout
  }

  /// Takes one of the places for large answers, where one is left.
  mutating func admitsLargeAnswer() -> Bool {
    guard limits.maximumLargeAnswers == 0 || largeAnswers < limits.maximumLargeAnswers else { return false }
    largeAnswers += 1
    return true
  }

  /// Those whose time is over; each is named again only after another second, should it still be there.
  mutating func takeOverdue(at now: ContinuousClock.Instant) -> [Int32] {
    let overdue = connections.filter { $0.value.deadline <= now }.map(\.key)
    for socket in overdue { connections[socket]?.deadline = now + .seconds(1) }
    return overdue
  }
}
