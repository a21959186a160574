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

  fileprivate var totalField: String? { if case .offset(_, .field(let name)) = self { name } else { nil } }
  fileprivate var objectTotalField: String? { if case .offset(_, .objectField(let name)) = self { name } else { nil } }
  fileprivate var markerField: String? { if case .marker(let name, _, _) = self { name } else { nil } }
}

/// What one page says of itself: all that decides whether there is another.
package struct PageFacts: Sendable {
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
  /// `malformed` is thrown where a page can't be read, or pages contradict one another. What was taken before an error is
  /// a part of the listing and no more.
  package func each<Object>(
    of listing: Listing<Object>, filling values: [String: String] = [:],
    _ take: (Object) throws(CloudError) -> Void
  ) async throws(CloudError) {
    var objects: [Object] = []
    try await eachPage(
      of: listing.endpoint, filling: values, query: listing.query, pages: listing.pages,
      read: { bytes throws(JSONError) in
        let page = try ListingPage(bytes, of: listing)
        objects = page.objects
        return page.facts
      },
      take: { () throws(CloudError) in
        for object in objects { try take(object) }
        objects = []
      })
  }

  /// All objects of a listing.
  package func all<Object>(
    of listing: Listing<Object>, filling values: [String: String] = [:]
  ) async throws(CloudError) -> [Object] {
    var objects: [Object] = []
    try await each(of: listing, filling: values) { objects.append($0) }
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
  var objects: [Object] = []
  var facts = PageFacts()

  /// `null` is an empty list, and so is one left out of an object that says nothing else; with other fields instead of the
  /// list, the object is some other answer. A `null` in the list is left out.
  init(_ bytes: [UInt8], of listing: Listing<Object>) throws(JSONError) {
    let (objects, facts) = try JSONReader.read(bytes) { reader throws(JSONFault) in
      var page = PageReader(listing)
      if let field = listing.field { try page.readRoot(&reader, listIn: field) } else { try page.readList(&reader) }
      return (page.objects, page.facts)
    }
    self.objects = objects
    self.facts = facts
    self.facts.count = objects.count
    self.facts.first = objects.first?.identity
  }
}

private struct PageReader<Object: ListedObject> {
  var objects: [Object] = []
  var facts = PageFacts()
  private let pages: Paging

  init(_ listing: Listing<Object>) { pages = listing.pages }

  mutating func readRoot(_ reader: inout JSONReader, listIn field: String) throws(JSONFault) {
    var hasList = false
    var hasOthers = false
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
      default:
        hasOthers = true
        try reader.skip()
      }
    }
    guard hasList || !hasOthers else { throw JSONFault(.missing(JSONFieldName(field)), at: start) }
  }

  mutating func readList(_ reader: inout JSONReader) throws(JSONFault) {
    objects = []
    guard try reader.beginArray() else { return }
    while try reader.nextElement() {
      let start = reader.position
      let json = try reader.value()
      if json.isAbsent { continue }
      guard json.isObject else { throw JSONFault(.notAnObject, at: start) }
      if let name = pages.objectTotalField { facts.total = json[name].count ?? facts.total }
      objects.append(try Object(json))
    }
  }
}
