import System

/// The requests that a fault is for; a condition that is nil holds for all.
package struct FaultScope: Sendable, Hashable {
  package var operation: Operation?
  /// The path as sent, in which `*` stands for any text, including `/`.
  package var path: String?
  /// The project's id from the path, `X-Project-Id` or the token's scope.
  package var projectID: String?

  package init(operation: Operation? = nil, path: String? = nil, projectID: String? = nil) {
    self.operation = operation
    self.path = path
    self.projectID = projectID
  }

  package static let everything = FaultScope()

  func contains(_ request: ReceivedRequest) -> Bool {
    if let operation, operation != request.operation { return false }
    if let projectID, projectID != request.projectID { return false }
    guard let path else { return true }
    return Self.matches(Array(request.target.utf8.prefix { $0 != UInt8(ascii: "?") })[...], Array(path.utf8)[...])
  }

  private static func matches(_ text: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
    guard let first = pattern.first else { return text.isEmpty }
    if first == UInt8(ascii: "*") {
      let rest = pattern.dropFirst()
      return rest.isEmpty || text.indices.contains { matches(text[$0...], rest) } || matches([], rest)
    }
    return text.first == first && matches(text.dropFirst(), pattern.dropFirst())
  }
}

/// How often a fault happens.
package enum FaultFrequency: Sendable, Equatable {
  /// The fault happens to all requests in scope, until it is cleared.
  case always
  /// The same, from the next request for a first page on, so that no listing is affected in part.
  case fromFirstPage
  /// The fault happens to this share of the requests in scope, 0 to 1, chosen by the simulator's seed.
  case probability(Double)
  /// The fault happens to the next requests in scope, this many of them.
  case next(Int)
  /// The fault happens to all requests in scope after this number of them was let through.
  case after(Int)
  /// The fault happens to all requests in scope during outages that recur; the first request in scope starts the clock.
  case outages(after: Duration, lasting: Duration, every: Duration)
}

/// The faults: what goes wrong, with which requests and how often.
///
/// Rate limits are checked first; then the first rule that meets a request decides.
package struct Faults: Sendable {
  package struct Rule: Sendable {
    package var scope: FaultScope
    package var frequency: FaultFrequency
    package var fault: Fault
  }

  /// A limit on requests; those beyond this number in a second are answered with 429.
  package struct RateLimit: Sendable {
    package var scope: FaultScope
    package var perSecond: Int
    package var retryAfter: RetryAfter?
  }

  package private(set) var rules: [Rule] = []
  package private(set) var rateLimits: [RateLimit] = []
  private var requestsBySecond: [Int: (second: Int64, count: Int)] = [:]
  private var firstRequests: [Int: Duration] = [:]
  private var draws = 0

  package init() {}

  package static let none = Faults()

  package mutating func add(
    _ fault: Fault, to scope: FaultScope = .everything, _ frequency: FaultFrequency = .always
  ) {
    rules.append(Rule(scope: scope, frequency: frequency, fault: fault))
  }

  package mutating func add(_ fault: Fault, to operation: Operation, _ frequency: FaultFrequency = .always) {
    add(fault, to: FaultScope(operation: operation), frequency)
  }

  package mutating func limitRate(to perSecond: Int, of scope: FaultScope = .everything, retryAfter: RetryAfter? = nil)
  {
    rateLimits.append(RateLimit(scope: scope, perSecond: perSecond, retryAfter: retryAfter))
  }

  package mutating func clear() { self = Faults() }

  /// Returns the fault for a request, if any, and updates the counts and draws that it depends on.
  mutating func fault(for request: ReceivedRequest, hash: SeededHash) -> Fault? {
    let second = request.time.seconds
    for (index, limit) in rateLimits.enumerated() where limit.scope.contains(request) {
      var window = requestsBySecond[index] ?? (second, 0)
      if window.second != second { window = (second, 0) }
      window.count += 1
      requestsBySecond[index] = window
      if window.count > limit.perSecond {
        return .throttled(retryAfter: limit.retryAfter, statedLimit: "limit:\(limit.perSecond),time:1 second")
      }
    }
    for index in rules.indices where rules[index].scope.contains(request) {
      switch rules[index].frequency {
      case .always: return rules[index].fault
      case .fromFirstPage:
        guard request.isFirstPage else { continue }
        rules[index].frequency = .always
        return rules[index].fault
      case .probability(let share):
        draws += 1
        if hash.fraction(0xFA, draws) < share { return rules[index].fault }
      case .next(let count):
        if count > 0 {
          rules[index].frequency = .next(count - 1)
          return rules[index].fault
        }
      case .after(let count):
        if count == 0 { return rules[index].fault }
        rules[index].frequency = .after(count - 1)
      case .outages(let start, let length, let period):
        let first = firstRequests[index] ?? request.uptime
        firstRequests[index] = first
        let passed = (request.uptime - first - start) / .seconds(1)
        if passed >= 0, passed.truncatingRemainder(dividingBy: period / .seconds(1)) < length / .seconds(1) {
          return rules[index].fault
        }
      }
    }
    return nil
  }
}
