/// The last good data of a target's objects, each with its own age.
struct ObjectBoard: Sendable {
  private struct Entry: Sendable {
    /// Nil where the object exists and holds nothing to show.
    var families: [Family]?
    var goodAt: Duration
  }

  private var entries: [String: Entry] = [:]
  /// Objects whose last good data is gone because it was too old.
  private var stale: Set<String> = []

  var isStale: Bool { !stale.isEmpty }
  var hasData: Bool { !entries.isEmpty }
  /// Objects that have something to show.
  var found: Int { entries.values.count { $0.families != nil } }
  var oldestGood: Duration? { entries.values.lazy.filter { $0.families != nil }.map(\.goodAt).min() }

  mutating func record(_ finding: ObjectFinding) {
    guard case .success(let answer) = finding.answer else { return }
    stale.remove(finding.key)
    switch answer {
    case .found(let families): entries[finding.key] = Entry(families: families, goodAt: finding.at)
    case .empty: entries[finding.key] = Entry(families: nil, goodAt: finding.at)
    case .gone: entries[finding.key] = nil
    }
  }

  mutating func forget(allBut watched: Set<String>) {
    entries = entries.filter { watched.contains($0.key) }
    stale.formIntersection(watched)
  }

  /// True when something was dropped.
  mutating func expire(at now: Duration, staleAfter: Duration) -> Bool {
    let expired = entries.filter { $0.value.families != nil && $0.value.goodAt + staleAfter <= now }.map(\.key)
    for key in expired {
      entries[key] = nil
      stale.insert(key)
    }
    return !expired.isEmpty
  }

  /// All objects' lines, family by family in the catalog's order, object by object within a family.
  func families(in order: [MetricDescriptor]) -> [Family] {
    var samples: [String: [Sample]] = [:]
    for (_, entry) in entries.sorted(by: { $0.key < $1.key }) {
      for family in entry.families ?? [] { samples[family.descriptor.name, default: []] += family.samples }
    }
    return order.compactMap { descriptor in samples[descriptor.name].map { Family(descriptor, $0) } }
  }
}
