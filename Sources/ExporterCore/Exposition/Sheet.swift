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

  /// The text of labels: the bytes from the end of the text before it up to `end`, after those of `outer`.
  private struct Text: Sendable {
    let outer: Labels
    let end: UInt32
  }

  /// The labels that all lines start with.
  package let common: LabelSet
  /// The lines by family, in the order of the table that fills the sheet.
  private var columns: [[Line]]
  private var bytes: [UInt8] = []
  /// The texts of the labels, in the order in which they stand in `bytes`; the first is that of `Labels.none`.
  private var texts = [Text(outer: .none, end: 0)]
  /// The labels that many rows share, such as the states of an enumeration, by family and place.
  private var shared: [[(value: String, labels: Labels)]]
  /// The labels that `more` returned last, by family.
  private var latest: [Labels]
  /// The labels that precede those of the row that is being written.
  private var rowOuter = Labels.none
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
    latest = Array(repeating: .none, count: columns)
    self.maximumLines = maximumLines
  }

  /// Adds the labels of an object inside another one, after those of the other; returns new labels each time.
  package mutating func row(inside outer: Labels = .none, _ pairs: [(name: String, value: String)]) -> Labels {
    beginRow(inside: outer)
    for pair in pairs { appendLabel(pair.name, pair.value) }
    return endRow()
  }

  /// Starts the labels of a row inside `outer`; `appendLabel` adds each, and `endRow` ends them.
  mutating func beginRow(inside outer: Labels) {
    rowStart = bytes.count
    let text = texts[Int(outer.place)]
    if text.outer == .none {
      rowOuter = range(of: outer).isEmpty ? .none : outer
    } else {
      // A text follows no more than one other, so what stands between them is copied.
      rowOuter = text.outer
      for place in range(of: outer) { bytes.append(bytes[place]) }
    }
  }

  mutating func appendLabel(_ name: String, _ value: String) {
    bytes.appendLabel(name, value, afterComma: rowOuter != .none || bytes.count > rowStart)
  }

  mutating func endRow() -> Labels { close(after: rowOuter) }

  /// Adds labels that follow a row's labels in a line of a family, or returns those of the line before if they are the
  /// same, as for objects of one namespace.
  package mutating func more(_ pairs: [(name: String, value: String)], of column: Int) -> Labels {
    let start = bytes.count
    for pair in pairs { bytes.appendLabel(pair.name, pair.value, afterComma: true) }
    guard !bytes[start...].elementsEqual(bytes[range(of: latest[column])]) else {
      bytes.removeSubrange(start...)
      return latest[column]
    }
    latest[column] = close(after: .none)
    return latest[column]
  }

  /// Returns a label whose value many rows of a family have, mostly at the same place: it is stored once.
  package mutating func sharedMore(_ name: String, _ value: String, at place: Int, of column: Int) -> Labels {
    if place < shared[column].count, shared[column][place].value == value { return shared[column][place].labels }
    if let known = shared[column].first(where: { $0.value == value }) { return known.labels }
    let labels = more([(name, value)], of: column)
    shared[column].append((value, labels))
    return labels
  }

  private mutating func close(after outer: Labels) -> Labels {
    // Positions have 32 bits, and only a very high limit on lines lets four gigabytes of labels through.
    guard let end = UInt32(exactly: bytes.count), texts.count < Int(UInt32.max) else {
      isOverfull = true
      return .none
    }
    texts.append(Text(outer: outer, end: end))
    return Labels(place: UInt32(texts.count - 1))
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

  /// Returns a hash that is the same for labels of the same text in one outer row, and rarely the same for others
  /// (FNV-1a).
  func hash(of labels: Labels) -> UInt64 {
    let bytes = bytes.span
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for place in range(of: labels) { hash = (hash ^ UInt64(bytes[place])) &* 0x0000_0100_0000_01b3 }
    return hash
  }

  func isSameText(_ one: Labels, _ other: Labels) -> Bool {
    texts[Int(one.place)].outer == texts[Int(other.place)].outer
      && bytes[range(of: one)].elementsEqual(bytes[range(of: other)])
  }

  /// Returns where the text stands that the labels do not share with an outer row.
  private func range(of labels: Labels) -> Range<Int> {
    labels.place == 0 ? 0..<0 : Int(texts[Int(labels.place) - 1].end)..<Int(texts[Int(labels.place)].end)
  }

  func lineCount(of column: Int) -> Int { columns[column].count }

  /// Calls `line` for each line of a family with the labels of the outermost row, those of the row inside it, those that
  /// follow, and the number.
  func forEachLine(of column: Int, _ line: (Span<UInt8>, Span<UInt8>, Span<UInt8>, Double) -> Void) {
    let column = columns[column]
    let (lines, bytes) = (column.span, bytes.span)
    for index in lines.indices {
      let each = lines[index]
      let own = bytes.extracting(range(of: each.row))
      let more = bytes.extracting(range(of: each.more))
      let outer = texts[Int(each.row.place)].outer
      if outer == .none {
        line(own, Span(), more, each.value)
      } else {
        line(bytes.extracting(range(of: outer)), own, more, each.value)
      }
    }
  }

  /// Releases what is needed only to fill the sheet.
  ///
  /// `unexpected` are further values that differ from what the documents name, by field.
  package mutating func finish(unexpected: [String: Int] = [:]) {
    (shared, latest) = ([], [])
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
