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

  /// All that wait.
  var waiting: [Element] {
    // Asked several times per request, while hardly ever anybody waits.
    origins.values.reduce(into: []) { if !$1.waiting.isEmpty { $0 += $1.waiting } }
  }

  init(limit: Int) {
    self.limit = limit
  }

  /// True where the element's turn is now; otherwise `leave` will return it one day.
  mutating func enter(_ element: Element, at origin: String) -> Bool {
    if origins[origin, default: Origin()].running < limit {
      origins[origin, default: Origin()].running += 1
      return true
    }
    origins[origin, default: Origin()].waiting.append(element)
    return false
  }

  /// One that ran is done: the one whose turn it is now, if any waits.
  mutating func leave(_ origin: String) -> Element? {
    guard let state = origins[origin] else { return nil }
    if !state.waiting.isEmpty { return origins[origin]?.waiting.removeFirst() }
    origins[origin] = state.running > 1 ? Origin(running: state.running - 1) : nil
    return nil
  }

  /// Takes out one that waits; false where it does not.
  mutating func withdraw(_ element: Element, at origin: String) -> Bool {
    guard let index = origins[origin]?.waiting.firstIndex(where: { $0 === element }) else { return false }
    origins[origin]?.waiting.remove(at: index)
    return true
  }

  /// Takes out all that wait.
  mutating func removeWaiting() -> [Element] {
    defer {
      for origin in origins.keys { origins[origin]?.waiting = [] }
    }
    return waiting
  }
}
