/// What the cloud says of an object in words of its own, cleaned.
package struct ObjectRemark: Sendable, Hashable {
  /// More of a target are of no help to anybody.
  static let mostShown = 20

  let object: String
  let text: String
}

/// The lines that a target, or one of its objects, contributes: family by family, with labels written once for each row.
///
/// A row is an object with its labels; a line is a row, perhaps one more label, and a number: 16 bytes. That is what makes
/// a million lines cost megabytes.
package struct Sheet: Sendable {
  /// Labels that stand in the sheet once, however many lines have them.
  package struct Labels: Sendable, Hashable {
    fileprivate let place: UInt32

    /// Those of the target alone.
    package static let none = Labels(place: 0)
  }

  private struct Line: Sendable {
    let value: Double
    let row: Labels
    let more: Labels
  }

  /// What all lines begin with.
  package let common: LabelSet
  /// By family, in the order of the table that fills the sheet.
  private var columns: [[Line]]
  /// The labels, one after another.
  private var bytes: [UInt8] = []
  /// Where in `bytes` each of them ends; the first are none.
  private var ends: [UInt32] = [0]
  /// By family and place, those that many rows have, such as the states of an enumeration.
  private var shared: [[(value: String, labels: Labels)]]
  /// Where the row that is being written begins.
  private var rowStart = 0
  private let maximumLines: Int
  package private(set) var lineCount = 0
  /// Rows that were left out, since an earlier one has their labels.
  package private(set) var hidden = 0
  /// Values that are not as the documents have them, by field.
  package private(set) var unexpected: [String: Int] = [:]
  /// What the cloud says of single objects, for the status page alone: the first of them.
  package private(set) var remarks: [ObjectRemark] = []
  /// There were more lines than it may have; what came after them is not in it.
  package private(set) var isOverfull = false

  package init(common: LabelSet, columns: Int, maximumLines: Int = .max) {
    self.common = common
    self.columns = Array(repeating: [], count: columns)
    shared = Array(repeating: [], count: columns)
    self.maximumLines = maximumLines
  }

  /// The labels of an object inside another one, which begin with that one's; they are new each time.
  package mutating func row(inside outer: Labels = .none, _ pairs: [(name: String, value: String)]) -> Labels {
    beginRow(inside: outer)
    for pair in pairs { appendLabel(pair.name, pair.value) }
    return endRow()
  }

  /// Begins the labels of a row; `appendLabel` adds each of them, and `endRow` closes them.
  mutating func beginRow(inside outer: Labels) {
    rowStart = bytes.count
    // Not as a slice, which would make the array copy itself.
    for place in range(of: outer) { bytes.append(bytes[place]) }
  }

  mutating func appendLabel(_ name: String, _ value: String) {
    bytes.appendLabel(name, value, afterComma: bytes.count > rowStart)
  }

  mutating func endRow() -> Labels { close() }

  /// What stands behind a row's labels in some of its lines.
  package mutating func more(_ pairs: [(name: String, value: String)]) -> Labels {
    for pair in pairs { bytes.appendLabel(pair.name, pair.value, afterComma: true) }
    return close()
  }

  /// The same of one label whose value many rows of a family have, mostly at the same place: it stands there once.
  package mutating func sharedMore(_ name: String, _ value: String, at place: Int, of column: Int) -> Labels {
    if place < shared[column].count, shared[column][place].value == value { return shared[column][place].labels }
    if let known = shared[column].first(where: { $0.value == value }) { return known.labels }
    let labels = more([(name, value)])
    shared[column].append((value, labels))
    return labels
  }

  private mutating func close() -> Labels {
    // Four gigabytes of labels are more than any limit on lines lets through.
    guard let end = UInt32(exactly: bytes.count), ends.count < Int(UInt32.max) else {
      isOverfull = true
      return .none
    }
    ends.append(end)
    return Labels(place: UInt32(ends.count - 1))
  }

  /// Adds a line to a family; past the limit, it is left out and the sheet overfull.
  package mutating func add(_ value: Double, row: Labels, more: Labels = .none, to column: Int) {
    guard lineCount < maximumLines else {
      isOverfull = true
      return
    }
    columns[column].append(Line(value: value, row: row, more: more))
    lineCount += 1
  }

  /// A number that labels of the same text have, and others rarely (FNV-1a).
  func hash(of labels: Labels) -> UInt64 {
    let bytes = bytes.span
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for place in range(of: labels) { hash = (hash ^ UInt64(bytes[place])) &* 0x0000_0100_0000_01b3 }
    return hash
  }

  func isSameText(_ one: Labels, _ other: Labels) -> Bool {
    bytes[range(of: one)].elementsEqual(bytes[range(of: other)])
  }

  private func range(of labels: Labels) -> Range<Int> {
    labels.place == 0 ? 0..<0 : Int(ends[Int(labels.place) - 1])..<Int(ends[Int(labels.place)])
  }

  func lineCount(of column: Int) -> Int { columns[column].count }

  /// The lines of a family: a row's labels, what stands behind them, and the number.
  func forEachLine(of column: Int, _ line: (Span<UInt8>, Span<UInt8>, Double) -> Void) {
    let column = columns[column]
    let (lines, bytes) = (column.span, bytes.span)
    for index in lines.indices {
      let each = lines[index]
      line(bytes.extracting(range(of: each.row)), bytes.extracting(range(of: each.more)), each.value)
    }
  }

  /// Gives up what only filling it needs.
  ///
  /// `unexpected` are further values that are not as the documents have them.
  package mutating func finish(unexpected: [String: Int] = [:]) {
    shared = []
    self.unexpected.merge(unexpected, uniquingKeysWith: +)
  }

  /// Notes a row that has the labels of an earlier one.
  mutating func noteHidden() { hidden += 1 }

  /// Notes what the cloud says of an object.
  mutating func note(_ remark: ObjectRemark) {
    if remarks.count < ObjectRemark.mostShown { remarks.append(remark) }
  }

  /// Notes a value that the documents do not have.
  mutating func noteUnexpected(_ field: String) { unexpected[field, default: 0] += 1 }
}
