import HuaweiCloud
import System

/// Folds the pages of an instance's artifact listing into totals, so that memory follows repositories, not artifacts.
struct ArtifactFold {
  /// A repository, as its artifacts describe it.
  fileprivate struct Repository {
    /// Where the name is in `names`; empty if the cloud gives none.
    var name: Range<Int>
    var id: Int64?
    /// Whether the filter chooses it; nil while the filter needs a name and no artifact has given one.
    var isWatched: Bool?
    var namespaceID: Int64?
    /// The index of the first of its rows, one for each type. Most have one type, so following `nextRow` beats hashing.
    var firstRow: Int?
  }

  /// The totals of the artifacts of one type in one repository.
  fileprivate struct Row {
    var totals: RepositoryTotals
    let repository: Int
    /// The index in `types`.
    let type: Int
    /// The index of the repository's row for another type.
    var nextRow: Int?
  }

  fileprivate let periods: [IdlePeriod]
  /// For each period, the moment at or before which an artifact was last used if it is idle.
  private let cutoffs: [Timestamp]
  private let filter: RepositoryFilter
  /// The most media types counted separately. There are about ten; more than this is abuse and not worth the memory.
  private static let mostMediaTypes = 256
  /// How many media types, the most frequent ones, have a line each.
  private static let shownMediaTypes = 32
  /// The name of the rest; a type of this name is counted in it, since no line may appear twice.
  private static let otherMediaType = "other"
  /// Whether the filter chooses a repository without a name.
  private var watchesNameless = true
  private let maximumRepositories: Int
  /// The most rows that can be shown: if sizes are known, a row makes at least five lines, and two for each period.
  private let maximumRows: Int
  fileprivate var repositories: [Repository] = []
  /// The names of the repositories, one after another: a string for each would take three times the space.
  private var names: [UInt8] = []
  fileprivate var types: [String] = []
  fileprivate var rows: [Row] = []
  /// The idle totals of all rows, for each row one for each period in order. They are not in the rows, since an array
  /// in each would cost more than what it holds.
  fileprivate var idle: [RepositoryTotals.Idle] = []
  private var indexes: [Int64: Int] = [:]
  /// The indexes of repositories that artifacts name without an id.
  private var indexesByName: [String: Int] = [:]
  private var indexesByType: [String: Int] = [:]
  /// The type of the previous artifact, as an index in `types`.
  private var lastType = 0
  /// The number of artifacts by the media type of their manifest.
  private var mediaTypes: [(name: String, count: Int)] = []
  /// The media type that was counted last, as an index in `mediaTypes`.
  private var lastMediaType = 0
  /// The number of artifacts with media types that are not counted separately.
  private var otherMediaTypes = 0
  /// The number of artifacts in repositories whose `isWatched` is not known yet, by repository and index in `mediaTypes`.
  private var undecided: [Int: [Int?: Int]] = [:]
  private var seen = SeenArtifacts()
  /// The number of artifacts that have no identity or hold text that is not UTF-8.
  private(set) var unusable = 0

  /// The number of artifacts in watched repositories, each counted once.
  var artifacts: Int { rows.reduce(0) { $0 + (isWatched($1.repository) ? Int($1.totals.artifacts) : 0) } }

  private func isWatched(_ repository: Int) -> Bool { repositories[repository].isWatched ?? watchesNameless }

  /// The number of different artifacts, watched or not.
  var seenArtifacts: Int { seen.count }

  /// `maximumSeries` limits the pairs of repository and type, so that no more are kept than could be shown.
  init(idleFor periods: [IdlePeriod], filter: RepositoryFilter, now: Timestamp, maximumSeries: Int) {
    self.periods = periods
    cutoffs = periods.map { now + (.zero - $0.duration) }
    self.filter = filter
    maximumRepositories = maximumSeries
    maximumRows = maximumSeries / (5 + 2 * periods.count)
  }

  /// Adds a page to the totals.
  ///
  /// Throws `too_many_series` as soon as the totals exceed the limit, and `internal` if an expression takes too long.
  mutating func add(_ page: ArtifactPage) throws(CloudError) {
    for artifact in page.artifacts {
      guard artifact.isUsable, let isNew = seen.insert(artifact, of: page) else {
        unusable += 1
        continue
      }
      guard isNew else { continue }
      let index = try index(of: artifact, in: page)
      let isWatched = repositories[index].isWatched
      guard isWatched ?? true else { continue }
      lastType = type(of: artifact, in: page)
      let row = if let known = row(of: lastType, in: index) { known } else { try newRow(of: lastType, in: index) }
      rows[row].totals.add(artifact)
      if let lastUse = artifact.lastUse {
        // This is not `<=`, which the compiler does not specialize for a type of another module.
        for period in cutoffs.indices where !(cutoffs[period] < lastUse) {
          idle[row * cutoffs.count + period].add(artifact)
        }
      }
      let mediaType = mediaType(of: artifact, in: page)
      if isWatched == nil {
        undecided[index, default: [:]][mediaType, default: 0] += 1
      } else {
        countMediaType(mediaType, 1)
      }
    }
  }

  /// Counts the media types of a repository's artifacts, which could not be counted until it was known to be watched.
  private mutating func decide(_ repository: Int, isWatched: Bool) {
    guard let counts = undecided.removeValue(forKey: repository), isWatched else { return }
    for (mediaType, count) in counts { countMediaType(mediaType, count) }
  }

  private mutating func countMediaType(_ index: Int?, _ count: Int) {
    if let index { mediaTypes[index].count += count } else { otherMediaTypes += count }
  }

  /// Returns the index in `mediaTypes`; nil for one that is not counted separately.
  private mutating func mediaType(of artifact: Artifact, in page: ArtifactPage) -> Int? {
    if mediaTypes.indices.contains(lastMediaType), page.isText(artifact.mediaType, mediaTypes[lastMediaType].name) {
      return lastMediaType
    }
    let name = artifact.mediaType.map { page.text($0) } ?? ""
    if let known = mediaTypes.firstIndex(where: { $0.name == name }) {
      lastMediaType = known
    } else {
      guard name != Self.otherMediaType, mediaTypes.count < Self.mostMediaTypes else { return nil }
      mediaTypes.append((name, 0))
      lastMediaType = mediaTypes.count - 1
    }
    return lastMediaType
  }

  private mutating func type(of artifact: Artifact, in page: ArtifactPage) -> Int {
    if types.indices.contains(lastType), page.isText(artifact.type, types[lastType]) { return lastType }
    let name = artifact.type.map { page.text($0) } ?? ""
    if let known = indexesByType[name] { return known }
    types.append(name)
    indexesByType[name] = types.count - 1
    return types.count - 1
  }

  private func row(of type: Int, in repository: Int) -> Int? {
    var candidate = repositories[repository].firstRow
    while let row = candidate, rows[row].type != type { candidate = rows[row].nextRow }
    return candidate
  }

  private mutating func newRow(of type: Int, in repository: Int) throws(CloudError) -> Int {
    guard rows.count < maximumRows else { throw Self.tooManyRepositories }
    let next = repositories[repository].firstRow
    rows.append(Row(totals: RepositoryTotals(), repository: repository, type: type, nextRow: next))
    idle.append(contentsOf: repeatElement(RepositoryTotals.Idle(), count: cutoffs.count))
    repositories[repository].firstRow = rows.count - 1
    return rows.count - 1
  }

  private static let tooManyRepositories = CloudError(
    .tooMany, operation: "ListInstanceAllArtifacts",
    message: "more repositories than max_series allows; raise it, or choose repositories with include and exclude")

  /// Returns the totals by repository and type in a stable order; `namespaces` are names by id. No page may follow.
  mutating func result(namespaces: [Int64: String]) -> InstanceArtifacts {
    for repository in undecided.keys.sorted() { decide(repository, isWatched: isWatched(repository)) }
    // These are of use only while pages come.
    (indexes, indexesByName, indexesByType, seen) = ([:], [:], [:], SeenArtifacts())
    let order = rows.indices.filter { isWatched(rows[$0].repository) }.sorted { left, right in
      let (one, other) = (repositories[rows[left].repository], repositories[rows[right].repository])
      let (id, otherID) = (one.id ?? -1, other.id ?? -1)
      if id != otherID { return id < otherID }
      return (name(of: one), types[rows[left].type]) < (name(of: other), types[rows[right].type])
    }
    let ranked = mediaTypes.filter { $0.count > 0 }.sorted { ($1.count, $0.name) < ($0.count, $1.name) }
    var shown = ranked.prefix(Self.shownMediaTypes).map { ($0.name, $0.count) }
    let others = ranked.dropFirst(Self.shownMediaTypes).reduce(otherMediaTypes) { $0 + $1.count }
    if others > 0 { shown.append((Self.otherMediaType, others)) }
    return InstanceArtifacts(mediaTypes: shown, fold: self, order: order, namespaces: namespaces)
  }

  private mutating func index(of artifact: Artifact, in page: ArtifactPage) throws(CloudError) -> Int {
    let known =
      if let id = artifact.repositoryID { indexes[id] } else {
        indexesByName[artifact.repositoryName.map { page.text($0) } ?? ""]
      }
    if let known {
      // A listing may leave the name out of one artifact and give it with the next.
      if repositories[known].name.isEmpty, let name = artifact.repositoryName.map({ page.text($0) }) {
        repositories[known].name = keep(name)
        let isWatched = try filter.accepts(name)
        repositories[known].isWatched = isWatched
        decide(known, isWatched: isWatched)
      }
      if repositories[known].namespaceID == nil { repositories[known].namespaceID = artifact.namespaceID }
      return known
    }
    guard repositories.count < maximumRepositories else { throw Self.tooManyRepositories }
    let name = artifact.repositoryName.map { page.text($0) } ?? ""
    let isWatched = try filter.accepts(name)
    if name.isEmpty { watchesNameless = isWatched }
    repositories.append(
      Repository(
        name: keep(name), id: artifact.repositoryID, isWatched: name.isEmpty && !filter.isEmpty ? nil : isWatched,
        namespaceID: artifact.namespaceID))
    if let id = artifact.repositoryID {
      indexes[id] = repositories.count - 1
    } else {
      indexesByName[name] = repositories.count - 1
    }
    return repositories.count - 1
  }

  /// Adds a repository's name to `names`.
  private mutating func keep(_ name: String) -> Range<Int> {
    let start = names.count
    names.append(contentsOf: name.utf8)
    return start..<names.count
  }

  fileprivate func name(of repository: Repository) -> String {
    String(decoding: names[repository.name], as: UTF8.self)
  }
}

/// The totals of the artifacts of an instance.
struct InstanceArtifacts: Sendable {
  struct Repository: Sendable {
    let id: Int64?
    /// The name, or empty if the cloud gives none.
    let name: String
    let namespaceID: Int64?
    /// The name of the namespace, or nil if it is not known.
    let namespace: String?
    let types: [OfType]
  }

  /// The artifacts of one type in a repository.
  struct OfType: Sendable {
    let type: String
    let totals: RepositoryTotals
    let periods: [IdlePeriod]
    /// The idle totals, in the order of `periods`.
    let idle: ArraySlice<RepositoryTotals.Idle>

    func idle<Value>(_ value: (RepositoryTotals.Idle) -> Value) -> [(String, Value)] {
      zip(periods, idle).map { ($0.label, value($1)) }
    }
  }

  /// The number of artifacts by the media type of their manifest, most frequent first and the rest last.
  let mediaTypes: [(String, Int)]
  fileprivate let fold: ArtifactFold
  /// The indexes of the fold's rows, ordered by repository and type.
  fileprivate let order: [Int]
  fileprivate let namespaces: [Int64: String]

  /// The repositories, ordered by id and name.
  ///
  /// Each is made when its turn comes: all of them together would take as much memory as the totals do.
  var repositories: some Sequence<Repository> & SendableMetatype {
    sequence(state: order[...]) { rest in
      guard let first = rest.first else { return nil }
      let rows = rest.prefix { fold.rows[$0].repository == fold.rows[first].repository }
      rest = rest[rows.endIndex...]
      return repository(rows)
    }
  }

  private func repository(_ rows: ArraySlice<Int>) -> Repository {
    let repository = fold.repositories[fold.rows[rows[rows.startIndex]].repository]
    let width = fold.periods.count
    return Repository(
      id: repository.id, name: fold.name(of: repository), namespaceID: repository.namespaceID,
      namespace: repository.namespaceID.flatMap { namespaces[$0] },
      types: rows.map { row in
        OfType(
          type: fold.types[fold.rows[row].type], totals: fold.rows[row].totals, periods: fold.periods,
          idle: fold.idle[row * width..<(row + 1) * width])
      })
  }
}
