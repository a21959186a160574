/// A text that the cloud sent about an object, cleaned by `JSON.remark`.
package struct ObjectRemark: Sendable, Hashable {
  /// The most remarks that are kept for a target; more would help no reader.
  static let mostShown = 20

  let object: String
  let text: String
}

/// The lines that a target, or one of its objects, contributes: family by family, with the labels of each row stored
/// once.
///
/// A row is an object with its labels. A line is a row, possibly with further labels, and a number: 16 bytes, so that a
/// million lines cost megabytes.
package struct Sheet: Sendable {
  /// Labels that the sheet stores once, however many lines have them.
  package struct Labels: Sendable, Hashable {
    fileprivate let place: UInt32

    /// No labels but those of the target.
    package static let none = Labels(place: 0)
  }

  private struct Line: Sendable {
    let value: Double
    let row: Labels
    let more: Labels
  }

  /// The labels that all lines start with.
  package let common: LabelSet
  /// The lines by family, in the order of the table that fills the sheet.
  private var columns: [[Line]]
  /// The texts of the labels, one after another.
  private var bytes: [UInt8] = []
  /// The position in `bytes` at which each of the labels ends; the first entry is for `Labels.none`.
  private var ends: [UInt32] = [0]
  /// The labels that many rows share, such as the states of an enumeration, by family and place.
  private var shared: [[(value: String, labels: Labels)]]
  /// The position in `bytes` at which the row that is being written starts.
  private var rowStart = 0
  private let maximumLines: Int
  package private(set) var lineCount = 0
  /// The number of rows that were left out because an earlier one has the same labels.
  package private(set) var hidden = 0
  /// The number of values that differ from what the documents name, by field.
  package private(set) var unexpected: [String: Int] = [:]
  /// The first remarks of the cloud about single objects, for the status page only.
  package private(set) var remarks: [ObjectRemark] = []
  /// Whether there were more lines, or more bytes of labels, than allowed; those beyond the limit are left out.
  package private(set) var isOverfull = false

  package init(common: LabelSet, columns: Int, maximumLines: Int = .max) {
    self.common = common
    self.columns = Array(repeating: [], count: columns)
    shared = Array(repeating: [], count: columns)
    self.maximumLines = maximumLines
  }

  /// Adds the labels of an object inside another one, after those of the other; returns new labels each time.
  package mutating func row(inside outer: Labels = .none, _ pairs: [(name: String, value: String)]) -> Labels {
    beginRow(inside: outer)
    for pair in pairs { appendLabel(pair.name, pair.value) }
    return endRow()
  }

  /// Starts the labels of a row with those of `outer`; `appendLabel` adds each further label, and `endRow` ends them.
  mutating func beginRow(inside outer: Labels) {
    rowStart = bytes.count
    // The bytes are copied one by one, since appending a slice would make the array copy itself.
    for place in range(of: outer) { bytes.append(bytes[place]) }
  }

  mutating func appendLabel(_ name: String, _ value: String) {
    bytes.appendLabel(name, value, afterComma: bytes.count > rowStart)
  }

  mutating func endRow() -> Labels { close() }

  /// Adds labels that follow a row's labels in some of its lines.
  package mutating func more(_ pairs: [(name: String, value: String)]) -> Labels {
    for pair in pairs { bytes.appendLabel(pair.name, pair.value, afterComma: true) }
    return close()
  }

  /// Returns a label whose value many rows of a family have, mostly at the same place: it is stored once.
  package mutating func sharedMore(_ name: String, _ value: String, at place: Int, of column: Int) -> Labels {
    if place < shared[column].count, shared[column][place].value == value { return shared[column][place].labels }
    if let known = shared[column].first(where: { $0.value == value }) { return known.labels }
    let labels = more([(name, value)])
    shared[column].append((value, labels))
    return labels
  }

  private mutating func close() -> Labels {
    // Positions have 32 bits, and only a very high limit on lines lets four gigabytes of labels through.
    guard let end = UInt32(exactly: bytes.count), ends.count < Int(UInt32.max) else {
      isOverfull = true
      return .none
    }
    ends.append(end)
    return Labels(place: UInt32(ends.count - 1))
  }

  /// Adds a line to a family; beyond the limit, the line is left out and the sheet becomes overfull.
  package mutating func add(_ value: Double, row: Labels, more: Labels = .none, to column: Int) {
    guard lineCount < maximumLines else {
      isOverfull = true
      return
    }
    columns[column].append(Line(value: value, row: row, more: more))
    lineCount += 1
  }

  /// Returns a hash that is the same for labels of the same text, and rarely the same for others (FNV-1a).
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

  /// Calls `line` for each line of a family with the row's labels, the labels that follow them, and the number.
  func forEachLine(of column: Int, _ line: (Span<UInt8>, Span<UInt8>, Double) -> Void) {
    let column = columns[column]
    let (lines, bytes) = (column.span, bytes.span)
    for index in lines.indices {
      let each = lines[index]
      line(bytes.extracting(range(of: each.row)), bytes.extracting(range(of: each.more)), each.value)
    }
  }

  /// Releases what is needed only to fill the sheet.
  ///
  /// `unexpected` are further values that differ from what the documents name, by field.
  package mutating func finish(unexpected: [String: Int] = [:]) {
    shared = []
    self.unexpected.merge(unexpected, uniquingKeysWith: +)
  }

  /// Counts a row that has the labels of an earlier one.
  mutating func noteHidden() { hidden += 1 }

  /// Keeps a remark of the cloud about an object, if there are not too many already.
  mutating func note(_ remark: ObjectRemark) {
    if remarks.count < ObjectRemark.mostShown { remarks.append(remark) }
  }

  /// Counts a value that the documents do not name.
  mutating func noteUnexpected(_ field: String) { unexpected[field, default: 0] += 1 }
}
