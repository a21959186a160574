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

  /// Every family of the collectors and of discovery, in page order.
  package static let metrics: [MetricDescriptor] =
    all.flatMap(\.metrics).reduce(into: Discovery.metrics) { $0.append($1) }
}
