/// The last good data of a target's objects, each with its own age.
struct ObjectStates: Sendable {
  private struct Entry: Sendable {
    /// What was asked; nil where the object exists and holds nothing to show.
    var sheet: Sheet?
    var goodAt: Duration
  }

  private var entries: [String: Entry] = [:]
  /// What a listing said of the objects, where one gives them.
  private var listed: [String: Entry] = [:]
  /// Objects whose last good data is gone because it was too old.
  private var stale: Set<String> = []
  /// What was odd in the listing.
  private var oddInListing: [String: Int] = [:]

  var isStale: Bool { !stale.isEmpty }
  var hasData: Bool { !entries.isEmpty || !listed.isEmpty }
  /// Objects that have something to show.
  var found: Int { Set(shown(entries) + shown(listed)).count }
  var oldestGood: Duration? {
    (Array(entries.values) + Array(listed.values)).lazy.filter { $0.sheet != nil }.map(\.goodAt).min()
  }

  private func shown(_ entries: [String: Entry]) -> [String] { entries.filter { $0.value.sheet != nil }.map(\.key) }

  mutating func record(_ finding: ObjectFinding) {
    guard case .success(let answer) = finding.answer else { return }
    stale.remove(finding.key)
    switch answer {
    case .found(let sheet, _): entries[finding.key] = Entry(sheet: sheet, goodAt: finding.at)
    case .nothing: entries[finding.key] = Entry(sheet: nil, goodAt: finding.at)
    case .gone: entries[finding.key] = nil
    }
  }

  /// Takes in what a listing said of the objects, of which each is then asked about.
  mutating func record(_ said: SweepResult.Listed) {
    listed = said.sheets.mapValues { Entry(sheet: $0, goodAt: said.at) }
    oddInListing = said.unexpected
  }

  /// Takes in the end of a refresh: what is watched, and what a listing said of it.
  mutating func record(_ sweep: SweepResult) {
    entries = entries.filter { sweep.watched.contains($0.key) }
    if let said = sweep.listed {
      record(said)
      for object in sweep.gone { listed[object] = nil }
      if entries.isEmpty { stale = [] }
    }
    stale.formIntersection(sweep.watched)
  }

  /// True when something was dropped.
  mutating func expire(at now: Duration, staleAfter: Duration) -> Bool {
    let expired = { (entry: Entry) in entry.sheet != nil && entry.goodAt + staleAfter <= now }
    let keys = (Array(entries) + Array(listed)).filter { expired($0.value) }.map(\.key)
    entries = entries.filter { !expired($0.value) }
    listed = listed.filter { !expired($0.value) }
    stale.formUnion(keys)
    return !keys.isEmpty
  }

  /// Values that are not as the documents have them, in all objects' data.
  var unexpected: [String: Int] {
    (Array(entries.values) + Array(listed.values)).reduce(into: oddInListing) {
      $0.merge($1.sheet?.unexpected ?? [:], uniquingKeysWith: +)
    }
  }

  /// What the cloud says of single objects, of the first of them.
  var remarks: [ObjectRemark] { Array(sheets.lazy.flatMap(\.remarks).prefix(ObjectRemark.mostShown)) }

  /// Rows in all objects' data that have the labels of an earlier one.
  var hidden: Int { entries.values.reduce(0) { $0 + ($1.sheet?.hidden ?? 0) } }

  /// All objects' lines, in the order of their keys.
  var sheets: [Sheet] {
    Set(entries.keys).union(listed.keys).sorted().flatMap {
      [listed[$0]?.sheet, entries[$0]?.sheet].compactMap(\.self)
    }
  }
}
