/// The last good data of a target's objects, each with its own age.
struct ObjectStates: Sendable {
  private struct Entry: Sendable {
    /// The data of the object, or nil if the object exists and has nothing to show.
    var sheet: Sheet?
    var goodAt: Duration
  }

  private var entries: [String: Entry] = [:]
  /// What the listing said of each object, if the target has a listing.
  private var listed: [String: Entry] = [:]
  /// Objects whose last good data is gone because it was too old.
  private var stale: Set<String> = []
  /// The number of values in the listing that do not match the documents, by field.
  private var oddInListing: [String: Int] = [:]

  var isStale: Bool { !stale.isEmpty }
  var hasData: Bool { !entries.isEmpty || !listed.isEmpty }
  /// The number of objects that have something to show.
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

  /// Records what a listing said of the objects before they are asked about one by one.
  mutating func record(_ said: SweepResult.Listed) {
    listed = said.sheets.mapValues { Entry(sheet: $0, goodAt: said.at) }
    oddInListing = said.unexpected
  }

  /// Records the end of a refresh: which objects are watched, and what a listing said of them.
  mutating func record(_ sweep: SweepResult) {
    entries = entries.filter { sweep.watched.contains($0.key) }
    if let said = sweep.listed {
      record(said)
      for object in sweep.gone { listed[object] = nil }
      if entries.isEmpty { stale = [] }
    }
    stale.formIntersection(sweep.watched)
  }

  /// Drops data that is older than `staleAfter`; returns whether there was any.
  mutating func expire(at now: Duration, staleAfter: Duration) -> Bool {
    let expired = { (entry: Entry) in entry.sheet != nil && entry.goodAt + staleAfter <= now }
    let keys = (Array(entries) + Array(listed)).filter { expired($0.value) }.map(\.key)
    entries = entries.filter { !expired($0.value) }
    listed = listed.filter { !expired($0.value) }
    stale.formUnion(keys)
    return !keys.isEmpty
  }

  /// The number of values in all objects' data that do not match the documents, by field.
  var unexpected: [String: Int] {
    (Array(entries.values) + Array(listed.values)).reduce(into: oddInListing) {
      $0.merge($1.sheet?.unexpected ?? [:], uniquingKeysWith: +)
    }
  }

  /// What the cloud says of single objects, limited to the first `ObjectRemark.mostShown`.
  var remarks: [ObjectRemark] { Array(sheets.lazy.flatMap(\.remarks).prefix(ObjectRemark.mostShown)) }

  /// The sheets of all objects, in the order of their keys.
  var sheets: [Sheet] {
    Set(entries.keys).union(listed.keys).sorted().flatMap {
      [listed[$0]?.sheet, entries[$0]?.sheet].compactMap(\.self)
    }
  }
}
