import HTTPTransport
import System

/// Writes families as lines, the same bytes in both formats; only headers differ.
///
/// Labels come escaped, so a line is copies of bytes that are there, and a number.
struct Renderer {
  private(set) var bytes: [UInt8] = []
  /// Since the last `take`.
  private var lineCount = 0

  /// The family's header and its lines; nothing where it has no lines.
  mutating func append(_ family: Family, in format: ExpositionFormat) {
    guard family.seriesCount > 0 else { return }
    bytes.append(contentsOf: family.descriptor.header(in: format))
    appendLines(of: family)
  }

  /// Makes room for so many bytes more.
  mutating func reserve(_ count: Int) { bytes.reserveCapacity(bytes.count + count) }

  mutating func append(_ raw: [UInt8]) { bytes.append(contentsOf: raw) }

  /// The family's lines without its header. Whenever there are `limit` lines, all that is written goes to `full`.
  mutating func appendLines(of family: Family, upTo limit: Int = .max, full: ([UInt8]) -> Void = { _ in }) {
    let name = Name(family.descriptor.name, commonLabels: family.commonLabels)
    var remaining = family.seriesCount
    family.forEachSample { labels, more, value in
      // Room for all at once, judged by the first: growing by doubling would copy everything several times.
      if lineCount == 0 {
        let length = name.opening.count + labels.count + more.count + 16
        bytes.reserveCapacity(bytes.count + min(limit, remaining) * length)
      }
      append(name, labels, more, value)
      remaining -= 1
      if lineCount >= limit { full(take()) }
    }
    for histogram in family.histograms {
      append(histogram, of: family.descriptor.name)
      if lineCount >= limit { full(take()) }
    }
  }

  /// What is written so far; goes on with nothing.
  mutating func take() -> [UInt8] {
    defer {
      bytes = []
      lineCount = 0
    }
    return bytes
  }

  /// Buckets upwards, then sum and count: one histogram's lines stand together.
  private mutating func append(_ histogram: HistogramSample, of name: String) {
    let value = histogram.value
    var cumulated = 0
    let bucket = Name("\(name)_bucket")
    let labels = histogram.labels
    for (index, count) in value.counts.enumerated() {
      cumulated += count
      let bound = index < value.bounds.count ? "\(value.bounds[index])" : "+Inf"
      append(bucket, labels.adding("le", bound).bytes.span, Span(), Double(cumulated))
    }
    append(Name("\(name)_sum"), labels.bytes.span, Span(), value.sum)
    append(Name("\(name)_count"), labels.bytes.span, Span(), Double(cumulated))
  }

  /// The pieces of one name's lines.
  private struct Name {
    /// For a line that has no labels but those that all have.
    let alone: [UInt8]
    /// With the brace that opens the labels, and those that all lines have; a comma follows where there are any.
    let opening: [UInt8]
    /// The same without the comma.
    let head: [UInt8]
    /// What closes the labels where they were opened.
    let closing = Array("} ".utf8)

    init(_ name: String, commonLabels: LabelSet = LabelSet()) {
      let common = commonLabels.bytes
      head = Array("\(name){".utf8) + common
      opening = head + (common.isEmpty ? [] : [UInt8(ascii: ",")])
      alone = common.isEmpty ? Array("\(name) ".utf8) : head + Array("} ".utf8)
    }
  }

  /// `more` are labels with a comma before each.
  private mutating func append(
    _ name: borrowing Name, _ labels: Span<UInt8>, _ more: Span<UInt8>, _ value: Double
  ) {
    if labels.isEmpty {
      if more.isEmpty { return appendLine(name.alone.span, Span(), Span(), Span(), value) }
      return appendLine(name.head.span, more, Span(), name.closing.span, value)
    }
    appendLine(name.opening.span, labels, more, name.closing.span, value)
  }

  private mutating func appendLine(
    _ opening: Span<UInt8>, _ labels: Span<UInt8>, _ more: Span<UInt8>, _ closing: Span<UInt8>, _ value: Double
  ) {
    lineCount += 1
    if let integer = integer(value) { return bytes.appendLine(opening, labels, more, closing, integer) }
    bytes.append(copying: opening)
    bytes.append(copying: labels)
    bytes.append(copying: more)
    bytes.append(copying: closing)
    bytes.append(contentsOf: fraction(value).utf8)
    bytes.append(UInt8(ascii: "\n"))
  }

  /// What `Int64(exactly:)` gives, without its call of the C library to round.
  private func integer(_ value: Double) -> Int64? {
    guard value >= -0x1p63, value < 0x1p63 else { return nil }
    let integer = Int64(value)
    return Double(integer) == value ? integer : nil
  }

  /// What is no integer: in the shortest form that reads back as the same number.
  private func fraction(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
    return value.description
  }
}
