import HuaweiCloud

/// Folds the pages of an instance's artifact listing into totals, so that memory follows repositories, not artifacts.
struct ArtifactFold {
  /// A repository as the artifacts name it.
  struct Repository: Sendable, Hashable {
    var id: Int64?
    /// Empty where the cloud gives none.
    var name: String
    var namespaceID: Int64?
    /// Totals by artifact type: one as a rule, so looking at each beats hashing.
    var types: [(name: String, totals: RepositoryTotals)] = []
    fileprivate var isWatched = true

    static func == (left: Self, right: Self) -> Bool { left.id == right.id && left.name == right.name }
    func hash(into hasher: inout Hasher) {
      hasher.combine(id)
      hasher.combine(name)
    }
  }

  private let cutoffs: [Timestamp]
  private let filter: CompiledFilter
  private let maximumRepositories: Int
  private var repositories: [Repository] = []
  private var indexes: [Int64: Int] = [:]
  /// Of those that artifacts name without an id.
  private var indexesByName: [String: Int] = [:]
  private var totals = 0
  private var seen = SeenArtifacts()
  /// Artifacts of watched repositories, each once.
  private(set) var artifacts = 0

  /// `maximumTotals` bounds the pairs of repository and type.
  init(idleFor periods: [IdlePeriod], filter: CompiledFilter, now: Timestamp, maximumTotals: Int) {
    cutoffs = periods.map { now + (.zero - $0.duration) }
    self.filter = filter
    maximumRepositories = maximumTotals
  }

  /// Throws `too_many_series` as soon as the totals would.
  mutating func add(_ page: ArtifactPage) throws(CloudError) {
    for artifact in page.artifacts where seen.insert(artifact, of: page) {
      let index = index(of: artifact, in: page)
      guard repositories[index].isWatched else { continue }
      let place =
        if let known = place(of: artifact.type, in: index, page) { known } else {
          try newTotals(of: artifact.type.map { page.text($0) } ?? "", in: index)
        }
      repositories[index].types[place].totals.add(artifact, cutoffs: cutoffs)
      artifacts += 1
    }
  }

  /// Looked for by hand: `firstIndex` would copy the totals of each.
  private func place(of type: JSONText?, in index: Int, _ page: ArtifactPage) -> Int? {
    for place in repositories[index].types.indices where page.isText(type, repositories[index].types[place].name) {
      return place
    }
    return nil
  }

  private mutating func newTotals(of type: String, in index: Int) throws(CloudError) -> Int {
    totals += 1
    guard totals <= maximumRepositories else {
      throw CloudError(
        .tooManySeries, operation: "ListInstanceAllArtifacts",
        message: "more repositories than max_series allows; raise it, or choose repositories with include and exclude")
    }
    repositories[index].types.append((type, RepositoryTotals(periods: cutoffs.count)))
    return repositories[index].types.count - 1
  }

  /// The watched repositories with their totals, in a stable order.
  var result: [Repository] {
    repositories.filter { $0.isWatched && !$0.types.isEmpty }
      .sorted { ($0.id ?? -1, $0.name) < ($1.id ?? -1, $1.name) }
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
