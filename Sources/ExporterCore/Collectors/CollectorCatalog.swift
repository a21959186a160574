/// The collectors of the program, in the order of the page: one line each.
package enum CollectorCatalog {
  package static let all: [Collector] = [
    .registries,
    .artifacts,
    .syncRules,
    .mirrors,
    .imageCaches,
  ]

  /// The name under which discoveries are shown beside the collectors.
  package static let discovery = "discovery"

  /// Every family of discovery and the collectors, in page order.
  package static let metrics: [MetricDescriptor] = Discovery.metrics + all.flatMap(\.metrics)

  /// The catalogue as a document, the exporter's own metrics included.
  package static let document = MetricsDocument(
    collectors: all.map { MetricsDocument.Group(title: $0.name, summary: $0.summary, descriptors: $0.metrics) } + [
      MetricsDocument.Group(
        title: discovery, summary: "What is looked up where the configuration leaves it out: SWR Enterprise instances.",
        descriptors: Discovery.metrics)
    ])
}
