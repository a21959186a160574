/// A strict reader of OpenMetrics 1.0 pages, as far as gauges, counters, infos and histograms go.
struct OpenMetricsReader {
  struct Malformed: Error, Equatable {
    let line: Int
    let reason: String
  }

  struct Series: Hashable {
    let name: String
    let labels: [String: String]
  }

  private struct Family {
    let name: String
    var type: String?
    var unit: String?
    var help: String?
    var hasSamples = false
  }

  private(set) var series: [Series: Double] = [:]
  private var order: [Series] = []
  private var family: Family?
  private var seen: Set<String> = []
  private var number = 0

  init(_ page: [UInt8]) throws(Malformed) {
    guard let text = String(validating: page, as: UTF8.self) else { throw Malformed(line: 0, reason: "no UTF-8") }
    var lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
    guard lines.popLast() == "", lines.popLast() == "# EOF" else { throw Malformed(line: 0, reason: "no EOF") }
    for line in lines {
      number += 1
      if line.hasPrefix("#") { try readDescriptor(line) } else { try readSample(line) }
    }
    try finishFamily()
  }

  private func malformed(_ reason: String) -> Malformed { Malformed(line: number, reason: reason) }

  private mutating func readDescriptor(_ line: String) throws(Malformed) {
    let parts = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 4, parts[0] == "#", isName(parts[2]) else { throw malformed("bad descriptor") }
    if family?.name != parts[2] {
      try finishFamily()
      guard seen.insert(parts[2]).inserted else { throw malformed("family \(parts[2]) comes twice") }
      family = Family(name: parts[2])
    }
    guard family?.hasSamples == false else { throw malformed("descriptor after samples") }
    switch parts[1] {
    case "TYPE" where family?.type == nil && ["gauge", "counter", "info", "histogram"].contains(parts[3]):
      family?.type = parts[3]
    case "UNIT" where family?.unit == nil && !parts[3].isEmpty && parts[2].hasSuffix("_\(parts[3])"):
      family?.unit = parts[3]
    case "HELP" where family?.help == nil:
      var help = parts[3].unicodeScalars[...]
      while let scalar = help.popFirst() {
        if scalar == "\\", !["\\", "n", "\""].contains(help.popFirst()) { throw malformed("bad escape in HELP") }
        if scalar == "\"" { throw malformed("bare quotation mark in HELP") }
      }
      family?.help = parts[3]
    default: throw malformed("bad \(parts[1])")
    }
  }

  private mutating func readSample(_ line: String) throws(Malformed) {
    var rest = line.unicodeScalars[...]
    let name = take(&rest) { $0 != "{" && $0 != " " }
    guard isName(name) else { throw malformed("bad name") }
    let labels = rest.first == "{" ? try readLabels(&rest) : [:]
    guard rest.popFirst() == " " else { throw malformed("no space before the number") }
    let value = try readNumber(String(rest))
    guard let family, let type = family.type else { throw malformed("a sample without TYPE") }
    let suffixes =
      ["counter": ["_total"], "info": ["_info"], "histogram": ["_bucket", "_sum", "_count"]][type] ?? [""]
    guard suffixes.contains(where: { name == family.name + $0 }) else { throw malformed("\(name) in \(family.name)") }
    if type == "info", value != 1 || family.unit != nil { throw malformed("an info is 1 and has no unit") }
    if type == "counter", !(value >= 0) { throw malformed("a negative counter") }
    if name.hasSuffix("_bucket"), type == "histogram", labels["le"] == nil { throw malformed("no le") }
    let found = Series(name: name, labels: labels)
    guard series.updateValue(value, forKey: found) == nil else { throw malformed("series twice") }
    order.append(found)
    self.family?.hasSamples = true
  }

  private func readLabels(_ rest: inout Substring.UnicodeScalarView) throws(Malformed) -> [String: String] {
    var labels: [String: String] = [:]
    rest.removeFirst()
    repeat {
      let name = take(&rest) { $0 != "=" }
      guard isName(name), !name.contains(":"), rest.popFirst() == "=", rest.popFirst() == "\"" else {
        throw malformed("bad label")
      }
      var value = String.UnicodeScalarView()
      while let scalar = rest.popFirst(), scalar != "\"" {
        guard scalar == "\\" else {
          value.append(scalar)
          continue
        }
        switch rest.popFirst() {
        case "n"?: value.append("\n")
        case "\\"?: value.append("\\")
        case "\""?: value.append("\"")
        default: throw malformed("bad escape")
        }
      }
      guard labels.updateValue(String(value), forKey: name) == nil else { throw malformed("label twice") }
      if rest.first == "}" {
        rest.removeFirst()
        return labels
      }
    } while rest.popFirst() == ","
    throw malformed("labels without end")
  }

  private func readNumber(_ text: String) throws(Malformed) -> Double {
    switch text {
    case "NaN": return .nan
    case "+Inf": return .infinity
    case "-Inf": return -.infinity
    default:
      guard text.utf8.allSatisfy({ "+-.e0123456789".utf8.contains($0) }), let value = Double(text) else {
        throw malformed("bad number \(text)")
      }
      return value
    }
  }

  /// A histogram's lines stand together, its buckets upwards, the last as high as its count.
  private mutating func finishFamily() throws(Malformed) {
    defer { order = [] }
    guard let family else { return }
    guard family.type != nil, family.hasSamples else { throw malformed("\(family.name) is empty") }
    guard family.type == "histogram" else { return }
    var groups: [[String: String]] = []
    var bounds: [[String: String]: [(bound: Double, count: Double)]] = [:]
    for series in order {
      var labels = series.labels
      let bound = labels.removeValue(forKey: "le")
      if groups.last != labels {
        guard !groups.contains(labels) else { throw malformed("a histogram's lines are apart") }
        groups.append(labels)
      }
      if let bound { bounds[labels, default: []].append((try readNumber(bound), self.series[series] ?? .nan)) }
    }
    for labels in groups {
      let buckets = bounds[labels] ?? []
      let isRising = zip(buckets, buckets.dropFirst()).allSatisfy { $0.bound < $1.bound && $0.count <= $1.count }
      let count = series[Series(name: family.name + "_count", labels: labels)]
      guard isRising, buckets.last?.bound == .infinity, buckets.last?.count == count,
        series[Series(name: family.name + "_sum", labels: labels)] != nil
      else { throw malformed("bad histogram \(family.name)") }
    }
  }

  private func take(
    _ rest: inout Substring.UnicodeScalarView, while predicate: (Unicode.Scalar) -> Bool
  ) -> String {
    let taken = rest.prefix(while: predicate)
    rest = rest[taken.endIndex...]
    return String(taken)
  }

  private func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, !"0123456789".utf8.contains(first) else { return false }
    return text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
        UInt8(ascii: ":"), UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: false
      }
    }
  }
}
