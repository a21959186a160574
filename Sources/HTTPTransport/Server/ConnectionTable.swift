/// The open connections of a server: which new ones may be accepted, which are overdue, and how many requests are in
/// flight.
///
/// It is a value that only decides; its owner acts.
struct ConnectionTable {
  /// A client's address without its port; clients of unix sockets have none.
  struct ClientAddress: Hashable {
    var high: UInt64
    var low: UInt64
  }

  private struct Connection {
    var client: ClientAddress?
    var isAnswering = false
    /// Whether the connection ends after the running answer.
    var isRetired = false
    /// When the next request must be complete, or the running answer received.
    var deadline: ContinuousClock.Instant
  }

  private let limits: HTTPServerLimits
  /// The connections, each at the index of its socket, which stays open until the connection is removed. The system
  /// gives the smallest free numbers, so a list with gaps stays short; every request looks here several times.
  private var connections: [Connection?] = []
  private var connectionCount = 0
  private var perClient: [ClientAddress: Int] = [:]
  private(set) var requestsInFlight = 0
  /// Whether the server is ending, so that connections are not kept alive any more.
  private(set) var isDraining = false
  private var countedAnswers = 0

  init(limits: HTTPServerLimits) { self.limits = limits }

  var idleSockets: [Int32] { sockets { !$0.isAnswering } }
  var nextDeadline: ContinuousClock.Instant? { connections.lazy.compactMap { $0?.deadline }.min() }

  mutating func drain() {
    isDraining = true
    retireAll()
  }

  /// Lets no connection that is open now get another request.
  mutating func retireAll() {
    for index in connections.indices { connections[index]?.isRetired = true }
  }

  func isRetired(_ socket: Int32) -> Bool { self[socket]?.isRetired ?? isDraining }

  func accepts(_ client: ClientAddress?) -> Bool {
    guard connectionCount < limits.maximumConnections else { return false }
    guard let client else { return true }
    return perClient[client, default: 0] < limits.maximumConnectionsPerAddress
  }

  mutating func open(_ socket: Int32, from client: ClientAddress?, at now: ContinuousClock.Instant) {
    guard socket >= 0 else { return }
    close(socket)
    if connections.count <= socket {
      connections += Array(repeating: nil, count: Int(socket) + 1 - connections.count)
    }
    self[socket] = Connection(client: client, deadline: now + limits.idleTimeout)
    connectionCount += 1
    if let client { perClient[client, default: 0] += 1 }
  }

  mutating func close(_ socket: Int32) {
    guard let connection = self[socket] else { return }
    self[socket] = nil
    connectionCount -= 1
    guard let client = connection.client else { return }
    let left = perClient[client, default: 1] - 1
    perClient[client] = left > 0 ? left : nil
  }

  /// Notes that the first line of a request has arrived.
  mutating func beginRequest(_ socket: Int32) {
    requestsInFlight += 1
    self[socket]?.isAnswering = true
  }

  /// Notes that the whole request has arrived.
  mutating func beginAnswer(_ socket: Int32, at now: ContinuousClock.Instant) {
    let deadline = now + limits.answerTimeout
    self[socket]?.deadline = deadline
  }

  mutating func endRequest(_ socket: Int32, wasCounted: Bool, at now: ContinuousClock.Instant) {
    requestsInFlight -= 1
    if wasCounted { countedAnswers -= 1 }
    let deadline = now + limits.idleTimeout
    self[socket]?.isAnswering = false
    self[socket]?.deadline = deadline
  }

  /// Takes one of the places for counted answers; returns false if none is left.
  mutating func admitsCountedAnswer() -> Bool {
    guard limits.maximumCountedAnswers == 0 || countedAnswers < limits.maximumCountedAnswers else { return false }
    countedAnswers += 1
    return true
  }

  /// Returns the sockets whose deadline has passed; each is returned again only after another second, if it is still
  /// open.
  mutating func takeOverdue(at now: ContinuousClock.Instant) -> [Int32] {
    let overdue = sockets { $0.deadline <= now }
    for socket in overdue { self[socket]?.deadline = now + .seconds(1) }
    return overdue
  }

  private subscript(socket: Int32) -> Connection? {
    get { connections.indices.contains(Int(socket)) ? connections[Int(socket)] : nil }
    set { if connections.indices.contains(Int(socket)) { connections[Int(socket)] = newValue } }
  }

  private func sockets(where matches: (Connection) -> Bool) -> [Int32] {
    connections.indices.compactMap { index in
      connections[index].map(matches) == true ? Int32(index) : nil
    }
  }
}
