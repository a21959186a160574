/// One line of a family: its labels and its number.
package struct Sample: Sendable {
  package var labels: LabelSet
  package var value: Double

  package init(_ labels: LabelSet, _ value: Double) {
    self.labels = labels
    self.value = value
  }
}

/// The samples of one family that one target contributes.
package struct Family: Sendable {
  package let descriptor: MetricDescriptor
  package var samples: [Sample]
  /// In place of samples, where the descriptor is a histogram.
  package var histograms: [HistogramSample] = []

  package init(_ descriptor: MetricDescriptor, _ samples: [Sample] = []) {
    self.descriptor = descriptor
    self.samples = samples
  }

  package init(_ descriptor: MetricDescriptor, histograms: [HistogramSample]) {
    self.descriptor = descriptor
    self.samples = []
    self.histograms = histograms
  }

  /// The lines it makes.
  package var seriesCount: Int { histograms.reduce(samples.count) { $0 + $1.value.counts.count + 2 } }
}
