import HuaweiCloud

/// The totals of one instance with their labels, from which each family makes its samples when they are written.
///
/// With a million series the samples would take many times the memory of what they are made from.
struct ArtifactTable: Sendable {
  private struct Row: Sendable {
    /// The place of its totals in `folded`.
    let place: Int
    /// Places in `Labels`.
    let repository: Range<Int>
    let type: Int
    /// In the first row of each repository.
    let namespace: Int?
  }

  /// What the rows' labels are put together from, each stored once.
  private struct Labels: Sendable {
    /// Of all rows.
    let common: LabelSet
    /// Id and name, one repository after another.
    var repositories: [UInt8] = []
    /// What follows, by type.
    var types: [LabelSet] = []
    /// What follows where there is a period: for each type as many as there are periods, in their order.
    var periods: [LabelSet] = []
    /// What follows in an info.
    var namespaces: [LabelSet] = []
  }

  private let folded: [ArtifactFold.Row]
  private let idle: [RepositoryTotals.Idle]
  private let periodCount: Int
  private let rows: [Row]
  private let labels: Labels

  init(_ fold: ArtifactFold, namespaces: [Int64: String], idleFor periods: [IdlePeriod], of target: TargetID) {
    var labels = Labels(common: LabelSet(["project": target.project, "instance_id": target.scope]))
    // At once: growing by doubling would take twice the memory for a moment. The names of the labels and an id take 60.
    labels.repositories.reserveCapacity(
      fold.repositories.reduce(0) { $0 + $1.name.utf8.count + 60 })
    var knownNamespaces: [Int64?: Int] = [:]
    var last: (repository: Int, labels: Range<Int>)?

    for name in fold.types {
      let type = LabelSet(following: ["artifact_type": name])
      labels.types.append(type)
      labels.periods += periods.map { type.adding("idle_for", $0.label) }
    }

    func namespace(_ id: Int64?) -> Int {
      if let known = knownNamespaces[id] { return known }
      labels.namespaces.append(
        LabelSet(following: [
          "namespace_id": id.map(String.init) ?? "", "swr_namespace": id.flatMap { namespaces[$0] } ?? "",
        ]))
      knownNamespaces[id] = knownNamespaces.count
      return knownNamespaces.count - 1
    }

    rows = fold.order.map { place in
      let row = fold.rows[place]
      if let last, last.repository == row.repository {
        return Row(place: place, repository: last.labels, type: row.type, namespace: nil)
      }
      let repository = fold.repositories[row.repository]
      let start = labels.repositories.count
      let id = repository.id.map(String.init) ?? ""
      labels.repositories += LabelSet(["repository_id": id, "repository": repository.name]).bytes
      let range = start..<labels.repositories.count
      last = (row.repository, range)
      return Row(
        place: place, repository: range, type: row.type, namespace: namespace(repository.namespaceID))
    }
    folded = fold.rows
    idle = fold.idle
    periodCount = periods.count
    self.labels = labels
  }

  /// One sample for each row that has a value.
  func family(
    _ descriptor: MetricDescriptor, value: @escaping @Sendable (borrowing RepositoryTotals) -> Double?
  ) -> Family {
    Family(descriptor, commonLabels: labels.common) { [self] line in
      let (rows, folded, repositories, types) = (rows.span, folded.span, labels.repositories.span, labels.types.span)
      for index in rows.indices {
        let row = rows[index]
        guard let value = value(folded[row.place].totals) else { continue }
        line(repositories.extracting(row.repository), types[row.type].bytes.span, value)
      }
    }
  }

  /// One sample for each row and period.
  func familyByPeriod(
    _ descriptor: MetricDescriptor, value: @escaping @Sendable (RepositoryTotals.Idle) -> Double
  ) -> Family {
    Family(descriptor, commonLabels: labels.common) { [self] line in
      let (rows, idle, repositories, periods) = (rows.span, idle.span, labels.repositories.span, labels.periods.span)
      for index in rows.indices {
        let row = rows[index]
        let repository = repositories.extracting(row.repository)
        for period in 0..<periodCount {
          let labels = periods[row.type * periodCount + period].bytes.span
          line(repository, labels, value(idle[row.place * periodCount + period]))
        }
      }
    }
  }

  /// One sample for each repository.
  func repositories(_ descriptor: MetricDescriptor) -> Family {
    Family(descriptor, commonLabels: labels.common) { [self] line in
      let (rows, repositories, namespaces) = (rows.span, labels.repositories.span, labels.namespaces.span)
      for index in rows.indices {
        guard let namespace = rows[index].namespace else { continue }
        line(repositories.extracting(rows[index].repository), namespaces[namespace].bytes.span, 1)
      }
    }
  }
}
