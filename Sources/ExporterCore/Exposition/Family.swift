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
  /// Goes through samples that are not stored: their labels after the common ones, in two parts, of which the second has a
  /// comma before each label, and the number.
  package typealias Source = @Sendable (_ line: (Span<UInt8>, Span<UInt8>, Double) -> Void) -> Void

  package let descriptor: MetricDescriptor
  package var samples: [Sample]
  /// In place of samples, where the descriptor is a histogram.
  package var histograms: [HistogramSample] = []
  /// In place of samples that are made anew each time they are needed: those of a large target, side by side, would be
  /// most of the program's memory.
  private var source: (count: Int, samples: Source)?
  /// The first labels of all samples that are not stored.
  private(set) var commonLabels = LabelSet()

  package init(_ descriptor: MetricDescriptor, _ samples: [Sample] = []) {
    self.descriptor = descriptor
    self.samples = samples
  }

  package init(_ descriptor: MetricDescriptor, histograms: [HistogramSample]) {
    self.init(descriptor)
    self.histograms = histograms
  }

  /// `source` gives the same samples each time.
  package init(_ descriptor: MetricDescriptor, commonLabels: LabelSet, source: @escaping Source) {
    self.init(descriptor)
    self.commonLabels = commonLabels
    var count = 0
    source { _, _, _ in count += 1 }
    self.source = (count, source)
  }

  /// The lines it makes.
  package var seriesCount: Int {
    histograms.reduce(samples.count + (source?.count ?? 0)) { $0 + $1.value.counts.count + 2 }
  }

  /// In order, without those of histograms.
  func forEachSample(_ line: (Span<UInt8>, Span<UInt8>, Double) -> Void) {
    for sample in samples { line(sample.labels.bytes.span, Span(), sample.value) }
    source?.samples(line)
  }
}
