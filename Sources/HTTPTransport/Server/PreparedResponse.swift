/// An answer built once and shared by all the requests that get it.
///
/// Bodies that are inflated or streamed can't be shared: those are built for each request, from the same value.
package final class PreparedResponse: Sendable {
  package let response: HTTPServerResponse
  /// Of the body; counted once, since a body of blocks may have many.
  let length: Int?
  /// Protects what is sent, built at the first use.
  private let built = Locked<NativeResponse?>(nil)

  package init(_ response: HTTPServerResponse) {
    self.response = response
    length = response.body.length
  }

  func native(for exchange: Exchange) throws(HTTPServerError) -> NativeResponse {
    switch response.body {
    case .inflating, .stream:
      return try NativeResponse(response, for: exchange)
    case .bytes, .blocks:
      return try built.withLock { built throws(HTTPServerError) in
        if let built { return built }
        let native = try NativeResponse(response, for: nil)
        built = native
        return native
      }
    }
  }
}
