import System

/// The runs so far, oldest first: a list, or made when a page needs them.
package struct SimulatedHistory<Run: Sendable>: Sendable {
  /// Returns the runs at a time; a pure function.
  package var runs: @Sendable (_ now: Timestamp) -> [Run]

  /// Creates a history of fixed runs, by default of none.
  package init(_ runs: [Run] = []) { self.runs = { _ in runs } }

  package init(_ runs: @escaping @Sendable (_ now: Timestamp) -> [Run]) { self.runs = runs }
}

/// The order in which a listing shows executions, since no document says it.
package enum ExecutionOrder: Sendable, Hashable {
  /// An order that is of no use to a reader, but the same on every page.
  case shuffled(seed: UInt64)
  case oldestFirst
  case newestFirst

  /// Returns runs, which come oldest first, in the order of the listing.
  func listing<Run>(of runs: [Run], id: (Run) -> SimulatedID?) -> [Run] {
    switch self {
    case .oldestFirst: return runs
    case .newestFirst: return runs.reversed()
    case .shuffled(let seed):
      let keys = runs.map { run in
        // The order depends on the ids alone, so that a new run does not move the others.
        SeededHash(seed: (id(run)?.label ?? "").utf8.reduce(seed) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }).bits(
          1)
      }
      return runs.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }.map { runs[$0] }
    }
  }
}

/// The schedule by which a policy runs.
package struct SimulatedSchedule: Sendable, Hashable {
  /// The cron expression of six fields, in UTC.
  package var cron: String
  /// The longest time between two runs, found by looking at the calendar; nil if the text is not a cron expression.
  package var longestGap: Duration?

  package init(cron: String, longestGap: Duration?) {
    self.cron = cron
    self.longestGap = longestGap
  }

  static let each: [SimulatedSchedule] = [
    SimulatedSchedule(cron: "0 0 0 * * ?", longestGap: .seconds(86_400)),
    SimulatedSchedule(cron: "0 30 2 * * *", longestGap: .seconds(86_400)),
    SimulatedSchedule(cron: "0 0 */6 * * *", longestGap: .seconds(6 * 3600)),
    SimulatedSchedule(cron: "0 0 0 * * 1", longestGap: .seconds(7 * 86_400)),
    SimulatedSchedule(cron: "0 0 2,8 * * *", longestGap: .seconds(18 * 3600)),
    SimulatedSchedule(cron: "0 */15 * * * *", longestGap: .seconds(900)),
    SimulatedSchedule(cron: "0 0 0 * * 1-5", longestGap: .seconds(3 * 86_400)),
    SimulatedSchedule(cron: "0 0 */5 * * *", longestGap: .seconds(5 * 3600)),
    SimulatedSchedule(cron: "when it rains", longestGap: nil),
    SimulatedSchedule(cron: "", longestGap: nil),
  ]
}

extension JSONWriter {
  /// Writes the trigger of a policy, or nothing if its type is nil.
  mutating func trigger(_ type: String?, _ schedule: SimulatedSchedule?) {
    guard let type else { return }
    object("trigger") {
      $0.string("type", type)
      if let schedule {
        $0.object("trigger_settings") { $0.string("cron", schedule.cron) }
      }
    }
  }
}

extension RouteRequest {
  /// Returns the answer if the executions of a policy can't be listed.
  func refusedExecutions(_ status: Int) -> Reply {
    switch status {
    case 403: failure(403, route.service.forbidden, "Insufficient permissions")
    case 404: failure(404, "SWR.404002", "The policy does not exist")
    default: failure(status, "SWR.\(status)001", "The executions can't be listed")
    }
  }
}

/// The key by which runs are ordered from oldest to newest: by time, those without one first, then by id.
struct Recency: Comparable {
  var time: Timestamp?
  var id: SimulatedID

  static func < (left: Self, right: Self) -> Bool {
    let (first, second) = (left.time ?? Timestamp(seconds: .min), right.time ?? Timestamp(seconds: .min))
    if first != second { return first < second }
    if let left = Int64(left.id.label), let right = Int64(right.id.label) { return left < right }
    return left.id.label < right.id.label
  }
}

/// Returns what a reader sees of a listing who asks for the first page of a hundred and, if there are more, for the
/// last one: each id once, and nothing without an id.
func firstAndLastPage<Run>(of listing: [Run], id: (Run) -> SimulatedID?) -> [Run] {
  var seen: Set<String> = []
  let last = max(100, (listing.count - 1) / 100 * 100)
  return (listing.prefix(100) + listing.dropFirst(last)).filter { run in
    id(run).map { seen.insert($0.label).inserted } ?? false
  }
}

/// Returns the number of each known status, including 0, and of all others as `unknown`.
func countedStatuses(_ statuses: [String?], known: [String]) -> [String: Int] {
  var counts = Dictionary(uniqueKeysWithValues: (known + ["unknown"]).map { ($0, 0) })
  for status in statuses { counts[knownStatus(status, known), default: 0] += 1 }
  return counts
}

/// Returns the status, or `unknown` if it is not a documented one.
func knownStatus(_ status: String?, _ known: [String]) -> String {
  status.flatMap { known.contains($0) ? $0 : nil } ?? "unknown"
}

/// Runs at a steady pace, also before the beginning of the world, since a cloud has a past.
struct SteadyPace: Sendable {
  /// The time at which the run with the number 0 begins.
  var start: Timestamp
  var interval: Duration
  /// The number of last runs that are still listed.
  var kept: Int
  /// The time after which nothing runs any more, if any.
  var end: Timestamp?

  /// Returns the runs that are listed at a time, oldest first; those before the start have negative numbers.
  func runs(at now: Timestamp) -> [(number: Int, began: Timestamp, age: Duration)] {
    let last = Int(((min(now, end ?? now) - start) / interval).rounded(.down))
    return (last - kept + 1...last).map { number in
      let began = start + .seconds(interval / .seconds(1) * Double(number))
      return (number, began, now - began)
    }
  }
}

extension Array {
  /// The element at an index of the array repeated endlessly in both directions.
  subscript(round index: Int) -> Element { self[((index % count) + count) % count] }
}

extension GeneratedProject {
  /// Returns when a run of a policy began and ended.
  ///
  /// A run begins an hour after the one before, every tenth at the very same time; some beginnings and ends are
  /// unknown.
  func times(ofRun number: Int, of runs: Int, _ own: SeededHash) -> (began: SimulatedTime, ended: SimulatedTime) {
    let isTied = number % 10 >= 8
    let hour = number % 10 == 9 ? number - 1 : number
    let began = Timestamp(
      seconds: beginning.seconds - Int64(runs - hour) * 3600,
      nanoseconds: isTied ? 0 : Int32(own.number(below: 1_000_000_000, 3, number)))
    let ended = began + .seconds(1 + own.number(below: 1800, 4, number))
    let unknown: [Int: SimulatedTime] = [6: .absent, 23: .null, 31: .empty, 36: .never]
    return (unknown[number % 37] ?? .at(began), number % 13 == 12 ? .absent : .at(ended))
  }

  /// Returns the status of a run: mostly a success, unless `succeeds` is false, and sometimes none that is documented.
  func status(ofRun number: Int, _ own: SeededHash, succeeds: Bool) -> String? {
    switch own.number(below: 20, 7, number) {
    case 0: "Stopped"
    case 1: "InProgress"
    case 2: ["Pending", "", nil, "succeed"][round: number]
    case 3..<9: "Failed"
    default: succeeds ? "Succeed" : "Failed"
    }
  }
}
