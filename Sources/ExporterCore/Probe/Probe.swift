import HuaweiCloud

/// The limits of a collection that only wants to see whether and how the cloud answers.
package struct Probe: Sendable {
  /// The most objects that a target asks about one by one; a target that lists them itself asks about one.
  let objects: Int
  /// The log of the answers; if there is one, each collector has one target only, and few requests.
  let answers: AnswerLog?

  /// A probe that asks for one page of each listing and about one object of many.
  package static let once = Probe(objects: 1, answers: nil)

  /// Returns a probe for a report about all collectors: at most three requests for each, so that one of three objects
  /// may have what is asked for.
  package static func kept(in answers: AnswerLog) -> Probe { Probe(objects: requests, answers: answers) }

  /// The most requests that a report takes for each collector and discovery.
  package static let requests = 3
}

extension Configuration {
  /// Returns the configuration with every collector of the catalog and one request at a time.
  ///
  /// Collectors that the configuration lacks are added as if none had been named. With one request at a time, the first
  /// refusal is the last.
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
