import HuaweiCloud
import System

/// The labels of a row in order, each with the function that gives its value; nil stands for an empty value.
package typealias Labels<Row> = KeyValuePairs<String, @Sendable (Row) -> String?>

/// One line of a collector's table: a family's name, help, type and labels, and the function that fills it.
package struct Metric<Row>: Sendable {
  fileprivate struct Shape: Sendable {
    let name: String
    let kind: MetricDescriptor.Kind
    let help: String
    /// The labels that follow those of the row.
    let labels: [String]
  }

  fileprivate enum Work: Sendable {
    /// Adds the number of rows at the end, with the labels of what contains them, and nothing for a single row.
    case count
    case fill(@Sendable (Row, _ labels: Sheet.Labels, _ column: Int, inout Sheet) -> Void)
  }

  /// The families that the metric fills, in order: one, several for rows within a row, or none for a remark.
  fileprivate let shapes: [Shape]
  fileprivate let work: Work

  fileprivate init(_ shapes: [Shape], _ work: Work) {
    self.shapes = shapes
    self.work = work
  }

  private init(
    _ name: String, _ kind: MetricDescriptor.Kind = .gauge, _ help: String, labels: [String] = [],
    fill: @escaping @Sendable (Row, Sheet.Labels, Int, inout Sheet) -> Void
  ) {
    self.init([Shape(name: name, kind: kind, help: help, labels: labels)], .fill(fill))
  }

  /// A gauge of the number of rows, including 0, with the labels of what contains them.
  package static func count(_ name: String, _ help: String) -> Metric {
    Metric([Shape(name: name, kind: .gauge, help: help, labels: [])], .count)
  }

  /// A gauge of a number in each row that has one.
  package static func gauge<Value: MetricValue>(
    _ name: String, _ help: String, _ value: @escaping @Sendable (Row) -> Value
  ) -> Metric {
    Metric(name, .gauge, help) { row, labels, column, sheet in
      if let number = value(row).number { sheet.add(number, row: labels, to: column) }
    }
  }

  /// A counter of a number that only grows, in each row that has one.
  package static func counter<Value: MetricValue>(
    _ name: String, _ help: String, _ value: @escaping @Sendable (Row) -> Value
  ) -> Metric {
    Metric(name, .counter, help) { row, labels, column, sheet in
      if let number = value(row).number { sheet.add(number, row: labels, to: column) }
    }
  }

  /// One line for each documented state and one for `unknown`: 1 for the state that the row is in, 0 for the others.
  package static func states(
    _ name: String, _ help: String, label: String = "status", _ states: [String],
    _ state: @escaping @Sendable (Row) -> String?
  ) -> Metric {
    let candidates = states + ["unknown"]
    return Metric(name, .gauge, help, labels: [label]) { row, labels, column, sheet in
      let said = state(row)
      let current = said.flatMap { states.contains($0) ? $0 : nil } ?? "unknown"
      if let said, !said.isEmpty, current != said { sheet.noteUnexpected(label) }
      for (place, candidate) in candidates.enumerated() {
        let more = sheet.sharedMore(label, candidate, at: place, of: column)
        sheet.add(candidate == current ? 1 : 0, row: labels, more: more, to: column)
      }
    }
  }

  /// A gauge with one number for each value of a label, except for numbers that are not known.
  package static func gauges<Value: MetricValue>(
    _ name: String, _ help: String, by label: String,
    _ values: @escaping @Sendable (Row) -> [(String, Value)]
  ) -> Metric {
    Metric(name, .gauge, help, labels: [label]) { row, labels, column, sheet in
      for (place, (name, value)) in values(row).enumerated() {
        guard let number = value.number else { continue }
        sheet.add(number, row: labels, more: sheet.sharedMore(label, name, at: place, of: column), to: column)
      }
    }
  }

  /// An info metric with labels that describe each row.
  package static func info(_ name: String, _ help: String, _ labels: Labels<Row>) -> Metric {
    Metric(name, .info, help, labels: labels.map(\.key)) { row, place, column, sheet in
      let more = sheet.more(labels.map { ($0.key, $0.value(row) ?? "") }, of: column)
      sheet.add(1, row: place, more: more, to: column)
    }
  }

  /// An info metric with one line for each distinct value of a label, and none for a row without values.
  package static func infos(
    _ name: String, _ help: String, _ label: String, _ values: @escaping @Sendable (Row) -> [String]
  ) -> Metric {
    Metric(name, .info, help, labels: [label]) { row, labels, column, sheet in
      // Values are compared as they are shown: those that differ only beyond the length of a label are one.
      var seen = SeenLabels()
      for value in values(row) {
        let more = sheet.more([(label, value)], of: column)
        if seen.insert(more, of: sheet) { sheet.add(1, row: labels, more: more, to: column) }
      }
    }
  }

  /// What the cloud says of a row in its own words, cleaned by `JSON.remark`; it is only for the status page.
  package static func remark(
    of object: @escaping @Sendable (Row) -> String, _ text: @escaping @Sendable (Row) -> String?
  ) -> Metric {
    Metric(
      [],
      .fill { row, _, _, sheet in
        if let text = text(row) { sheet.note(ObjectRemark(object: object(row), text: text)) }
      })
  }

  /// A table of rows within each row; the labels of the inner rows follow those of the outer one.
  package static func each<Inner>(
    _ rows: @escaping @Sendable (Row) -> some Sequence<Inner> & SendableMetatype, _ labels: Labels<Inner>,
    _ metrics: [Metric<Inner>]
  ) -> Metric {
    let table = MetricTable(labels: labels, metrics: metrics)
    let own = labels.map(\.key)
    let shapes = metrics.flatMap { metric in
      metric.shapes.map { shape in
        Shape(
          name: shape.name, kind: shape.kind, help: shape.help,
          labels: (metric.isCount ? [] : own) + shape.labels)
      }
    }
    return Metric(
      shapes,
      .fill { row, labels, column, sheet in
        var writer = RowWriter(table, inside: labels, from: column)
        rows(row).forEach { _ = writer.add($0, to: &sheet) }
        writer.finish(&sheet)
      })
  }

  fileprivate var isCount: Bool { if case .count = work { true } else { false } }
}

/// A value that a metric can be made from: a number, a flag, a moment, a duration, or nothing.
package protocol MetricValue: SendableMetatype {
  /// The value as a number, or nil if the cloud did not give it.
  var number: Double? { get }
}

extension Int: MetricValue { package var number: Double? { Double(self) } }
extension UInt32: MetricValue { package var number: Double? { Double(self) } }
extension Int64: MetricValue { package var number: Double? { Double(self) } }
extension Double: MetricValue { package var number: Double? { self } }
extension Bool: MetricValue { package var number: Double? { self ? 1 : 0 } }
extension Timestamp: MetricValue { package var number: Double? { unixTime } }
extension Duration: MetricValue { package var number: Double? { seconds } }
extension Optional: MetricValue where Wrapped: MetricValue { package var number: Double? { flatMap(\.number) } }

/// The labels of one kind of row, and the metrics that are made from each row.
struct MetricTable<Row>: Sendable {
  let labels: [(key: String, value: @Sendable (Row) -> String?)]
  let metrics: [Metric<Row>]
  /// The first column of each metric.
  private let columns: [Int]
  /// The number of columns.
  let width: Int

  init(labels: Labels<Row>, metrics: [Metric<Row>]) {
    self.init(labels: labels.map { ($0.key, $0.value) }, metrics: metrics)
  }

  init(labels: [(key: String, value: @Sendable (Row) -> String?)], metrics: [Metric<Row>]) {
    self.labels = labels
    self.metrics = metrics
    columns = metrics.indices.map { metrics[..<$0].reduce(0) { $0 + $1.shapes.count } }
    width = metrics.reduce(0) { $0 + $1.shapes.count }
  }

  /// Returns the families; their lines begin with the labels named `outer`.
  func descriptors(after outer: [String]) -> [MetricDescriptor] {
    metrics.flatMap { metric in
      let before = outer + (metric.isCount ? [] : labels.map(\.key))
      return metric.shapes.map { MetricDescriptor($0.name, $0.kind, labels: before + $0.labels, help: $0.help) }
    }
  }

  func fill(_ row: Row, _ labels: Sheet.Labels, from first: Int, in sheet: inout Sheet) {
    for (metric, column) in zip(metrics, columns) {
      if case .fill(let fill) = metric.work { fill(row, labels, first + column, &sheet) }
    }
  }

  /// Adds the number of rows if the table counts them.
  func add(count: Int, _ labels: Sheet.Labels, from first: Int, to sheet: inout Sheet) {
    for (metric, column) in zip(metrics, columns) where metric.isCount {
      sheet.add(Double(count), row: labels, to: first + column)
    }
  }
}

/// The labels of a sheet that were seen already, compared by their text.
private struct SeenLabels {
  private var byHash: [UInt64: Sheet.Labels] = [:]
  /// Labels with the same hash as others; there are none unless somebody crafted them.
  private var others: [Sheet.Labels] = []

  /// Adds labels; returns false if the same text was seen before.
  mutating func insert(_ labels: Sheet.Labels, of sheet: Sheet) -> Bool {
    let hash = sheet.hash(of: labels)
    guard let known = byHash[hash] else {
      byHash[hash] = labels
      return true
    }
    if sheet.isSameText(known, labels) || others.contains(where: { sheet.isSameText($0, labels) }) { return false }
    others.append(labels)
    return true
  }
}

/// Adds rows to a sheet one by one, and leaves out those that have the labels of an earlier one.
struct RowWriter<Row> {
  private let table: MetricTable<Row>
  private let outer: Sheet.Labels
  private let first: Int
  private var seen = SeenLabels()
  /// The number of rows that were added.
  private(set) var count = 0

  init(_ table: MetricTable<Row>, inside outer: Sheet.Labels = .none, from first: Int = 0) {
    self.table = table
    self.outer = outer
    self.first = first
  }

  /// Adds a row; returns false if it has the labels of an earlier one.
  mutating func add(_ row: Row, to sheet: inout Sheet) -> Bool {
    var labels = outer
    if !table.labels.isEmpty {
      sheet.beginRow(inside: outer)
      for (name, value) in table.labels { sheet.appendLabel(name, value(row) ?? "") }
      labels = sheet.endRow()
    }
    guard seen.insert(labels, of: sheet) else {
      sheet.noteHidden()
      return false
    }
    count += 1
    table.fill(row, labels, from: first, in: &sheet)
    return true
  }

  /// Adds the number of rows, which is known only at the end.
  func finish(_ sheet: inout Sheet) { table.add(count: count, outer, from: first, to: &sheet) }
}
