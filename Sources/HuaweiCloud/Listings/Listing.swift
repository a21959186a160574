import HTTPTransport

/// An object that the cloud lists: how it is read, and what tells it from the others.
package protocol ListedObject: Sendable {
  /// Throws where the object is of no use.
  init(_ json: JSON) throws(JSONFault)
  /// The same for the same object on another page, or in the next listing.
  var identity: String { get }
}

/// A listing of the cloud: where it is asked for, how its pages follow one another, and where the objects stand in them.
package struct Listing<Object: ListedObject>: Sendable {
  package let endpoint: Endpoint
  /// The field that holds the list; nil where the answer itself is the list.
  package let field: String?
  package let pages: Paging
  /// Sent with every page, after what asks for the page.
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
  /// It is not.
  case one
  /// By `offset` and `limit`, with the number of all objects in a field, if anywhere.
  case offset(limit: Int = 100, total: Total = .field("total"))
  /// By a marker that grows, which each page gives for the next one in this field.
  ///
  /// `first` asks for the first page; without it, no marker is sent for that.
  case marker(in: String, limit: Int, first: Int64? = nil)

  /// Where a page says how many objects there are in all.
  package enum Total: Sendable, Hashable {
    case none
    case field(String)
    /// In each object.
    case objectField(String)
  }

  /// More objects than this on a page are not believed.
  fileprivate var longestPage: Int { limit.map { 10 * $0 } ?? 10_000 }

  /// Objects that a page holds; nil where there is only one page.
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

/// What was odd about the objects of a listing.
package struct ListingNotes: Sendable {
  /// Objects that could not be used: without what tells them from others, or with a text that is none.
  package var unusable = 0
  /// What was wrong with the first of them.
  var fault: JSONError?
  /// Values that are not as the documents have them, by field.
  package var unexpected: [String: Int] = [:]

  package init() {}

  package mutating func add(_ other: ListingNotes) {
    unusable += other.unusable
    fault = fault ?? other.fault
    unexpected.merge(other.unexpected, uniquingKeysWith: +)
  }
}

/// What one page says of itself: all that decides whether there is another.
package struct PageFacts: Sendable {
  /// Objects on it, usable or not.
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
  /// Reads a listing page by page; what `take` throws ends it.
  ///
  /// `malformed` is thrown where a page can't be read, pages contradict one another, or more objects are of no use than are.
  /// What was taken before an error is a part of the listing and no more.
  @discardableResult
  package func each<Object>(
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

  /// One page of a listing, asked for by `query`, and how many objects it says that there are in all.
  package func page<Object>(
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

  /// All objects of a listing.
  package func all<Object>(
    of listing: Listing<Object>, filling values: [String: String] = [:]
  ) async throws(CloudError) -> [Object] {
    var objects: [Object] = []
    _ = try await each(of: listing, filling: values) { objects.append($0) }
    return objects
  }

  /// Asks for page after page: `read` decodes one, and `take` is called once it is known to fit those before.
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
  /// For what is short between one request and the next: a page is read in less time than it takes to wake a thread of the
  /// pool for it.
  package func onTransferThread<Value>(
    _ body: () async throws(CloudError) -> Value
  ) async throws(CloudError) -> Value {
    try await withTaskExecutorPreference(session.transport.executor) { () async throws(CloudError) in try await body() }
  }
}

/// One page of a listing, read.
struct ListingPage<Object: ListedObject> {
  private(set) var objects: [Object] = []
  private(set) var facts = PageFacts()
  private(set) var notes = ListingNotes()
  private let pages: Paging

  private init(pages: Paging) { self.pages = pages }

  /// A `null` in place of the list is an empty one, and so is none beside a total of 0; a `null` in the list is left out.
  /// A list with more than ten times the objects that were asked for is refused as it is read.
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
