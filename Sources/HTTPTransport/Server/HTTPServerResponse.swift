import System

/// An answer of the server.
///
/// `Content-Length` and `Transfer-Encoding` follow from the body and `Date` is added, so `headers` must not contain
/// them.
package struct HTTPServerResponse: Sendable {
  package var status: Int
  package var headers: [HTTPHeader]
  package var body: HTTPServerBody

  package init(status: Int, headers: [HTTPHeader] = [], body: HTTPServerBody = .bytes([])) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  package init(
    status: Int, text: String, contentType: String = "text/plain; charset=utf-8", headers: [HTTPHeader] = []
  ) {
    self.init(
      status: status,
      headers: [HTTPHeader("Content-Type", contentType)] + headers,
      body: .bytes(Array(text.utf8)))
  }
}

/// The source of an answer's bytes.
package enum HTTPServerBody: Sendable {
  case bytes([UInt8])
  /// Immutable blocks, sent without copying unless small ones are joined.
  case blocks([ByteBlock])
  /// Blocks that are inflated on the way out; `length` is that of the whole text.
  case inflating([DeflatedBlock], length: Int)
  /// A body that is asked for piece by piece, and sent in chunks if `length` is nil.
  case stream(length: Int?, next: @Sendable (_ sent: Int) -> BodyStep)

  /// The length in bytes; nil if it is known only at the end.
  var length: Int? {
    switch self {
    case .bytes(let bytes): bytes.count
    case .blocks(let blocks): blocks.reduce(0) { $0 + $1.count }
    case .inflating(_, let length): length
    case .stream(let length, _): length
    }
  }
}

/// The next step of a streamed body.
package enum BodyStep: Sendable {
  case bytes([UInt8])
  /// Nothing yet: ask again after this long, without holding up other connections.
  case wait(Duration)
  case end
  /// Cut the connection in the middle of the body.
  case abort
}

/// The result of a handler: an answer now, one that other requests share, or one that comes later.
package enum HTTPServerAnswer: Sendable {
  case response(HTTPServerResponse)
  case prepared(PreparedResponse)
  /// The closure gets a function to call exactly once, from any thread, when the answer is known.
  case deferred(@Sendable (@escaping @Sendable (HTTPServerResponse) -> Void) -> Void)
}

/// An answer built once and shared by all the requests that get it.
///
/// Bodies that are inflated or streamed can't be shared: those are built for each request, from the same value.
package final class PreparedResponse: Sendable {
  package let response: HTTPServerResponse
  private struct Built {
    let native: NativeResponse
    let added: [HTTPHeader]
    /// Whether the answer was asked for more than once.
    let isShared: Bool
  }

  /// Protects the response that is sent. It is built at the first use, again if the server adds other headers, and once
  /// more at the second use: from then on one copy of its parts serves many.
  private let built = Locked<Built?>(nil)

  package init(_ response: HTTPServerResponse) {
    self.response = response
  }

  func native(for exchange: Exchange, adding headers: [HTTPHeader]) throws(HTTPServerError) -> NativeResponse {
    switch response.body {
    case .inflating, .stream:
      return try NativeResponse(response, for: exchange, adding: headers)
    case .bytes, .blocks:
      // Built under the lock, since whoever asks meanwhile waits for the same bytes.
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
