/// Writes families as lines, the same bytes in both formats; only headers differ.
///
/// Labels come escaped, so a line is three copies and a number.
struct Renderer {
  private(set) var bytes: [UInt8] = []

  /// The family's header and its lines; nothing where it has no lines.
  mutating func append(_ family: Family, in format: ExpositionFormat) {
    guard family.seriesCount > 0 else { return }
    bytes.append(contentsOf: family.descriptor.header(in: format))
    appendLines(of: family)
  }

  mutating func append(_ raw: [UInt8]) { bytes.append(contentsOf: raw) }

  /// The family's lines without its header.
  mutating func appendLines(of family: Family) {
    let name = Array(family.descriptor.name.utf8)
    let opening = name + [UInt8(ascii: "{")]
    reserve(for: family, nameLength: opening.count)
    for sample in family.samples {
      if sample.labels.bytes.isEmpty {
        bytes.append(contentsOf: name)
        bytes.append(UInt8(ascii: " "))
      } else {
        bytes.append(contentsOf: opening)
        bytes.append(contentsOf: sample.labels.bytes)
        bytes.append(UInt8(ascii: "}"))
        bytes.append(UInt8(ascii: " "))
      }
      appendNumber(sample.value)
      bytes.append(UInt8(ascii: "\n"))
    }
    for histogram in family.histograms { append(histogram, of: family.descriptor.name) }
  }

  /// Buckets upwards, then sum and count: one histogram's lines stand together.
  private mutating func append(_ histogram: HistogramSample, of name: String) {
    let value = histogram.value
    var cumulated = 0
    for (index, count) in value.counts.enumerated() {
      cumulated += count
      let bound = index < value.bounds.count ? "\(value.bounds[index])" : "+Inf"
      appendLine("\(name)_bucket", histogram.labels.adding("le", bound), Double(cumulated))
    }
    appendLine("\(name)_sum", histogram.labels, value.sum)
    appendLine("\(name)_count", histogram.labels, Double(cumulated))
  }

  private mutating func appendLine(_ name: String, _ labels: LabelSet, _ value: Double) {
    bytes.append(contentsOf: name.utf8)
    if !labels.bytes.isEmpty {
      bytes.append(UInt8(ascii: "{"))
      bytes.append(contentsOf: labels.bytes)
      bytes.append(UInt8(ascii: "}"))
    }
    bytes.append(UInt8(ascii: " "))
    appendNumber(value)
    bytes.append(UInt8(ascii: "\n"))
  }

  /// Once for the whole family: growing by doubling would copy everything several times.
  private mutating func reserve(for family: Family, nameLength: Int) {
    var needed = family.samples.count * (nameLength + 16)
    for sample in family.samples { needed += sample.labels.bytes.count }
    bytes.reserveCapacity(bytes.count + needed)
  }

  /// Integers as `42`, others in the shortest form that reads back as the same number.
  mutating func appendNumber(_ value: Double) {
    if let integer = Int64(exactly: value) {
      appendInteger(integer)
    } else if value.isNaN {
      bytes.append(contentsOf: "NaN".utf8)
    } else if value.isInfinite {
      bytes.append(contentsOf: (value > 0 ? "+Inf" : "-Inf").utf8)
    } else {
      bytes.append(contentsOf: value.description.utf8)
    }
  }

  private mutating func appendInteger(_ integer: Int64) {
    var rest = integer.magnitude
    if integer < 0 { bytes.append(UInt8(ascii: "-")) }
    if rest < 10 {
      bytes.append(UInt8(ascii: "0") + UInt8(rest))
      return
    }
    var digits = InlineArray<20, UInt8>(repeating: 0)
    var start = digits.count
    while rest > 0 {
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
      start -= 1
      digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
      rest = quotient
    }
    for index in start..<digits.count { bytes.append(digits[index]) }
  }
}
