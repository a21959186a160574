/// The description of a metric family, written once, next to the function that fills the family.
package struct MetricDescriptor: Sendable, Hashable {
  package enum Kind: String, Sendable {
    case gauge
    case counter
    case histogram
    /// A gauge of value 1 in text format 0.0.4; in OpenMetrics an `info` under the name without `_info`.
    case info
  }

  /// The name of the samples in both formats, including `_total` and `_info`; a histogram's has no suffix.
  package let name: String
  package let kind: Kind
  /// The help text: one line without quotation marks.
  package let help: String
  /// The names of the labels, in the order in which they are written.
  package let labels: [String]

  package init(_ name: String, _ kind: Kind = .gauge, labels: [String] = [], help: String) {
    self.name = name
    self.kind = kind
    self.help = help
    self.labels = labels
  }
}

extension MetricDescriptor {
  /// Returns the lines before the family's first sample.
  func header(in format: ExpositionFormat) -> [UInt8] {
    let family = familyName(in: format)
    var lines = "# HELP \(family) \(escapedHelp)\n# TYPE \(family) \(typeName(in: format))\n"
    if format == .openMetrics, let unit { lines += "# UNIT \(family) \(unit)\n" }
    return Array(lines.utf8)
  }

  /// Returns the family's name, which for a counter or an info in OpenMetrics lacks the suffix that its samples have.
  private func familyName(in format: ExpositionFormat) -> String {
    guard format == .openMetrics else { return name }
    switch kind {
    case .counter: return name.without(suffix: "_total")
    case .info: return name.without(suffix: "_info")
    case .gauge, .histogram: return name
    }
  }

  private func typeName(in format: ExpositionFormat) -> String {
    format == .text && kind == .info ? Kind.gauge.rawValue : kind.rawValue
  }

  /// The unit that the family's name ends in; an info has none (OpenMetrics 1.0, "Info").
  private var unit: String? {
    guard kind != .info else { return nil }
    let family = familyName(in: .openMetrics)
    return ["seconds", "bytes", "ratio"].first { family.hasSuffix("_\($0)") }
  }

  private var escapedHelp: String {
    guard help.utf8.contains(where: { $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "\n") }) else { return help }
    var escaped = ""
    for character in help.unicodeScalars {
      switch character {
      case "\\": escaped += "\\\\"
      case "\n": escaped += "\\n"
      default: escaped.unicodeScalars.append(character)
      }
    }
    return escaped
  }
}

extension String {
  fileprivate func without(suffix: String) -> String { hasSuffix(suffix) ? String(dropLast(suffix.count)) : self }
}
