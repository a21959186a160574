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
  package let fact: String?
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
      /// The lines about so many objects of a target that were found.
      count: @Sendable (_ found: Int, TargetID) -> Sheet)
  }

  private init(
    _ key: String, _ summary: String, every interval: Duration, metrics: [MetricDescriptor], fact: String?,
    isDiscovery: Bool, setUp: @escaping @Sendable (inout Setup) throws(ConfigurationError) -> Work
  ) {
    self.key = key
    self.summary = summary
    self.interval = interval
    self.metrics = metrics
    self.fact = fact
    self.isDiscovery = isDiscovery
    self.setUp = setUp
    var setup = Setup()
    standard = (try? setUp(&setup)) == nil ? nil : setup
  }

  /// A collector whose targets are listings, all or nothing.
  package init<Row: Sendable>(
    _ key: String, _ summary: String, every interval: Duration, targets: Targets, rows: Rows<Row>,
    labels: Labels<Row>, metrics: [Metric<Row>], yields: Yield<Row>? = nil
  ) {
    self.init(
      key, summary, every: interval, targets: targets, rows: rows, labels: labels, metrics: metrics, yields: yields,
      isDiscovery: false)
  }

  /// A discovery: a listing of a whole project that others need.
  package static func discovery<Row: Sendable>(
    _ key: String, _ summary: String, rows: Rows<Row>, labels: Labels<Row> = [:], metrics: [Metric<Row>] = [],
    yields: Yield<Row>
  ) -> Collector {
    Collector(
      key, summary, every: .seconds(3600), targets: .discovery(key), rows: rows, labels: labels, metrics: metrics,
      yields: yields, isDiscovery: true)
  }

  private init<Row: Sendable>(
    _ key: String, _ summary: String, every interval: Duration, targets: Targets, rows: Rows<Row>,
    labels: Labels<Row>, metrics: [Metric<Row>], yields: Yield<Row>?, isDiscovery: Bool
  ) {
    let table = MetricTable(labels: labels, metrics: metrics)
    let descriptors = table.descriptors(after: targets.labels)
    self.init(
      key, summary, every: interval, metrics: descriptors, fact: yields?.fact, isDiscovery: isDiscovery
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
            guard writer.add(row, to: &sheet) else { return }
            if yields != nil { found.append(row) }
            if sheet.isOverfull { throw .tooManySeries(run.maximumSeries) }
          }
          writer.finish(&sheet)
          if sheet.isOverfull { throw .tooManySeries(run.maximumSeries) }
          let unusable = run.notes.unusable
          sheet.finish(unexpected: run.notes.unexpected)
          return Collected(
            sheet: sheet, objects: (objects ?? writer.count + writer.leftOut) + unusable, hidden: writer.leftOut,
            unusable: unusable, finding: yields.map { Finding(fact: $0.fact, elements: $0.elements(found)) })
        })
    }
  }

  /// A collector whose targets ask object by object.
  package init<Row: Sendable>(
    _ key: String, _ summary: String, every interval: Duration, objects: Objects, ask: Asking<Row>,
    labels: Labels<Row>, metrics: [Metric<Row>], yields: Yield<Row>? = nil
  ) {
    let table = MetricTable(labels: labels, metrics: metrics)
    let descriptors = table.descriptors(after: objects.labels)
    self.init(
      key, summary, every: interval, metrics: descriptors, fact: yields?.fact, isDiscovery: false
    ) { setup throws(ConfigurationError) in
      let watch = try objects.setUp(&setup)
      let ask = try ask.setUp(&setup)
      return Work(
        scopes: watch.scopes,
        method: .objects(
          watched: watch.objects,
          ask: { run, object throws(CloudError) in
            let run = run.labelled(objects.scopeLabel)
            switch try await ask(run, object) {
            case .nothing(let isSure): return .nothing(isSure: isSure)
            case .gone: return .gone
            case .found(let row):
              var sheet = Sheet(common: run.common, columns: descriptors.count, maximumLines: run.maximumSeries)
              var writer = RowWriter(table)
              _ = writer.add(row, to: &sheet)
              if sheet.isOverfull { throw .tooManySeries(run.maximumSeries) }
              sheet.finish(unexpected: run.notes.unexpected)
              return .found(sheet, yields.map { Finding(fact: $0.fact, elements: $0.elements([row])) })
            }
          },
          count: { found, target in
            let common = Targets.ScopeLabel.labels(of: target, objects.scopeLabel)
            var sheet = Sheet(common: common, columns: descriptors.count)
            table.add(count: found, .none, from: 0, to: &sheet)
            return sheet
          }))
    }
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
    query: KeyValuePairs<String, String> = [:]
  ) -> Rows {
    let listing = Listing(row, in: field, endpoint, pages: pages, query: query)
    return .of(row) { setup throws(ConfigurationError) in
      let asked = setup.asks(listing)
      return { run, emit throws(CloudError) in try await run.each(asked, emit) }
    }
  }
}

/// How a collector asks about one object: set up with a configuration, then run for each object.
package struct Asking<Row: Sendable>: Sendable {
  package enum Answer: Sendable {
    case found(Row)
    /// There is nothing to watch in it, and it is not asked again for a while.
    ///
    /// `isSure`: the cloud said so; otherwise its answer was empty, which counts where it comes twice in a row.
    case nothing(isSure: Bool)
    /// It does not exist any more.
    case gone
  }

  typealias Ask = @Sendable (Run, WatchedObject) async throws(CloudError) -> Answer

  let setUp: @Sendable (inout Setup) throws(ConfigurationError) -> Ask

  package static func of(
    _ row: Row.Type,
    _ setUp:
      @escaping @Sendable (inout Setup) throws(ConfigurationError) ->
      @Sendable (
        Run, WatchedObject
      ) async throws(CloudError) -> Answer
  ) -> Asking {
    Asking(setUp: setUp)
  }
}

/// The fact that a collector's rows are for others.
package struct Yield<Row: Sendable>: Sendable {
  let fact: String
  let elements: @Sendable ([Row]) -> any Sendable

  /// `element` gives what of a row is to be known, nil for a row that the fact is not about.
  package init<Element>(_ fact: Fact<Element>, _ element: @escaping @Sendable (Row) -> Element?) {
    self.fact = fact.name
    elements = { rows in rows.compactMap(element) }
  }
}

/// One run of a target: whom to ask, and what is known.
package struct Run: Sendable {
  package let target: TargetID
  package var client: CloudClient
  package let facts: Facts
  package let start: Timestamp
  package let maximumSeries: Int
  /// What was odd about what came.
  var notes = Notes()
  /// What the name of the target's scope is in paths; nil where there is none.
  private var scopeName: String?
  /// The labels that all series of the target begin with.
  package private(set) var common: LabelSet

  init(target: TargetID, client: CloudClient, facts: Facts, start: Timestamp, maximumSeries: Int) {
    self.target = target
    self.client = client
    self.facts = facts
    self.start = start
    self.maximumSeries = maximumSeries
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
  package var hidden = 0
  /// Those without what tells them from others, or with a text that is none.
  package var unusable = 0
  package var finding: Finding?

  package init(sheet: Sheet, objects: Int, hidden: Int = 0, unusable: Int = 0, finding: Finding? = nil) {
    self.sheet = sheet
    self.objects = objects
    self.hidden = hidden
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
