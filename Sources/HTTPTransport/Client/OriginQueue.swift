/// Lets at most `limit` elements per origin run at a time; the others wait in the order of arrival.
///
/// libcurl's own limit per host counts the wait as time spent connecting, so a busy host would look like a dead one.
struct OriginQueue<Element: AnyObject> {
  private struct Origin {
    var running = 0
    var waiting: [Element] = []
  }

  let limit: Int
  private var origins: [String: Origin] = [:]

  /// The waiting elements of all origins.
  var waiting: [Element] {
    // This is read several times per request, while hardly ever anything waits, so empty queues are skipped.
    origins.values.reduce(into: []) { if !$1.waiting.isEmpty { $0 += $1.waiting } }
  }

  init(limit: Int) {
    self.limit = limit
  }

  /// Adds an element and returns whether it may run now; otherwise `leave` returns it when it may.
  mutating func enter(_ element: Element, at origin: String) -> Bool {
    if origins[origin, default: Origin()].running < limit {
      origins[origin, default: Origin()].running += 1
      return true
    }
    origins[origin, default: Origin()].waiting.append(element)
    return false
  }

  /// Removes an element that ran and returns the next one that may run, if any waits.
  mutating func leave(_ origin: String) -> Element? {
    guard let state = origins[origin] else { return nil }
    if !state.waiting.isEmpty { return origins[origin]?.waiting.removeFirst() }
    origins[origin] = state.running > 1 ? Origin(running: state.running - 1) : nil
    return nil
  }

  /// Removes a waiting element; returns false if it does not wait.
  mutating func withdraw(_ element: Element, at origin: String) -> Bool {
    guard let index = origins[origin]?.waiting.firstIndex(where: { $0 === element }) else { return false }
    origins[origin]?.waiting.remove(at: index)
    return true
  }

  /// Removes all waiting elements and returns them.
  mutating func removeWaiting() -> [Element] {
    defer {
      for origin in origins.keys { origins[origin]?.waiting = [] }
    }
    return waiting
  }
}
