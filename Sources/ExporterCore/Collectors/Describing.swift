import HuaweiCloud

extension Family {
  /// Adds a line, unless the cloud gave no value.
  mutating func add(_ labels: LabelSet, _ value: Double?) {
    if let value { samples.append(Sample(labels, value)) }
  }

  mutating func add(_ labels: LabelSet, _ value: Int64?) {
    add(labels, value.map(Double.init))
  }

  mutating func add(_ labels: LabelSet, _ flag: Bool?) {
    add(labels, flag.map { $0 ? 1.0 : 0.0 })
  }

  mutating func add(_ labels: LabelSet, _ moment: Timestamp?) {
    add(labels, moment?.unixTime)
  }

  /// Adds one line for each documented state and one for `unknown`: 1 for the state it is in, 0 for the others.
  mutating func add(_ labels: LabelSet, state: String?, of states: [String], label: String = "status") {
    let current = state.flatMap { states.contains($0) ? $0 : nil } ?? "unknown"
    for candidate in states + ["unknown"] {
      samples.append(Sample(labels.adding(label, candidate), candidate == current ? 1 : 0))
    }
  }
}

extension [Family] {
  /// The lines of all families.
  var seriesCount: Int { reduce(0) { $0 + $1.seriesCount } }
}

extension Array {
  /// The elements whose identity is new, in order.
  func uniqued<Identity: Hashable>(by identity: (Element) -> Identity) -> [Element] {
    var seen: Set<Identity> = []
    return filter { seen.insert(identity($0)).inserted }
  }
}
