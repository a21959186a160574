import HTTPTransport
import HuaweiCloud

/// A request that was let in: all that an answer depends on.
struct RouteRequest: Sendable {
  var operation: Operation
  var parameters: [String: String]
  /// The query, decoded; a repeated name stands repeatedly.
  var query: [(name: String, value: String)]
  var headers: [HTTPHeader]
  var body: [UInt8]
  var world: World
  /// The world's time.
  var now: Timestamp
  /// The machine's time, which signatures and the ends of tokens refer to.
  var realTime: Timestamp
  /// From the path, the token's scope, or `X-Project-Id`.
  var projectID: String?
  var requestID: String
  var tampering = Tampering()
  var paging: PagingFault?

  var project: SimulatedProject? { projectID.flatMap(world.project) }

  var instance: SimulatedInstance? {
    project?.instances.first { $0.id == parameters["instance_id"] }
  }

  func value(_ name: String) -> String? { query.first { $0.name == name }?.value }

  func writer() -> JSONWriter { JSONWriter(tampering: tampering) }

  /// An error of the service behind the operation, in its own shape.
  func failure(_ status: Int, _ code: String, _ message: String) -> Reply {
    .failure(status, code, message, shape: operation.errorShape, requestID: requestID, tampering: tampering)
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
struct PageError: Error {
  var message: String
}

/// The `offset` and `limit` of a listing.
struct OffsetPage: Sendable {
  var offset: Int
  var limit: Int

  /// SWR Enterprise's rules: limit 1 to `maximum`, offset a multiple of it, and only both together.
  init(_ request: RouteRequest, defaultLimit: Int, maximum: Int = 100, needsMultiple: Bool = true) throws(PageError) {
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
  }

  func slice<Element>(_ elements: [Element]) -> ArraySlice<Element> { elements.dropFirst(offset).prefix(limit) }
}
