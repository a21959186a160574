import HuaweiCloud

/// Everything that the program knows about one collector, as a value; `Collectors/ImageCaches.swift` has a short one.
///
/// It determines the collector's key in the configuration, its lines of `check` and of the documents, its targets, its
/// endpoints with their permissions, and its families with the functions that fill them.
package struct Collector: Sendable {
  /// The key in the configuration and the value of the label `collector`, or of `target` for a discovery.
  package let key: String
  /// One sentence for people.
  package let summary: String
  /// The default time between two refreshes of a target; a discovery uses the project's setting instead.
  package let interval: Duration
  /// Every family that the collector may expose, in page order.
  package let metrics: [MetricDescriptor]
  /// The name of the fact that the collector finds for others, if any.
  package var fact: String? { foundFact?.name }
  let foundFact: ObjectFact?
  /// The key of the collector by which the targets are assigned to shards, or nil for their own.
  let follows: String?
  /// Whether this is a discovery, which looks up what others need, runs only if needed, and has no configuration key.
  package let isDiscovery: Bool
  let setUp: @Sendable (inout Setup) throws(ConfigurationError) -> Work

  /// What a collector does, once it is set up with a configuration.
  struct Work: Sendable {
    /// The scopes of the targets, given the facts: instances, organisations, or a single one for the whole project.
    let scopes: @Sendable (Facts) -> [String]
    let method: Method
  }

  /// How a target is refreshed.
  enum Method: Sendable {
    /// One or more listings, all or nothing.
    case listing(@Sendable (Run) async throws(CloudError) -> Collected)
    /// One or more requests for each of these objects, which keep their own last good data.
    case objects(
      watched: @Sendable (Facts, _ scope: String) throws(CloudError) -> [WatchedObject],
      ask: @Sendable (Run, WatchedObject) async throws(CloudError) -> ObjectAnswer,
      count: Count)
    /// The same for objects from a listing, which is all or nothing and itself says something about each object.
    case listedObjects(list: @Sendable (Run) async throws(CloudError) -> [AskableObject], count: Count)

    /// A function that gives the lines about the number of objects found for a target.
    typealias Count = @Sendable (_ found: Int, TargetID) -> Sheet
  }

  /// An object with what the listing says of it, and how to ask for the rest.
  struct AskableObject: Sendable {
    let object: WatchedObject
    let listed: Sheet
    let ask: @Sendable (Run) async throws(CloudError) -> ObjectAnswer
  }

  private init(
    _ key: String, _ summary: String, every interval: Duration, metrics: [MetricDescriptor], fact: ObjectFact? = nil,
    follows: String? = nil, isDiscovery: Bool = false,
    setUp: @escaping @Sendable (inout Setup) throws(ConfigurationError) -> Work
  ) {
    self.key = key
    self.summary = summary
    self.interval = interval
    self.metrics = metrics
    foundFact = fact
    self.follows = follows
    self.isDiscovery = isDiscovery
    self.setUp = setUp
  }

  /// The setup with an empty configuration, for the documents; nil if that fails, which is a mistake in the collector.
  package var standard: Setup? {
    var setup = Setup()
    return (try? setUp(&setup)) == nil ? nil : setup
  }

  /// Creates a collector whose targets are listings, all or nothing.
  ///
  /// Rows for which `shows` is false are only findings for others.
  package init<Row: Sendable>(
    _ key: String, _ summary: String, every interval: Duration, targets: Targets, rows: Rows<Row>,
    labels: Labels<Row>, metrics: [Metric<Row>], yields: Yield<Row>? = nil,
    shows: @escaping @Sendable (Row) -> Bool = { _ in true }
  ) {
    self.init(
      key, summary, every: interval, targets: targets, rows: rows, labels: labels, metrics: metrics, yields: yields,
      shows: shows, isDiscovery: false)
  }

  /// Returns a discovery: a listing of a whole project that others need.
  package static func discovery<Row: Sendable>(
    _ key: String, _ summary: String, rows: Rows<Row>, labels: Labels<Row> = [:], metrics: [Metric<Row>] = [],
    yields: Yield<Row>
  ) -> Collector {
    Collector(
      key, summary, every: .seconds(3600), targets: .discovery(key), rows: rows, labels: labels, metrics: metrics,
      yields: yields, shows: { _ in true }, isDiscovery: true)
  }

  private init<Row: Sendable>(
    _ key: String, _ summary: String, every interval: Duration, targets: Targets, rows: Rows<Row>,
    labels: Labels<Row>, metrics: [Metric<Row>], yields: Yield<Row>?, shows: @escaping @Sendable (Row) -> Bool,
    isDiscovery: Bool
  ) {
    let table = MetricTable(labels: labels, metrics: metrics)
    let descriptors = table.descriptors(after: targets.labels)
    self.init(
      key, summary, every: interval, metrics: descriptors, fact: yields?.objectFact, isDiscovery: isDiscovery
    ) { setup throws(ConfigurationError) in
      let scopes = try targets.setUp(&setup)
      let list = try rows.setUp(&setup)
      return Work(
        scopes: scopes,
        method: .listing { run throws(CloudError) in
          let run = run.labelled(targets.scopeLabel)
          var sheet = Sheet(common: run.common, columns: descriptors.count, maximumLines: run.maximumSeries)
          var writer = RowWriter(table)
          var found: [Row] = []
          let objects = try await list(run) { row throws(CloudError) in
            if yields != nil { found.append(row) }
            // Rows that are kept for others count against the limit even if they make no series or are not shown.
            if found.count > run.maximumSeries { throw .tooManySeries(run.maximumSeries) }
            guard shows(row), writer.add(row, to: &sheet) else { return }
            if sheet.isOverfull { throw .tooManySeries(run.maximumSeries) }
          }
          writer.finish(&sheet)
          if sheet.isOverfull { throw .tooManySeries(run.maximumSeries) }
          let unusable = run.notes.unusable
          sheet.finish(unexpected: run.notes.unexpected)
          return Collected(
            sheet: sheet, objects: (objects ?? writer.count + sheet.hidden) + unusable, unusable: unusable,
            finding: yields.flatMap { $0.finding(found) })
        })
    }
  }

  /// Creates a collector whose targets ask object by object.
  package init<Row: Sendable>(
    _ key: String, _ summary: String, every interval: Duration, objects: Objects, ask: Asking<WatchedObject, Row>,
    labels: Labels<Row>, metrics: [Metric<Row>], yields: Yield<Row>? = nil
  ) {
    let table = MetricTable(labels: labels, metrics: metrics)
    let descriptors = table.descriptors(after: objects.labels)
    self.init(
      key, summary, every: interval, metrics: descriptors, fact: yields?.objectFact, follows: objects.follows
    ) { setup throws(ConfigurationError) in
      let watch = try objects.setUp(&setup)
      let ask = try ask.setUp(&setup)
      return Work(
        scopes: watch.scopes,
        method: .objects(
          watched: watch.objects,
          ask: { run, object throws(CloudError) in
            let run = run.labelled(objects.scopeLabel)
            return try await ask(run, object).asSheet(of: run, columns: descriptors.count, yields: yields) {
              row, sheet in
              var writer = RowWriter(table)
              _ = writer.add(row, to: &sheet)
            }
          },
          count: table.counter(objects.scopeLabel, columns: descriptors.count)))
    }
  }

  /// Creates a collector whose targets list objects, all or nothing, and then ask about each of them.
  ///
  /// `metrics` are made from what the listing says of an object, `outcomes` from the answer about it; both have the
  /// object's labels. An object that is not found when it is asked about was deleted after it was listed.
  package init<Object: Sendable, Row: Sendable>(
    _ key: String, _ summary: String, every interval: Duration, targets: Targets, rows: Rows<Object>,
    watching object: @escaping @Sendable (Object) -> WatchedObject, labels: Labels<Object>, metrics: [Metric<Object>],
    ask: Asking<Object, Row>, outcomes: [Metric<Row>]
  ) {
    let table = MetricTable(labels: labels, metrics: metrics)
    let asked = MetricTable<Row>(labels: [], metrics: outcomes)
    let width = table.width + asked.width
    let descriptors =
      table.descriptors(after: targets.labels) + asked.descriptors(after: targets.labels + labels.map(\.key))
    self.init(key, summary, every: interval, metrics: descriptors) { setup throws(ConfigurationError) in
      let scopes = try targets.setUp(&setup)
      let list = try rows.setUp(&setup)
      let ask = try ask.setUp(&setup)
      return Work(
        scopes: scopes,
        method: .listedObjects(
          list: { run throws(CloudError) in
            let run = run.labelled(targets.scopeLabel)
            var objects: [AskableObject] = []
            var seen: Set<String> = []
            var lines = 0
            _ = try await list(run) { row throws(CloudError) in
              let watched = object(row)
              guard seen.insert(watched.key).inserted else { return }
              var sheet = Sheet(common: run.common, columns: width, maximumLines: run.maximumSeries)
              var writer = RowWriter(table)
              _ = writer.add(row, to: &sheet)
              sheet.finish()
              lines += sheet.lineCount
              if lines > run.maximumSeries { throw .tooManySeries(run.maximumSeries) }
              objects.append(
                AskableObject(object: watched, listed: sheet) { run throws(CloudError) in
                  let run = run.labelled(targets.scopeLabel)
                  let answer: Asking<Object, Row>.Answer
                  do throws(CloudError) { answer = try await ask(run, row) } catch {
                    // The object was deleted after it was listed.
                    guard error.reason == .notFound else { throw error }
                    return .gone
                  }
                  return try answer.asSheet(of: run, columns: width, yields: nil) { outcome, sheet in
                    sheet.beginRow(inside: .none)
                    for (name, value) in table.labels { sheet.appendLabel(name, value(row) ?? "") }
                    asked.fill(outcome, sheet.endRow(), from: table.width, in: &sheet)
                  }
                })
            }
            return objects
          },
          count: table.counter(targets.scopeLabel, columns: width)))
    }
  }

  /// Returns the target whose name decides which shard `target` belongs to.
  func shardKey(_ target: TargetID) -> TargetID {
    follows.map { TargetID(project: target.project, collector: $0, scope: target.scope) } ?? target
  }

  /// Returns the name of the collector's target over `scope`.
  func target(_ scope: String, of project: String) -> TargetID {
    TargetID(project: project, collector: isDiscovery ? Self.discoveries : key, scope: scope)
  }

  /// The name under which discoveries are shown beside the collectors.
  package static let discoveries = "discovery"
}

extension Collector: Hashable {
  package static func == (left: Self, right: Self) -> Bool {
    left.key == right.key && left.isDiscovery == right.isDiscovery
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(key) }
}

extension CloudError {
  fileprivate static func tooManySeries(_ limit: Int) -> CloudError {
    CloudError(.tooMany, message: "there are more series than max_series (\(limit)) allows")
  }
}

extension MetricTable {
  /// Returns a function for the lines about the number of rows of a target, in a sheet that begins with this table's
  /// columns and has `columns` in all.
  fileprivate func counter(_ scope: Targets.ScopeLabel?, columns: Int) -> Collector.Method.Count {
    { found, target in
      var sheet = Sheet(common: Targets.ScopeLabel.labels(of: target, scope), columns: columns)
      add(count: found, .none, from: 0, to: &sheet)
      return sheet
    }
  }
}

extension Asking.Answer {
  /// Returns the answer with its row as a sheet, which `fill` fills; throws if that has more lines than the target may.
  fileprivate func asSheet(
    of run: Run, columns: Int, yields: Yield<Row>?, _ fill: (Row, inout Sheet) -> Void
  ) throws(CloudError) -> ObjectAnswer {
    switch self {
    case .nothing(let isSure): return .nothing(isSure: isSure)
    case .gone: return .gone
    case .found(let row):
      var sheet = Sheet(common: run.common, columns: columns, maximumLines: run.maximumSeries)
      fill(row, &sheet)
      if sheet.isOverfull { throw .tooManySeries(run.maximumSeries) }
      sheet.finish(unexpected: run.notes.unexpected)
      return .found(sheet, yields.flatMap { $0.finding([row]) })
    }
  }
}
