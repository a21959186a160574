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
  /// In place of samples, where the descriptor is a histogram.
  package var histograms: [HistogramSample] = []
  /// In place of samples, where they are lines of sheets.
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

  /// The lines that stand in one column of some sheets, which have their common labels in common too.
  package init(_ descriptor: MetricDescriptor, column: Int, of sheets: [Sheet]) {
    self.init(descriptor)
    self.column = column
    self.sheets = sheets.filter { $0.lineCount(of: column) > 0 }
  }

  /// The first labels of all lines of sheets.
  var commonLabels: LabelSet { sheets.first?.common ?? LabelSet() }

  /// The lines it makes.
  package var seriesCount: Int {
    samples.count + sheets.reduce(0) { $0 + $1.lineCount(of: column) }
      + histograms.reduce(0) { $0 + $1.value.counts.count + 2 }
  }

  /// In order, without those of histograms: the labels in two parts, of which the second has a comma before each.
  func forEachSample(_ line: (Span<UInt8>, Span<UInt8>, Double) -> Void) {
    for sample in samples { line(sample.labels.bytes.span, Span(), sample.value) }
    for sheet in sheets { sheet.forEachLine(of: column, line) }
  }
}

extension [Family] {
  /// The lines of all families.
  package var seriesCount: Int { reduce(0) { $0 + $1.seriesCount } }
}

/// Counts of observations by size, as Prometheus' classic histograms have them.
package struct Histogram: Sendable, Hashable {
  /// Upper bounds, ascending, without the infinite one.
  package let bounds: [Double]
  /// Observations up to each bound and above the one before; the last is above all bounds.
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
