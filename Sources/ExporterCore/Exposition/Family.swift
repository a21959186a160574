/// One line of a family: its labels and its number.
package struct Sample: Sendable {
  package var labels: LabelSet
  package var value: Double

  package init(_ labels: LabelSet, _ value: Double) {
    self.labels = labels
    self.value = value
  }
}

/// The lines of one family that one target contributes.
package struct Family: Sendable {
  package let descriptor: MetricDescriptor
  package var samples: [Sample]
  /// The histograms, in place of samples, if the descriptor is one of a histogram.
  package var histograms: [HistogramSample] = []
  /// The sheets that hold the lines in their `column`, in place of samples.
  private var sheets: [Sheet] = []
  private var column = 0

  package init(_ descriptor: MetricDescriptor, _ samples: [Sample] = []) {
    self.descriptor = descriptor
    self.samples = samples
  }

  package init(_ descriptor: MetricDescriptor, histograms: [HistogramSample]) {
    self.init(descriptor)
    self.histograms = histograms
  }

  /// Creates a family from one column of some sheets, which must all have the same common labels.
  package init(_ descriptor: MetricDescriptor, column: Int, of sheets: [Sheet]) {
    self.init(descriptor)
    self.column = column
    self.sheets = sheets.filter { $0.lineCount(of: column) > 0 }
  }

  /// The labels that all lines of the sheets start with.
  var commonLabels: LabelSet { sheets.first?.common ?? LabelSet() }

  /// The number of lines that the family is written as.
  package var seriesCount: Int {
    samples.count + sheets.reduce(0) { $0 + $1.lineCount(of: column) }
      + histograms.reduce(0) { $0 + $1.value.counts.count + 2 }
  }

  /// Calls `line` for each line in order, except for those of histograms.
  ///
  /// The labels come in three parts; in the second and third, a comma precedes each label.
  func forEachSample(_ line: (Span<UInt8>, Span<UInt8>, Span<UInt8>, Double) -> Void) {
    for sample in samples { line(sample.labels.bytes.span, Span(), Span(), sample.value) }
    for sheet in sheets { sheet.forEachLine(of: column, line) }
  }
}

extension [Family] {
  /// The number of lines of all families.
  package var seriesCount: Int { reduce(0) { $0 + $1.seriesCount } }
}

/// Counts of observations by size, as in a classic histogram of Prometheus.
package struct Histogram: Sendable, Hashable {
  /// The upper bounds of the buckets, ascending, without the infinite one.
  package let bounds: [Double]
  /// The number of observations up to each bound and above the one before; the last is above all bounds.
  package private(set) var counts: [Int]
  package private(set) var sum = 0.0

  package init(bounds: [Double]) {
    self.bounds = bounds
    counts = Array(repeating: 0, count: bounds.count + 1)
  }

  package var count: Int { counts.reduce(0, +) }

  package mutating func observe(_ value: Double) {
    counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
    sum += value
  }
}

/// One histogram of a family: its labels without `le`, and its counts.
package struct HistogramSample: Sendable {
  package var labels: LabelSet
  package var value: Histogram

  package init(_ labels: LabelSet, _ value: Histogram) {
    self.labels = labels
    self.value = value
  }
}
