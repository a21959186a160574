import HTTPTransport
import HuaweiCloud
import System

/// A request that was let in: all that an answer depends on.
package struct RouteRequest: Sendable {
  let route: Route
  /// What stands where the route's path has braces.
  package var parameters: [String: String]
  /// The query, decoded; a repeated name stands repeatedly.
  package var query: [(name: String, value: String)]
  package var headers: [HTTPHeader]
  package var body: [UInt8]
  package var world: World
  /// The world's time.
  package var now: Timestamp
  /// The machine's time, which signatures and the ends of tokens refer to.
  var realTime: Timestamp
  /// From the path, the token's scope, or `X-Project-Id`.
  package var projectID: String?
  var requestID: String
  var tampering = Tampering()
  var paging: PagingFault?

  package var project: SimulatedProject? { projectID.flatMap(world.project) }

  /// The first value of this name in the query.
  package func value(_ name: String) -> String? { query.first { $0.name == name }?.value }

  /// A writer for the answer, which does to it what a fault asks for.
  package func writer() -> JSONWriter { JSONWriter(tampering: tampering) }

  /// An error of the service behind the operation, in its own shape.
  package func failure(_ status: Int, _ code: String, _ message: String) -> Reply {
    .failure(status, code, message, shape: route.service.errors, requestID: requestID, tampering: tampering)
  }

  /// What the gateway says where it has no such operation.
  package var unpublished: Reply { .unpublished(requestID: requestID) }

  /// What is answered where the project or the instance has no such operation, or the account may not call it.
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

  /// The indices of a page that begins at `first` and has up to `limit` of so many objects, after a paging fault.
  func indices(from first: Int, limit: Int, of count: Int) -> [Int] {
    let page = first < count ? Array(first..<min(first + limit, count)) : []
    return paging?.indices(page, from: first) ?? page
  }

  /// Writes the marker of the next page, where there is one, after a paging fault.
  func writeMarker(_ key: String, asked: Int, next: Int?, _ json: inout JSONWriter) {
    guard let next = paging.map({ $0.marker(asked: asked, next: next) }) ?? next else { return }
    if paging == .markerIsText { json.string(key, String(next)) } else { json.integer(key, next) }
  }

  /// Decodes a raw query; names and values alike, `+` is no space here.
  static func query(_ raw: String?) -> [(name: String, value: String)] {
    (raw ?? "").split(separator: "&").compactMap { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = PercentEncoding.decoded(parts[0]) else { return nil }
      return (name, parts.count > 1 ? PercentEncoding.decoded(parts[1]) ?? "" : "")
    }
  }
}

/// Why the parameters of a page are refused.
package struct PageError: Error {
  package var message: String

  package init(message: String) { self.message = message }
}

/// The `offset` and `limit` of a listing, and the page that they ask for.
package struct OffsetPage: Sendable {
  let offset: Int
  let limit: Int
  private let request: RouteRequest

  /// SWR Enterprise's rules: limit 1 to `maximum`, offset a multiple of it, and only both together.
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

  /// The elements on this page, after a paging fault.
  package func elements<Element>(of all: [Element]) -> [Element] {
    request.indices(from: offset, limit: limit, of: all.count).map { all[$0] }
  }

  /// How many the listing says there are, after a paging fault.
  package func total<Element>(of all: [Element]) -> Int { request.paging?.total(all.count) ?? all.count }
}

/// An answer before any fault is done to it.
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
