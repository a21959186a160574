import HTTPTransport
import HuaweiCloud

/// All that the program knows of one collector, as a value: see `Collectors/ImageCaches.swift` for a short one.
///
/// From it come its key in the configuration, its lines of `check` and of the documents, its targets, what it asks of the
/// cloud and with which permission, and its families with the functions that fill them.
package struct Collector: Sendable {
  /// Its key in the configuration and its `collector` label; of a discovery, its `target` label.
  package let key: String
  /// One sentence for people.
  package let summary: String
  /// Between the refreshes of a target, unless the configuration says otherwise; a discovery has the project's.
  package let interval: Duration
  /// Every family it may expose, in page order.
  package let metrics: [MetricDescriptor]
  /// The fact that it finds for others.
  package var fact: String? { foundFact?.name }
  let foundFact: ObjectFact?
  /// The collector on whose shard its targets are; itself where nil.
  let follows: String?
  /// It looks up what others need, runs where it is needed, and has no key in the configuration.
  package let isDiscovery: Bool
  /// How it is set up by an empty configuration, for the documents; nil where it fails to be, which is a mistake in it.
  package let standard: Setup?
  let setUp: @Sendable (inout Setup) throws(ConfigurationError) -> Work

  /// What there is to do once a configuration is read.
  struct Work: Sendable {
    /// The targets there are, from what is known: instances, organisations, or the one empty scope of the whole project.
    let scopes: @Sendable (Facts) -> [String]
    let method: Method
  }

  /// How a target is refreshed.
  enum Method: Sendable {
    /// One listing, or some, all or nothing.
    case listing(@Sendable (Run) async throws(CloudError) -> Collected)
    /// One request, or some, for each of these objects, which keep their own last good data.
    case objects(
      watched: @Sendable (Facts, _ scope: String) -> [WatchedObject],
      ask: @Sendable (Run, WatchedObject) async throws(CloudError) -> ObjectAnswer,
      count: Count)
    /// The same for objects that a listing gives, all or nothing, and says something of itself.
    case listedObjects(list: @Sendable (Run) async throws(CloudError) -> [AskableObject], count: Count)

    /// The lines about so many objects of a target that were found.
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
    var setup = Setup()
    standard = (try? setUp(&setup)) == nil ? nil : setup
  }

  /// A collector whose targets are listings, all or nothing.
  ///
  /// A row that `shows` is false for is only for others to find.
  package init<Row: Sendable>(
    _ key: String, _ summary: String, every interval: Duration, targets: Targets, rows: Rows<Row>,
    labels: Labels<Row>, metrics: [Metric<Row>], yields: Yield<Row>? = nil,
    shows: @escaping @Sendable (Row) -> Bool = { _ in true }
  ) {
    self.init(
      key, summary, every: interval, targets: targets, rows: rows, labels: labels, metrics: metrics, yields: yields,
      shows: shows, isDiscovery: false)
  }

  /// A discovery: a listing of a whole project that others need.
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

  /// A collector whose targets ask object by object.
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

  /// A collector whose targets list objects, all or nothing, and then ask about each of them.
  ///
  /// `metrics` are made from what the listing says of an object, `outcomes` from what is asked; both have its labels.
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
                  return try await ask(run, row).asSheet(of: run, columns: width, yields: nil) { outcome, sheet in
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

  /// By what it is decided on which shard a target is.
  func shardKey(_ target: TargetID) -> TargetID {
    follows.map { TargetID(project: target.project, collector: $0, scope: target.scope) } ?? target
  }

  /// The name of one of its targets.
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
    CloudError(.tooManySeries, message: "there are more series than max_series (\(limit)) allows")
  }
}

/// How a collector comes by its rows: set up with a configuration, then run for each refresh of a target.
package struct Rows<Row: Sendable>: Sendable {
  /// Gives rows one by one, and returns how many objects they are made from where that is not their number.
  typealias List = @Sendable (Run, _ emit: (Row) throws(CloudError) -> Void) async throws(CloudError) -> Int?

  let setUp: @Sendable (inout Setup) throws(ConfigurationError) -> List

  /// Rows that are put together in the collector's own way.
  package static func of(
    _ row: Row.Type,
    _ setUp:
      @escaping @Sendable (inout Setup) throws(ConfigurationError) ->
      @Sendable (
        Run, (Row) throws(CloudError) -> Void
      ) async throws(CloudError) -> Void
  ) -> Rows {
    Rows { setup throws(ConfigurationError) in
      let list = try setUp(&setup)
      return { run, emit throws(CloudError) in
        try await list(run, emit)
        return nil
      }
    }
  }

  /// Rows that stand for many objects each: their number is returned.
  package static func folded(
    _ row: Row.Type,
    _ setUp:
      @escaping @Sendable (inout Setup) throws(ConfigurationError) ->
      @Sendable (
        Run, (Row) throws(CloudError) -> Void
      ) async throws(CloudError) -> Int
  ) -> Rows {
    Rows { setup throws(ConfigurationError) in
      let list = try setUp(&setup)
      return { run, emit throws(CloudError) in try await list(run, emit) }
    }
  }
}

extension Rows where Row: ListedObject {
  /// The objects of one listing.
  package static func listing(
    _ row: Row.Type, in field: String?, _ endpoint: Endpoint, pages: Paging = .one,
    query: KeyValuePairs<String, String> = [:], costs cost: Cost
  ) -> Rows {
    let listing = Listing(row, in: field, endpoint, pages: pages, query: query)
    return .of(row) { setup throws(ConfigurationError) in
      let asked = setup.asks(listing, costs: cost)
      return { run, emit throws(CloudError) in try await run.each(asked, emit) }
    }
  }
}

extension MetricTable {
  /// The lines about so many rows of a target, in a sheet of so many columns of which these are the first.
  fileprivate func counter(_ scope: Targets.ScopeLabel?, columns: Int) -> Collector.Method.Count {
    { found, target in
      var sheet = Sheet(common: Targets.ScopeLabel.labels(of: target, scope), columns: columns)
      add(count: found, .none, from: 0, to: &sheet)
      return sheet
    }
  }
}

extension Asking.Answer {
  /// The answer with its row as a sheet, which `fill` fills; throws where there is more in it than the target may have.
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

/// How a collector asks about one object: set up with a configuration, then run for each object.
package struct Asking<Object: Sendable, Row: Sendable>: Sendable {
  package enum Answer: Sendable {
    case found(Row)
    /// There is nothing to watch in it, and it is not asked again for a while.
    ///
    /// `isSure`: the cloud said so; otherwise its answer was empty, which counts where it comes twice in a row.
    case nothing(isSure: Bool)
    /// It does not exist any more.
    case gone
  }

  typealias Ask = @Sendable (Run, Object) async throws(CloudError) -> Answer

  let setUp: @Sendable (inout Setup) throws(ConfigurationError) -> Ask

  package static func of(
    _ row: Row.Type,
    _ setUp:
      @escaping @Sendable (inout Setup) throws(ConfigurationError) ->
      @Sendable (
        Run, Object
      ) async throws(CloudError) -> Answer
  ) -> Asking {
    Asking(setUp: setUp)
  }
}

/// The fact that a collector's rows are for others.
package struct Yield<Row: Sendable>: Sendable {
  let objectFact: ObjectFact
  /// What is to be known of some rows; nil where that is nothing.
  let finding: @Sendable ([Row]) -> Finding?

  /// `element` gives what of a row is to be known, nil for a row that the fact is not about.
  ///
  /// Of an object that is asked alone and is found to be none any more, it is believed for so long.
  package init<Element>(
    _ fact: Fact<Element>, keptFor: Duration = .zero, _ element: @escaping @Sendable (Row) -> Element?
  ) {
    objectFact = ObjectFact(name: fact.name, isKeptFor: keptFor)
    finding = { rows in
      let elements = rows.compactMap(element)
      return elements.isEmpty && !rows.isEmpty ? nil : Finding(fact: fact.name, elements: elements)
    }
  }
}

/// One run of a target: whom to ask, and what is known.
package struct Run: Sendable {
  package let target: TargetID
  package var client: CloudClient
  package let facts: Facts
  package let start: Timestamp
  package let maximumSeries: Int
  /// `TimeSource.uptime` at its start.
  package let uptime: Duration
  package let discoveryInterval: Duration
  /// What was odd about what came.
  var notes = Notes()
  /// What the name of the target's scope is in paths; nil where there is none.
  private var scopeName: String?
  /// The labels that all series of the target begin with.
  package private(set) var common: LabelSet

  init(
    target: TargetID, client: CloudClient, facts: Facts, start: Timestamp, uptime: Duration, settings: RefreshSettings
  ) {
    self.target = target
    self.client = client
    self.facts = facts
    self.start = start
    maximumSeries = settings.maximumSeries
    self.uptime = uptime
    discoveryInterval = settings.discoveryInterval
    common = LabelSet(["project": target.project])
  }

  fileprivate func labelled(_ scope: Targets.ScopeLabel?) -> Run {
    var run = self
    run.common = Targets.ScopeLabel.labels(of: target, scope)
    run.scopeName = scope?.name
    return run
  }

  /// What was odd about the objects of one refresh, or of one object of it.
  final class Notes: Sendable {
    /// Protects the counts: a refresh may read several listings, and tests look at them.
    private let state = Locked(ListingNotes())

    var unusable: Int { state.withLock { $0.unusable } }
    var unexpected: [String: Int] { state.withLock { $0.unexpected } }

    func add(_ notes: ListingNotes) { state.withLock { $0.add(notes) } }

    func add(unusable count: Int) { state.withLock { $0.unusable += count } }

    func add(unexpected fields: [String: Int]) {
      state.withLock { $0.unexpected.merge(fields, uniquingKeysWith: +) }
    }
  }

  /// Reads a listing object by object; one that is listed twice comes once, and one that is of no use not at all.
  package func each<Object>(
    _ asked: AskedListing<Object>, filling values: [String: String] = [:],
    _ take: (Object) throws(CloudError) -> Void
  ) async throws(CloudError) {
    var seen: Set<String> = []
    notes.add(
      try await client.each(of: asked.listing, filling: filled(values)) { object throws(CloudError) in
        if seen.insert(object.identity).inserted { try take(object) }
      })
  }

  /// All objects of a listing, each once.
  package func all<Object>(
    _ asked: AskedListing<Object>, filling values: [String: String] = [:]
  ) async throws(CloudError) -> [Object] {
    var objects: [Object] = []
    try await each(asked, filling: values) { objects.append($0) }
    return objects
  }

  /// One page of a listing, asked for by `query`, and how many objects there are in all.
  package func page<Object>(
    _ asked: AskedListing<Object>, filling values: [String: String] = [:], query: [(String, String)]
  ) async throws(CloudError) -> (objects: [Object], total: Int64?) {
    let page = try await client.page(of: asked.listing, filling: filled(values), query: query)
    notes.add(page.notes)
    return (page.objects, page.total)
  }

  /// Reads an endpoint without pages.
  package func read<Value>(
    _ asked: AskedEndpoint, filling values: [String: String] = [:], query: [(String, String)] = [],
    _ read: (JSON) throws(JSONFault) -> Value
  ) async throws(CloudError) -> Value {
    var bent: [String: Int] = [:]
    let value = try await client.read(asked.endpoint, filling: filled(values), query: query) { json throws(JSONFault) in
      defer { bent = json.bent }
      return try read(json)
    }
    notes.add(unexpected: bent)
    return value
  }

  /// The scope of the target in place of its name in a path.
  func filled(_ values: [String: String]) -> [String: String] {
    guard let scopeName else { return values }
    return values.merging([scopeName: target.scope]) { given, _ in given }
  }
}

/// The complete answer of a listing.
package struct Collected: Sendable {
  package var sheet: Sheet
  /// Objects listed, whether they could be shown or not.
  package var objects: Int
  /// Those that have the labels of another one.
  package var hidden: Int { sheet.hidden }
  /// Those without what tells them from others, or with a text that is none.
  package var unusable = 0
  package var finding: Finding?

  package init(sheet: Sheet, objects: Int, unusable: Int = 0, finding: Finding? = nil) {
    self.sheet = sheet
    self.objects = objects
    self.unusable = unusable
    self.finding = finding
  }
}

/// An object that has its own request.
package struct WatchedObject: Sendable, Hashable {
  /// Unique within its target.
  package let key: String
  /// For people; empty where not known.
  package let name: String
  /// Named by the configuration, not found by discovery.
  package let isConfigured: Bool

  package init(key: String, name: String, isConfigured: Bool) {
    self.key = key
    self.name = name
    self.isConfigured = isConfigured
  }
}

/// What the cloud said of one object.
package enum ObjectAnswer: Sendable {
  case found(Sheet, Finding?)
  /// There is nothing to watch in it, and it is not asked again for a while; where that is not sure, the last data stays
  /// until a second answer says so.
  case nothing(isSure: Bool)
  /// It does not exist any more.
  case gone
}
