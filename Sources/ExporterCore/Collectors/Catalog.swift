/// The collectors and discoveries of a program, in the order of the page.
package struct Catalog: Sendable {
  package let collectors: [Collector]
  /// The collectors that look up what others need.
  package let discoveries: [Collector]

  package init(
    collectors: [Collector],
    discoveries: [Collector] = [.project, .instances, .imageRepositories, .codeRepositories]
  ) {
    self.collectors = collectors
    self.discoveries = discoveries
  }

  /// The collectors of the program: one line each.
  package static let standard = Catalog(collectors: [
    .registries,
    .artifacts,
    .syncRules,
    .mirrors,
    .imageCaches,
    .replications,
    .syncJobs,
    .repositories,
    .basicRepositories,
    .namespaces,
    .statistics,
    .quotas,
    .longTermCredentials,
    .retentions,
  ])

  /// Every family of discoveries and collectors, in page order.
  package var metrics: [MetricDescriptor] { (discoveries + collectors).flatMap(\.metrics) }
}
