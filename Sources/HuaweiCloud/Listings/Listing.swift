import HTTPTransport

/// An object that the cloud lists: how it is read, and its identity.
package protocol ListedObject: Sendable {
  /// Throws if the object can't be used.
  init(_ json: JSON) throws(JSONFault)
  /// A text that no other object has, the same on another page and in the next listing.
  var identity: String { get }
}

/// A listing of the cloud: its endpoint, how its pages follow one another, and which field of them holds the objects.
///
/// That the objects can be read is asked of the functions that read them, not of this type: Swift searches all
/// conformances of a program for each object that a constrained type is used with, together a twentieth of the start.
package struct Listing<Object>: Sendable {
  package let endpoint: Endpoint
  /// The field that holds the list; nil if the answer itself is the list.
  package let field: String?
  package let pages: Paging
  /// The query sent with every page, after the part that selects the page.
  package let query: [(String, String)]

  package init(
    _ object: Object.Type = Object.self, in field: String?, _ endpoint: Endpoint, pages: Paging = .one,
    query: KeyValuePairs<String, String> = [:]
  ) {
    self.endpoint = endpoint
    self.field = field
    self.pages = pages
    self.query = query.map { ($0.key, $0.value) }
  }
}

/// How a listing is divided into pages.
package enum Paging: Sendable, Hashable {
  /// The listing has only one page.
  case one
  /// Pages by `offset` and `limit`; `total` tells where the number of all objects is.
  case offset(limit: Int = 100, total: Total = .field("total"))
  /// Pages by a growing marker, which each page gives for the next one in this field.
  ///
  /// `first` is sent for the first page; if it is nil, no marker is.
  case marker(in: String, limit: Int, first: Int64? = nil)

  /// The place where a page gives the number of all objects.
  package enum Total: Sendable, Hashable {
    case none
    case field(String)
    /// A field of each object.
    case objectField(String)
  }

  /// The most objects of a page; a page with more is refused.
  fileprivate var longestPage: Int { limit.map { 10 * $0 } ?? 10_000 }

  /// The number of objects requested for a page; nil if there is only one page.
  package var limit: Int? {
    switch self {
    case .one: nil
    case .offset(let limit, _), .marker(_, let limit, _): limit
    }
  }

  var totalField: String? { if case .offset(_, .field(let name)) = self { name } else { nil } }
  var objectTotalField: String? { if case .offset(_, .objectField(let name)) = self { name } else { nil } }
  var markerField: String? { if case .marker(let name, _, _) = self { name } else { nil } }
}

/// The irregularities among the objects of a listing.
package struct ListingNotes: Sendable {
  /// The number of objects that can't be used: a required field is missing, or a text is not UTF-8.
  package var unusable = 0
  /// The error of the first of them.
  var fault: JSONError?
  /// How many values are not as the documents have them, by field.
  package var unexpected: [String: Int] = [:]

  package init() {}

  package mutating func add(_ other: ListingNotes) {
    unusable += other.unusable
    fault = fault ?? other.fault
    unexpected.merge(other.unexpected, uniquingKeysWith: +)
  }
}

/// The facts about one page that decide whether there is another.
package struct PageFacts: Sendable {
  /// The number of objects on the page, usable or not.
  package var count = 0
  package var total: Int64?
  package var nextMarker: Int64?
  /// The identity of the first object.
  package var first: String?

  package init(count: Int = 0, total: Int64? = nil, nextMarker: Int64? = nil, first: String? = nil) {
    self.count = count
    self.total = total
    self.nextMarker = nextMarker
    self.first = first
  }
}

extension CloudClient {
  /// Reads a listing page by page; an error that `take` throws ends it.
  ///
  /// Throws `malformed` if a page can't be read, pages contradict one another, or more objects are unusable than
  /// usable. The objects taken before an error are only a part of the listing.
  @discardableResult
  package func each<Object: ListedObject>(
    of listing: Listing<Object>, filling values: [String: String] = [:],
    _ take: (Object) throws(CloudError) -> Void
  ) async throws(CloudError) -> ListingNotes {
    var objects: [Object] = []
    var notes = ListingNotes()
    var usable = 0
    try await eachPage(
      of: listing.endpoint, filling: values, query: listing.query, pages: listing.pages,
      read: { bytes throws(JSONError) in
        let page = try ListingPage(bytes, of: listing)
        objects = page.objects
        notes.add(page.notes)
        return page.facts
      },
      take: { () throws(CloudError) in
        usable += objects.count
        for object in objects { try take(object) }
        objects = []
      })
    if notes.unusable > usable, let fault = notes.fault {
      throw CloudError(.malformed, operation: listing.endpoint.operation, message: fault.description)
    }
    return notes
  }

  /// Returns one page of a listing, selected by `query`, and the number of all objects that the page gives.
  package func page<Object: ListedObject>(
    of listing: Listing<Object>, filling values: [String: String] = [:], query: [(String, String)]
  ) async throws(CloudError) -> (objects: [Object], total: Int64?, notes: ListingNotes) {
    let request = try listing.endpoint.request(
      filling: try await complete(values, for: listing.endpoint), query: query + listing.query)
    let page = try await decoded(request) { bytes throws(JSONError) in try ListingPage(bytes, of: listing) }
    if page.notes.unusable > page.objects.count, let fault = page.notes.fault {
      throw CloudError(.malformed, operation: listing.endpoint.operation, message: fault.description)
    }
    return (page.objects, page.facts.total, page.notes)
  }

  /// Returns all objects of a listing.
  package func all<Object: ListedObject>(
    of listing: Listing<Object>, filling values: [String: String] = [:]
  ) async throws(CloudError) -> [Object] {
    var objects: [Object] = []
    _ = try await each(of: listing, filling: values) { objects.append($0) }
    return objects
  }

  /// Requests page after page: `read` decodes one, and `take` is called once it is known to fit those before.
  package func eachPage(
    of endpoint: Endpoint, filling values: [String: String], query: [(String, String)] = [], pages: Paging,
    read: ([UInt8]) throws(JSONError) -> PageFacts, take: () throws(CloudError) -> Void
  ) async throws(CloudError) {
    let values = try await complete(values, for: endpoint)
    var sequence = PageSequence(pages)
    while true {
      let request = try endpoint.request(filling: values, query: sequence.query + query)
      let facts = try await decoded(request, read)
      let hasMore: Bool
      do throws(ListingFault) { hasMore = try sequence.advance(facts) } catch {
        throw CloudError(.malformed, operation: endpoint.operation, message: error.message)
      }
      try take()
      guard hasMore, sequence.count < limits.maximumPages else { return }
    }
  }

  /// Runs `body` on the thread that owns the transfers.
  ///
  /// This is for short work between one request and the next: a page is read in less time than it takes to wake a
  /// thread of the pool for it.
  package func onTransferThread<Value>(
    _ body: () async throws(CloudError) -> Value
  ) async throws(CloudError) -> Value {
    try await withTaskExecutorPreference(session.transport.executor) { () async throws(CloudError) in try await body() }
  }
}

/// One decoded page of a listing.
struct ListingPage<Object: ListedObject> {
  private(set) var objects: [Object] = []
  private(set) var facts = PageFacts()
  private(set) var notes = ListingNotes()
  private let pages: Paging

  private init(pages: Paging) { self.pages = pages }

  /// Decodes a page.
  ///
  /// A `null` in place of the list is an empty list, and so is no list beside a total of 0; a `null` in the list is
  /// left out. A list with more objects than `Paging.longestPage` is refused as it is read.
  init(_ bytes: [UInt8], of listing: Listing<Object>) throws(JSONError) {
    self = try JSONReader.read(bytes) { reader throws(JSONFault) in
      var page = ListingPage(pages: listing.pages)
      if let field = listing.field { try page.readRoot(&reader, listIn: field) } else { try page.readList(&reader) }
      return page
    }
    facts.count = objects.count + notes.unusable
    facts.first = objects.first?.identity
  }

  private mutating func readRoot(_ reader: inout JSONReader, listIn field: String) throws(JSONFault) {
    var hasList = false
    _ = reader.peek()
    let start = reader.position
    guard try reader.beginObject() else { throw JSONFault(.notAnObject, at: start) }
    while try reader.nextKey() {
      switch reader.key.string(in: reader.bytes, limit: 64) {
      case field:
        hasList = true
        try readList(&reader)
      case pages.totalField: facts.total = try reader.count()
      case pages.markerField: facts.nextMarker = try reader.marker()
      default: try reader.skipUnlessError()
      }
    }
    guard hasList || facts.total == 0 else { throw JSONFault(.missing(JSONFieldName(field)), at: start) }
  }

  private mutating func readList(_ reader: inout JSONReader) throws(JSONFault) {
    objects = []
    notes = ListingNotes()
    if reader.peek() == UInt8(ascii: "{") {
      let start = reader.position
      throw JSONFault(try reader.value().isError ? .isError : .notAnArray, at: start)
    }
    guard try reader.beginArray() else { return }
    var count = 0
    while try reader.nextElement() {
      let start = reader.position
      count += 1
      guard count <= pages.longestPage else { throw JSONFault(.tooManyElements, at: start) }
      let json = try reader.value()
      if json.isAbsent { continue }
      guard json.isObject else { throw JSONFault(.notAnObject, at: start) }
      if let name = pages.objectTotalField { facts.total = json[name].count ?? facts.total }
      do throws(JSONFault) {
        let object = try Object(json)
        try json.requireText()
        objects.append(object)
      } catch {
        notes.unusable += 1
        if notes.fault == nil { notes.fault = JSONError(error, in: reader.bytes) }
        if case .missing(let name) = error.problem { notes.unexpected[name.text, default: 0] += 1 }
      }
      notes.unexpected.merge(json.bent, uniquingKeysWith: +)
    }
  }
}
