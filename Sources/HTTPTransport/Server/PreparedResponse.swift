import System

/// An answer built once and shared by all the requests that get it.
///
/// Bodies that are inflated or streamed can't be shared: those are built for each request, from the same value.
package final class PreparedResponse: Sendable {
  package let response: HTTPServerResponse
  private struct Built {
    let native: NativeResponse
    let added: [HTTPHeader]
    /// It was asked for more than once.
    let isShared: Bool
  }

  /// Protects what is sent, built at the first use, again where the server adds other headers, and once more when
  /// somebody else asks for it: then one copy of its parts serves many.
  private let built = Locked<Built?>(nil)

  package init(_ response: HTTPServerResponse) {
    self.response = response
  }

  func native(for exchange: Exchange, adding headers: [HTTPHeader]) throws(HTTPServerError) -> NativeResponse {
    switch response.body {
    case .inflating, .stream:
      return try NativeResponse(response, for: exchange, adding: headers)
    case .bytes, .blocks:
      return try built.withLock { built throws(HTTPServerError) in
        let isShared = built?.added == headers
        if let built, isShared, built.isShared { return built.native }
        let native = try NativeResponse(response, for: nil, adding: headers, isShared: isShared)
        built = Built(native: native, added: headers, isShared: isShared)
        return native
      }
    }
  }
}
