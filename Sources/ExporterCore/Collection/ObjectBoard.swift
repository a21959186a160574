/// The last good data of a target's objects, each with its own age.
struct ObjectBoard: Sendable {
  private struct Entry: Sendable {
    /// Nil where the object exists and holds nothing to show.
    var sheet: Sheet?
    var goodAt: Duration
  }

  private var entries: [String: Entry] = [:]
  /// Objects whose last good data is gone because it was too old.
  private var stale: Set<String> = []

  var isStale: Bool { !stale.isEmpty }
  var hasData: Bool { !entries.isEmpty }
  /// Objects that have something to show.
  var found: Int { entries.values.count { $0.sheet != nil } }
  /// Values that are not as the documents have them, in all objects' data.
  var unexpected: [String: Int] {
    entries.values.reduce(into: [:]) { $0.merge($1.sheet?.unexpected ?? [:], uniquingKeysWith: +) }
  }

  var oldestGood: Duration? { entries.values.lazy.filter { $0.sheet != nil }.map(\.goodAt).min() }

  mutating func record(_ finding: ObjectFinding) {
    guard case .success(let answer) = finding.answer else { return }
    stale.remove(finding.key)
    switch answer {
    case .found(let sheet, _): entries[finding.key] = Entry(sheet: sheet, goodAt: finding.at)
    case .nothing: entries[finding.key] = Entry(sheet: nil, goodAt: finding.at)
    case .gone: entries[finding.key] = nil
    }
  }

  mutating func forget(allBut watched: Set<String>) {
    entries = entries.filter { watched.contains($0.key) }
    stale.formIntersection(watched)
  }

  /// True when something was dropped.
  mutating func expire(at now: Duration, staleAfter: Duration) -> Bool {
    let expired = entries.filter { $0.value.sheet != nil && $0.value.goodAt + staleAfter <= now }.map(\.key)
    for key in expired {
      entries[key] = nil
      stale.insert(key)
    }
    return !expired.isEmpty
  }

  /// All objects' lines, in the order of their keys.
  var sheets: [Sheet] { entries.sorted { $0.key < $1.key }.compactMap(\.value.sheet) }
}
