import HTTPTransport
import System

/// What can be reported of the answers of one operation without repeating anything of them.
///
/// Everything in it passes an allow-list: our own names of fields, names of other fields that can't be secrets, JSON's
/// types, patterns of times, words of enumerations, orders of magnitude, and lengths. It holds no value of a text.
package struct AnswerShape: Sendable, Equatable {
  package struct Answer: Sendable, Equatable {
    /// Nil if no answer came.
    package var status: Int?
    package var code: String?
    package var milliseconds: Int
    package var bytes: Int
    package var contentType: String
    /// The names of the headers that are about throttling.
    package var headers: [String]
  }

  package struct Field: Sendable, Equatable {
    package let path: String
    /// Nil if the field is not read.
    package let use: ReadField.Use?
    /// The JSON types of its values, and `absent` if some objects lack it; empty if no object was seen that could have
    /// it.
    package var types: [String]
    /// What can be reported of its values: patterns, words, orders of magnitude, lengths.
    package var values: [String]
  }

  package var operation: String
  package var answers: [Answer]
  /// The fields that are read, in the order in which they are, then the others by name.
  package var fields: [Field]
  /// How often fields were seen whose names are not shown: they may reveal something of the account, or are too many.
  package var unnamed = 0

  package init(operation: String, answers: [Answer], fields: [Field], unnamed: Int = 0) {
    self.operation = operation
    self.answers = answers
    self.fields = fields
    self.unnamed = unnamed
  }

  /// `read` are the fields that are read of such answers.
  package init(of entries: [AnswerLog.Entry], operation: String, reads read: [ReadField]) {
    var observation = Observation(read)
    for entry in entries where 200..<300 ~= entry.status ?? 0 {
      if let json = JSON(document: entry.body) { observation.look(at: json) }
    }
    self.init(
      operation: operation, answers: entries.map(Answer.init), fields: observation.fields, unnamed: observation.unnamed)
  }
}

extension AnswerShape.Answer {
  init(_ entry: AnswerLog.Entry) {
    status = entry.status
    code = entry.code.map { Self.isShown(code: $0) ? $0 : "another" }
    milliseconds = Int(entry.duration / .milliseconds(1))
    bytes = entry.body.count
    let type = entry.headers.first(named: "Content-Type").map { text in
      text.prefix { $0 != ";" }.lowercased().filter { !$0.isWhitespace }
    }
    contentType = type.map { Self.contentTypes.contains($0) ? $0 : "another" } ?? "none"
    headers = Set(entry.headers.compactMap(Self.throttling)).sorted()
  }

  private static let contentTypes: Set = [
    "application/json", "text/html", "text/plain", "text/xml", "application/xml", "application/octet-stream",
  ]

  /// Returns the name of a header that is about throttling, as far as it is known; nil for any other header.
  private static func throttling(_ header: HTTPHeader) -> String? {
    let (name, prefix) = (header.name.lowercased(), "x-apig-ratelimit-")
    guard name.hasPrefix(prefix) else { return name == "retry-after" ? name : nil }
    return ["api", "app", "ip", "user"].contains(name.dropFirst(prefix.count)) ? name : prefix + "…"
  }

  /// Returns whether a code is one or two names and a number, such as `APIGW.0301` or `SVCSTG.SWR.4030170`.
  private static func isShown(code: String) -> Bool {
    let parts = code.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard 2...3 ~= parts.count, let number = parts.last, Redaction.isNumber(number, longest: 10) else { return false }
    return parts.dropLast().allSatisfy { 2...12 ~= $0.count && $0.allSatisfy(\.isASCIILetter) }
  }
}

/// The contents of some answers, field by field, as far as they can be reported.
private struct Observation {
  private struct Seen {
    var count = 0
    /// The number of them that are objects, and so could have fields.
    var objects = 0
    var types: Set<String> = []
    var values: Set<String> = []
    var lengths: ClosedRange<Int>?
  }

  private let read: [ReadField]
  private let uses: [String: ReadField.Use]
  private var seen: [String: Seen] = [:]
  private var others: Set<String> = []
  private(set) var unnamed = 0

  /// More values of a field, and more fields that are not read, are not reported.
  private static let mostValues = 12
  private static let mostOthers = 60

  init(_ read: [ReadField]) {
    var all: [ReadField] = []
    var known: Set<String> = []
    for field in read {
      // A field that is not itself read, but whose fields are, is an object.
      for place in Self.parents(of: field.path) where known.insert(place).inserted {
        all.append(ReadField(place, .object))
      }
      if known.insert(field.path).inserted { all.append(field) }
    }
    self.read = all
    uses = Dictionary(all.map { ($0.path, $0.use) }, uniquingKeysWith: { first, _ in first })
  }

  /// Returns the objects inside objects on the way to a field: `a[].b` for `a[].b.c`.
  private static func parents(of path: String) -> [String] {
    let parts = path.split(separator: ".")
    return parts.indices.dropLast().map { parts[...$0].joined(separator: ".") }.filter { !$0.hasSuffix("[]") }
  }

  mutating func look(at json: JSON) {
    note(json, at: "")
    look(into: json, at: "")
  }

  private mutating func look(into json: JSON, at path: String) {
    for element in json.elements {
      note(element, at: path + "[]")
      look(into: element, at: path + "[]")
    }
    // If a name is repeated, the last value counts, as it does for the readers.
    let fields = Dictionary(json.fields.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    for (name, value) in fields {
      let place = path.isEmpty ? name : "\(path).\(name)"
      if uses[place] != nil {
        note(value, at: place)
        look(into: value, at: place)
      } else if Self.isShown(name: name), others.count < Self.mostOthers || others.contains(place) {
        others.insert(place)
        note(value, at: place)
      } else {
        unnamed += 1
      }
    }
  }

  /// Returns whether a field's name may be shown: letters, underscores and at most two digits, shorter than secrets
  /// are, and not in capitals as access keys are.
  private static func isShown(name: String) -> Bool {
    let bytes = Array(name.utf8)
    guard 1...32 ~= bytes.count, bytes[0].isASCIILetter, bytes.count(where: \.isASCIIDigit) <= 2,
      bytes.count <= 8 || bytes.contains(where: \.isASCIISmallLetter)
    else { return false }
    return bytes.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "_") }
  }

  private mutating func note(_ json: JSON, at path: String) {
    var seen = seen[path, default: Seen()]
    defer { self.seen[path] = seen }
    seen.count += 1
    if json.isObject { seen.objects += 1 }
    seen.types.insert(json.type ?? "")
    guard let use = uses[path] else { return }
    if json.type == "array" { seen.values.insert("\(Self.magnitude(Double(json.elements.count))) elements") }
    if json.type == "number", let value = json.number { seen.values.insert(Self.magnitude(value)) }
    guard json.type == "string", let text = json.uncutString else { return }
    switch use {
    case .time: seen.values.insert(Self.pattern(text) ?? "text")
    case .state: seen.values.insert(Self.isWord(text) ? text : text.isEmpty ? "empty" : "another")
    case .flag: seen.values.insert(["true", "false"].contains(text) ? text : "text")
    case .number, .total, .marker: seen.values.insert(text.utf8.allSatisfy(\.isASCIIDigit) ? "digits" : "text")
    case .text, .list, .object:
      let length = text.utf8.count
      seen.lengths = seen.lengths.map { min($0.lowerBound, length)...max($0.upperBound, length) } ?? length...length
    }
  }

  /// Returns the order of magnitude: `10^3` for 1,000 to 9,999.
  private static func magnitude(_ value: Double) -> String {
    guard value != 0, value.isFinite else { return value == 0 ? "0" : "beyond all" }
    var power = 0
    var rest = value.magnitude
    while rest >= 10 { (rest, power) = (rest / 10, power + 1) }
    return (value < 0 ? "-" : "") + (value.magnitude < 1 ? "below 1" : "10^\(power)")
  }

  /// Returns a time with `d` for each digit; nil for a text with characters that no time has.
  private static func pattern(_ text: String) -> String? {
    guard text.utf8.count <= 48, text.utf8.allSatisfy({ $0.isASCIIDigit || "TZUC:.+- ".utf8.contains($0) }) else {
      return nil
    }
    return text.isEmpty ? "empty" : String(text.map { $0.isNumber ? "d" : $0 })
  }

  private static func isWord(_ text: String) -> Bool {
    1...24 ~= text.utf8.count
      && text.utf8.allSatisfy { ("a"..."z").contains(Character(Unicode.Scalar($0 | 0x20))) || "_-".utf8.contains($0) }
  }

  var fields: [AnswerShape.Field] {
    read.map { field($0.path, $0.use) } + others.sorted().map { field($0, nil) }
  }

  private func field(_ path: String, _ use: ReadField.Use?) -> AnswerShape.Field {
    let seen = seen[path] ?? Seen()
    // The objects that could have the field are at the path around it: `a[]` for `a[].b`.
    let outside = path.lastIndex(of: ".").map { String(path[..<$0]) } ?? ""
    var types = seen.types.sorted()
    if !path.hasSuffix("[]"), seen.count < self.seen[outside]?.objects ?? 0 { types.append("absent") }
    var values = Array(seen.values.sorted().prefix(Self.mostValues))
    if let lengths = seen.lengths { values.append("length \(lengths.lowerBound) to \(lengths.upperBound)") }
    return AnswerShape.Field(path: path, use: use, types: types, values: values)
  }
}

extension AnswerShape {
  /// The shape as a section of Markdown, which `parse` reads again.
  package var markdown: String {
    var lines = ["### `\(operation)`", ""]
    lines += Self.table(
      ["status", "error code", "ms", "bytes", "content type", "throttling headers"],
      answers.map { answer in
        [
          answer.status.map(String.init) ?? "none", answer.code.map { "`\($0)`" } ?? "none", "\(answer.milliseconds)",
          "\(answer.bytes)", answer.contentType,
          answer.headers.isEmpty ? "none" : answer.headers.joined(separator: ", "),
        ]
      })
    if !fields.isEmpty {
      lines += [""]
      lines += Self.table(
        ["field", "read as", "type", "values"],
        fields.map { field in
          [
            "`\(field.path)`", field.use?.rawValue ?? "not read",
            field.types.isEmpty ? "not seen" : field.types.joined(separator: ", "),
            field.values.map { "`\($0)`" }.joined(separator: ", "),
          ]
        })
    }
    if unnamed > 0 { lines += ["", "Values of further fields, whose names are not shown: \(unnamed)."] }
    return lines.map { $0 + "\n" }.joined()
  }

  private static func table(_ header: [String], _ rows: [[String]]) -> [String] {
    ([header, header.map { _ in "---" }] + rows).map { "| \($0.joined(separator: " | ")) |" }
  }

  /// Returns the shapes in a report; everything else in it is skipped.
  package static func parse(_ report: String) -> [AnswerShape] {
    var shapes: [AnswerShape] = []
    for line in report.split(whereSeparator: \.isNewline) {
      if line.hasPrefix("### `"), line.hasSuffix("`") {
        shapes.append(AnswerShape(operation: String(line.dropFirst(5).dropLast()), answers: [], fields: []))
      }
      guard line.hasPrefix("| "), line.hasSuffix(" |"), let last = shapes.indices.last else { continue }
      let cells = line.dropFirst(2).dropLast(2).split(separator: " | ", omittingEmptySubsequences: false).map { cell in
        cell.filter { $0 != "`" }.split(separator: ", ").map(String.init)
      }
      let texts = cells.map { $0.joined(separator: ", ") }
      if cells.count == 6, let milliseconds = Int(texts[2]), let bytes = Int(texts[3]) {
        shapes[last].answers.append(
          Answer(
            status: Int(texts[0]), code: texts[1] == "none" ? nil : texts[1], milliseconds: milliseconds, bytes: bytes,
            contentType: texts[4], headers: texts[5] == "none" ? [] : cells[5]))
      } else if cells.count == 4, line.hasPrefix("| `") {
        shapes[last].fields.append(
          Field(
            path: texts[0], use: ReadField.Use(rawValue: texts[1]), types: texts[2] == "not seen" ? [] : cells[2],
            values: cells[3]))
      }
    }
    return shapes
  }
}
