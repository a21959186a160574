import HTTPTransport

extension CloudClient {
  /// Sends a call and decodes its answer; one that can't be decoded is `malformed`.
  func decoded<Value>(
    _ request: APIRequest, _ decode: ([UInt8]) throws(JSONError) -> Value
  ) async throws(CloudError) -> Value {
    let response = try await send(request)
    do throws(JSONError) {
      return try decode(response.body)
    } catch {
      throw CloudError(
        .malformed, operation: request.operation, status: response.status, message: error.description,
        requestID: Answer.requestID(of: response))
    }
  }

  /// All entries of a listing by offset.
  func listing<Element>(
    limit: Int = 100, request: (_ offset: Int) -> APIRequest, firstID: (Element) -> String,
    decode: ([UInt8]) throws(JSONError) -> ListingPage<Element>
  ) async throws(CloudError) -> [Element] {
    var pages = OffsetPages(limit: limit)
    var elements: [Element] = []
    while true {
      let request = request(pages.offset)
      let page = try await decoded(request, decode)
      elements += page.elements
      let hasMore = try request.checked { () throws(ListingFault) in
        try pages.advance(count: page.elements.count, total: page.total, firstID: page.elements.first.map(firstID))
      }
      guard hasMore, pages.count < limits.maximumPages else { return elements }
    }
  }
}

extension APIRequest {
  /// Runs a decision about the pages of this call; what is wrong with them makes the answer `malformed`.
  func checked(_ decide: () throws(ListingFault) -> Bool) throws(CloudError) -> Bool {
    do throws(ListingFault) {
      return try decide()
    } catch {
      throw CloudError(.malformed, operation: operation, message: error.message)
    }
  }
}
