import HTTPTransport
import HuaweiCloud
import System

/// One refresh of a target: the client to ask with, and what is known.
package struct Run: Sendable {
  package let target: TargetID
  package var client: CloudClient
  package let facts: Facts
  package let start: Timestamp
  package let maximumSeries: Int
  /// The start of the refresh in `TimeSource.uptime`.
  package let uptime: Duration
  package let discoveryInterval: Duration
  /// What was unusable or unexpected in the answers.
  var notes = Notes()
  /// The name of the target's scope in paths, or nil if there is none.
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

  func labelled(_ scope: Targets.ScopeLabel?) -> Run {
    var run = self
    run.common = Targets.ScopeLabel.labels(of: target, scope)
    run.scopeName = scope?.name
    return run
  }

  /// What was unusable or unexpected in one refresh, or in the answers about one of its objects.
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

  /// Reads a listing object by object; `take` gets each usable object once, even if it is listed twice.
  package func each<Object: ListedObject>(
    _ asked: AskedListing<Object>, filling values: [String: String] = [:],
    _ take: (Object) throws(CloudError) -> Void
  ) async throws(CloudError) {
    var seen: Set<String> = []
    notes.add(
      try await client.each(of: asked.listing, filling: filled(values)) { object throws(CloudError) in
        if seen.insert(object.identity).inserted { try take(object) }
      })
  }

  /// Returns all objects of a listing, each once.
  package func all<Object: ListedObject>(
    _ asked: AskedListing<Object>, filling values: [String: String] = [:]
  ) async throws(CloudError) -> [Object] {
    var objects: [Object] = []
    try await each(asked, filling: values) { objects.append($0) }
    return objects
  }

  /// Returns the page of a listing that `query` asks for, and how many objects the cloud says there are in all.
  package func page<Object: ListedObject>(
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

  /// Returns `values` with the target's scope, by its name in paths, unless they name it themselves.
  func filled(_ values: [String: String]) -> [String: String] {
    guard let scopeName else { return values }
    return values.merging([scopeName: target.scope]) { given, _ in given }
  }
}
