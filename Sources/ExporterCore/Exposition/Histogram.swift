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
