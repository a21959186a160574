import HuaweiCloud

/// How little a collection asks that only wants to see whether and how the cloud answers.
package struct Probe: Sendable {
  /// Objects of a target that asks one by one.
  let objects: Int
  /// Where the answers are kept; then each collector has one target only, and few requests.
  let answers: AnswerLog?

  /// One page of each listing, one object of many.
  package static let once = Probe(objects: 1, answers: nil)

  /// For a report about all collectors: three requests at most for each, so that among three objects there may be one that
  /// has what is asked for.
  package static func kept(in answers: AnswerLog) -> Probe { Probe(objects: requests, answers: answers) }

  /// Requests that a report takes for each collector and discovery at most.
  package static let requests = 3
}

extension Configuration {
  /// The same with every collector of the catalog, those that it does not have as if nobody had named any, and one request at
  /// a time, so that the first refusal is the last.
  package func completed(by catalog: Catalog) -> Configuration {
    var completed = self
    for index in projects.indices {
      var project = projects[index]
      let known = Set(project.collectors.map(\.collector))
      let given = project.discovery
      let more = catalog.collectors.filter { !known.contains($0) }.compactMap { collector in
        try? CollectorConfiguration(
          collector,
          settings: RefreshSettings(
            interval: collector.interval, requestTimeout: given.requestTimeout,
            maximumResponseBytes: given.maximumResponseBytes, maximumSeries: given.maximumSeries,
            discoveryInterval: given.discoveryInterval))
      }
      project.collectors += more
      project.cloud.maximumConcurrentRequests = 1
      completed.projects[index] = project
    }
    return completed
  }
}
