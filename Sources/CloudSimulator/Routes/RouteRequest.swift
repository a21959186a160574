import HTTPTransport
import System

/// A request to a route: everything that the answer depends on.
package struct RouteRequest: Sendable {
  let route: Route
  /// The values of the parameters in the route's path.
  package var parameters: [String: String]
  /// The decoded query, in which a name can occur repeatedly.
  package var query: [(name: String, value: String)]
  package var headers: [HTTPHeader]
  package var body: [UInt8]
  package var world: World
  /// The time of the world.
  package var now: Timestamp
  /// The machine's time, which signatures and the ends of tokens refer to.
  var realTime: Timestamp
  /// The project's id from the path, the token's scope or `X-Project-Id`.
  package var projectID: String?
  var requestID: String
  var tampering = Tampering()
  var paging: PagingFault?

  package var project: SimulatedProject? { projectID.flatMap(world.project) }

  /// Returns the first value of this name in the query.
  package func value(_ name: String) -> String? { query.first { $0.name == name }?.value }

  /// Returns a writer for the answer, which tampers with it if a fault asks for that.
  package func writer() -> JSONWriter { JSONWriter(tampering: tampering) }

  /// Returns an error of the service behind the operation, in its own shape.
  package func failure(_ status: Int, _ code: String, _ message: String) -> Reply {
    .failure(status, code, message, shape: route.service.errors, requestID: requestID, tampering: tampering)
  }

  /// The answer of the gateway if it has no such operation.
  package var unpublished: Reply { .unpublished(requestID: requestID) }

  /// The answer if the project or the instance has no such operation, or the account may not call it; otherwise nil.
  var withheld: Reply? {
    let operation = route.operation
    if project?.unpublished.contains(operation) ?? false || instance?.unpublished.contains(operation) ?? false {
      return unpublished
    }
    if project?.forbidden.contains(operation) ?? false {
      return failure(403, route.service.forbidden, "Insufficient permissions")
    }
    return nil
  }

  /// Returns the indices of a page from `first` on, of up to `limit` of `count` objects, after a paging fault.
  func indices(from first: Int, limit: Int, of count: Int) -> [Int] {
    let page = first < count ? Array(first..<min(first + limit, count)) : []
    return paging?.indices(page, from: first) ?? page
  }

  /// Writes the marker of the next page, if there is one, after a paging fault.
  func writeMarker(_ key: String, asked: Int, next: Int?, _ json: inout JSONWriter) {
    guard let next = paging.map({ $0.marker(asked: asked, next: next) }) ?? next else { return }
    if paging == .markerIsText { json.string(key, String(next)) } else { json.integer(key, next) }
  }

  /// Decodes the names and values of a raw query, in which `+` is not a space.
  static func query(_ raw: String?) -> [(name: String, value: String)] {
    (raw ?? "").split(separator: "&").compactMap { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = PercentEncoding.decoded(parts[0]) else { return nil }
      return (name, parts.count > 1 ? PercentEncoding.decoded(parts[1]) ?? "" : "")
    }
  }
}

/// The error of a page whose parameters are refused.
package struct PageError: Error {
  package var message: String

  package init(message: String) { self.message = message }
}

/// The `offset` and `limit` of a listing, and the page that they ask for.
package struct OffsetPage: Sendable {
  let offset: Int
  let limit: Int
  private let request: RouteRequest

  /// Reads the parameters by the rules of SWR Enterprise: the limit is 1 to `maximum`, the offset is a multiple of it,
  /// and there are both or neither.
  ///
  /// Without `needsMultiple`, only the first of these rules holds.
  package init(
    _ request: RouteRequest, defaultLimit: Int = 10, maximum: Int = 100, needsMultiple: Bool = true
  ) throws(PageError) {
    let limitText = request.value("limit")
    let offsetText = request.value("offset")
    guard let limit = limitText.map(Int.init) ?? defaultLimit, (1...maximum).contains(limit) else {
      throw PageError(message: "limit must be 1 to \(maximum)")
    }
    guard let offset = offsetText.map(Int.init) ?? 0, offset >= 0 else {
      throw PageError(message: "offset must not be negative")
    }
    if needsMultiple {
      guard (limitText == nil) == (offsetText == nil) else {
        throw PageError(message: "offset and limit must be used together")
      }
      guard offset % limit == 0 else { throw PageError(message: "offset must be 0 or a multiple of limit") }
    }
    self.offset = offset
    self.limit = limit
    self.request = request
  }

  /// Returns the elements on this page, after a paging fault.
  package func elements<Element>(of all: [Element]) -> [Element] {
    request.indices(from: offset, limit: limit, of: all.count).map { all[$0] }
  }

  /// Returns the total that the listing states, after a paging fault.
  package func total<Element>(of all: [Element]) -> Int { request.paging?.total(all.count) ?? all.count }
}

/// An answer before faults are applied to it, except tampering and paging faults, which are applied while it is made.
package struct Reply: Sendable {
  package var status: Int
  package var headers: [HTTPHeader]
  package var body: [UInt8]

  package init(status: Int, headers: [HTTPHeader], body: [UInt8]) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  package static func json(_ json: JSONWriter, status: Int = 200, headers: [HTTPHeader] = []) -> Reply {
    Reply(status: status, headers: [HTTPHeader("Content-Type", "application/json")] + headers, body: json.bytes)
  }

  static func failure(
    _ status: Int, _ code: String, _ message: String, shape: ErrorShape = .gateway, requestID: String,
    tampering: Tampering = Tampering()
  ) -> Reply {
    let contentType = shape == .html ? "text/html" : "application/json"
    return Reply(
      status: status, headers: [HTTPHeader("Content-Type", contentType)],
      body: shape.body(
        status: status, code: code, message: message, requestID: requestID, tampering: tampering))
  }

  static func unpublished(requestID: String) -> Reply {
    .failure(
      404, "APIGW.0101", "The API does not exist or has not been published in the environment", requestID: requestID)
  }
}
