import HTTPTransport
import System

/// Writes families as lines, which are the same bytes in both formats; only headers differ.
///
/// Labels are escaped already, so a line consists of copied bytes and a number.
struct Renderer {
  private(set) var bytes: [UInt8] = []
  /// The number of lines since the last `take`.
  private var lineCount = 0

  /// Appends the family's header and its lines, or nothing if it has no lines.
  mutating func append(_ family: Family, in format: ExpositionFormat) {
    guard family.seriesCount > 0 else { return }
    bytes.append(contentsOf: family.descriptor.header(in: format))
    appendLines(of: family)
  }

  /// Reserves space for `count` more bytes.
  mutating func reserve(_ count: Int) { bytes.reserveCapacity(bytes.count + count) }

  mutating func append(_ raw: [UInt8]) { bytes.append(contentsOf: raw) }

  /// Appends the family's lines without its header. Passes all that is written to `full` whenever it has `limit` lines.
  mutating func appendLines(of family: Family, upTo limit: Int = .max, full: ([UInt8]) -> Void = { _ in }) {
    let name = Name(family.descriptor.name, commonLabels: family.commonLabels)
    var remaining = family.seriesCount
    family.forEachSample { labels, inner, more, value in
      // Space is reserved at once, judged by the first line, since growing by doubling would copy everything several
      // times.
      if lineCount == 0 {
        let length = name.opening.count + labels.count + inner.count + more.count + 16
        bytes.reserveCapacity(bytes.count + min(limit, remaining) * length)
      }
      append(name, labels, inner, more, value)
      remaining -= 1
      if lineCount >= limit { full(take()) }
    }
    for histogram in family.histograms {
      append(histogram, of: family.descriptor.name)
      if lineCount >= limit { full(take()) }
    }
  }

  /// Returns what is written so far, and starts again with nothing.
  mutating func take() -> [UInt8] {
    defer {
      bytes = []
      lineCount = 0
    }
    return bytes
  }

  /// Appends the buckets in ascending order, then the sum and the count: the lines of a histogram stay together.
  private mutating func append(_ histogram: HistogramSample, of name: String) {
    let value = histogram.value
    var cumulated = 0
    let bucket = Name("\(name)_bucket")
    let labels = histogram.labels
    for (index, count) in value.counts.enumerated() {
      cumulated += count
      let bound = index < value.bounds.count ? "\(value.bounds[index])" : "+Inf"
      append(bucket, labels.adding("le", bound).bytes.span, Span(), Span(), Double(cumulated))
    }
    append(Name("\(name)_sum"), labels.bytes.span, Span(), Span(), value.sum)
    append(Name("\(name)_count"), labels.bytes.span, Span(), Span(), Double(cumulated))
  }

  /// The parts that the lines of one name have in common.
  private struct Name {
    /// The name, for a line without labels.
    let bare: [UInt8]
    /// The name, the opening brace and the common labels.
    let head: [UInt8]
    /// The same with a comma after the common labels, if there are any.
    let opening: [UInt8]
    let hasLabels: Bool

    init(_ name: String, commonLabels: LabelSet = LabelSet()) {
      let common = commonLabels.bytes
      bare = Array(name.utf8)
      head = Array("\(name){".utf8) + common
      opening = head + (common.isEmpty ? [] : [UInt8(ascii: ",")])
      hasLabels = !common.isEmpty
    }
  }

  /// Appends a line; a comma precedes each label of `inner` and `more`.
  private mutating func append(
    _ name: borrowing Name, _ labels: Span<UInt8>, _ inner: Span<UInt8>, _ more: Span<UInt8>, _ value: Double
  ) {
    let brace = UInt8(ascii: "}")
    if !labels.isEmpty {
      appendLine(name.opening.span, labels, inner, more, closing: brace, value)
    } else if name.hasLabels {
      appendLine(name.head.span, Span(), Span(), more, closing: brace, value)
    } else if !more.isEmpty {
      appendLine(name.head.span, Span(), Span(), more.extracting(droppingFirst: 1), closing: brace, value)
    } else {
      appendLine(name.bare.span, Span(), Span(), Span(), closing: nil, value)
    }
  }

  private mutating func appendLine(
    _ opening: Span<UInt8>, _ labels: Span<UInt8>, _ inner: Span<UInt8>, _ more: Span<UInt8>, closing: UInt8?,
    _ value: Double
  ) {
    lineCount += 1
    if let integer = integer(value) {
      return bytes.appendLine(opening, labels, inner, more, closing: closing, integer)
    }
    bytes.append(copying: opening)
    bytes.append(copying: labels)
    bytes.append(copying: inner)
    bytes.append(copying: more)
    if let closing { bytes.append(closing) }
    bytes.append(UInt8(ascii: " "))
    bytes.append(contentsOf: fraction(value).utf8)
    bytes.append(UInt8(ascii: "\n"))
  }

  /// Returns the same as `Int64(exactly:)`, without its call of the C library to round.
  private func integer(_ value: Double) -> Int64? {
    guard value >= -0x1p63, value < 0x1p63 else { return nil }
    let integer = Int64(value)
    return Double(integer) == value ? integer : nil
  }

  /// Returns a number that is not an `Int64`, in the shortest form that reads back as the same number.
  private func fraction(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
    return value.description
  }
}
