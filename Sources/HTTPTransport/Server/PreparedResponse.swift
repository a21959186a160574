/// An answer built once and shared by all the requests that get it.
///
/// Bodies that are inflated or streamed can't be shared: those are built for each request, from the same value.
package final class PreparedResponse: Sendable {
  package let response: HTTPServerResponse
  /// Of the body; counted once, since a body of blocks may have many.
  let length: Int?
  /// Protects what is sent, built at the first use, and again where the server adds other headers.
  private let built = Locked<(native: NativeResponse, added: [HTTPHeader])?>(nil)

  package init(_ response: HTTPServerResponse) {
    self.response = response
    length = response.body.length
  }

  func native(for exchange: Exchange, adding headers: [HTTPHeader]) throws(HTTPServerError) -> NativeResponse {
    switch response.body {
    case .inflating, .stream:
      return try NativeResponse(response, for: exchange, adding: headers)
    case .bytes, .blocks:
      return try built.withLock { built throws(HTTPServerError) in
        if let built, built.added == headers { return built.native }
        let native = try NativeResponse(response, for: nil, adding: headers)
        built = (native, headers)
        return native
      }
    }
  }
}
