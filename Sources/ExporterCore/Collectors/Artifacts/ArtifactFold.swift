import HuaweiCloud

/// Folds the pages of an instance's artifact listing into totals, so that memory follows repositories, not artifacts.
struct ArtifactFold {
  /// A repository as the artifacts name it.
  struct Repository: Sendable {
    var id: Int64?
    /// Empty where the cloud gives none.
    var name: String
    var namespaceID: Int64?
    fileprivate var isWatched = true
    /// Of its types: one as a rule, so going through them beats hashing.
    fileprivate var firstRow: Int?
  }

  /// What is concluded about one type of artifacts in one repository.
  struct Row: Sendable {
    let repository: Int
    /// In `types`.
    let type: Int
    var totals: RepositoryTotals
    /// Of the repository's next type.
    fileprivate var nextRow: Int?
  }

  /// Last used before these moments, an artifact is idle.
  private let cutoffs: [Timestamp]
  private let filter: CompiledFilter
  private let maximumRows: Int
  private(set) var repositories: [Repository] = []
  private(set) var types: [String] = []
  private(set) var rows: [Row] = []
  /// For each row as many as there are periods, in their order: apart, since an array in each row would cost more than
  /// what it holds.
  private(set) var idle: [RepositoryTotals.Idle] = []
  private var indexes: [Int64: Int] = [:]
  /// Of those that artifacts name without an id.
  private var indexesByName: [String: Int] = [:]
  private var indexesByType: [String: Int] = [:]
  /// Of the artifact before.
  private var lastType = 0
  private var seen = SeenArtifacts()
  /// Artifacts of watched repositories, each once.
  private(set) var artifacts = 0

  /// `maximumRows` bounds the pairs of repository and type.
  init(idleFor periods: [IdlePeriod], filter: CompiledFilter, now: Timestamp, maximumRows: Int) {
    cutoffs = periods.map { now + (.zero - $0.duration) }
    self.filter = filter
    self.maximumRows = maximumRows
  }

  /// Throws `too_many_series` as soon as the totals would.
  mutating func add(_ page: ArtifactPage) throws(CloudError) {
    for artifact in page.artifacts where seen.insert(artifact, of: page) {
      let index = index(of: artifact, in: page)
      guard repositories[index].isWatched else { continue }
      lastType = type(of: artifact, in: page)
      let row = if let known = row(of: lastType, in: index) { known } else { try newRow(of: lastType, in: index) }
      rows[row].totals.add(artifact)
      if let lastUse = artifact.lastUse {
        // Not with `<=`, which the compiler leaves general for a type of another module.
        for period in cutoffs.indices where !(cutoffs[period] < lastUse) {
          idle[row * cutoffs.count + period].add(artifact)
        }
      }
      artifacts += 1
    }
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
    guard rows.count < maximumRows else {
      throw CloudError(
        .tooManySeries, operation: "ListInstanceAllArtifacts",
        message: "more repositories than max_series allows; raise it, or choose repositories with include and exclude")
    }
    let next = repositories[repository].firstRow
    rows.append(Row(repository: repository, type: type, totals: RepositoryTotals(), nextRow: next))
    idle.append(contentsOf: repeatElement(RepositoryTotals.Idle(), count: cutoffs.count))
    repositories[repository].firstRow = rows.count - 1
    return rows.count - 1
  }

  /// The places of watched repositories' rows, in a stable order: those of one repository stand together.
  var order: [Int] {
    rows.indices.filter { repositories[rows[$0].repository].isWatched }.sorted { left, right in
      let (one, other) = (repositories[rows[left].repository], repositories[rows[right].repository])
      return (one.id ?? -1, one.name, types[rows[left].type]) < (other.id ?? -1, other.name, types[rows[right].type])
    }
  }

  private mutating func index(of artifact: Artifact, in page: ArtifactPage) -> Int {
    let known =
      if let id = artifact.repositoryID { indexes[id] } else {
        indexesByName[artifact.repositoryName.map { page.text($0) } ?? ""]
      }
    if let known {
      // A listing may leave the name out of one artifact and give it with the next.
      if repositories[known].name.isEmpty, let name = artifact.repositoryName {
        repositories[known].name = page.text(name)
        repositories[known].isWatched = filter.accepts(repositories[known].name)
      }
      if repositories[known].namespaceID == nil { repositories[known].namespaceID = artifact.namespaceID }
      return known
    }
    let name = artifact.repositoryName.map { page.text($0) } ?? ""
    repositories.append(
      Repository(
        id: artifact.repositoryID, name: name, namespaceID: artifact.namespaceID, isWatched: filter.accepts(name)))
    if let id = artifact.repositoryID {
      indexes[id] = repositories.count - 1
    } else {
      indexesByName[name] = repositories.count - 1
    }
    return repositories.count - 1
  }
}
