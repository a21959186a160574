import HTTPTransport
import System

/// An answer after a fault was applied to it.
enum FaultyAnswer: Sendable {
  case response(HTTPServerResponse)
  case later(HTTPServerResponse, after: Duration)
  case never

  /// Applies a fault to an answer; `reply` makes the right answer, and is not called if the fault does not need it.
  init(
    fault: Fault?, service: SimulatedService?, realTime: Timestamp, requestID: String, hash: SeededHash,
    reply: () -> Reply
  ) {
    func refused(_ status: Int, _ headers: [HTTPHeader], _ body: [UInt8]) -> Self {
      .response(
        HTTPServerResponse(
          status: status, headers: [HTTPHeader("X-Request-Id", requestID)] + headers, body: .bytes(body)))
    }
    func right(_ reply: Reply, _ body: HTTPServerBody? = nil, _ more: [HTTPHeader] = []) -> HTTPServerResponse {
      HTTPServerResponse(
        status: reply.status, headers: reply.headers + [HTTPHeader("X-Request-Id", requestID)] + more,
        body: body ?? .bytes(reply.body))
    }
    let json = HTTPHeader("Content-Type", "application/json")
    switch fault {
    // Tampering and paging faults were applied when the reply was made.
    case nil, .tampering, .paging: self = .response(right(reply()))
    case .status(let status, let shape, let code, let message):
      let reply = Reply.failure(
        status, code, message, shape: shape ?? service?.errors ?? .gateway, requestID: requestID)
      self = refused(reply.status, reply.headers, reply.body)
    case .throttled(let retryAfter, let statedLimit):
      var headers: [HTTPHeader] = []
      switch retryAfter {
      case .seconds(let seconds): headers.append(HTTPHeader("Retry-After", String(seconds)))
      case .date(let ahead): headers.append(HTTPHeader("Retry-After", CloudDate.http(realTime + .seconds(ahead))))
      case .text(let text): headers.append(HTTPHeader("Retry-After", text))
      case nil: break
      }
      let limit = statedLimit.map { ",\($0)" } ?? ""
      let reply = Reply.failure(
        429, "APIGW.0308", "The throttling threshold has been reached: policy user over ratelimit" + limit,
        requestID: requestID)
      self = refused(429, reply.headers + headers, reply.body)
    case .redirect(let location):
      self = refused(302, [HTTPHeader("Location", location)], [])
    case .nonsense(let count):
      self = refused(200, [json], (0..<count).map { UInt8(truncatingIfNeeded: hash.bits(0xB0, $0)) })
    case .nesting(let depth):
      let open = [UInt8](repeating: UInt8(ascii: "["), count: depth)
      let close = [UInt8](repeating: UInt8(ascii: "]"), count: depth)
      self = refused(200, [json], Array(#"{"nested":"#.utf8) + open + close + Array("}".utf8))
    case .answer(let status, let headers, let body): self = refused(status, headers, body)
    case .neverAnswers: self = .never
    case .delay(let duration): self = .later(right(reply()), after: duration)
    case .drips(let bytesPerSecond):
      let reply = reply()
      self = .response(right(reply, .dripping(reply.body, bytesPerSecond: bytesPerSecond)))
    case .cut(let count):
      let reply = reply()
      self = .response(right(reply, .cut(reply.body, after: count ?? reply.body.count / 2)))
    case .reset:
      let reply = reply()
      self = .response(right(reply, .cut(reply.body, after: 0)))
    case .truncatedJSON:
      let reply = reply()
      self = .response(right(reply, .bytes(Array(reply.body.prefix(reply.body.count / 2)))))
    case .contentType(let type):
      var reply = reply()
      reply.headers.removeAll { $0.name == "Content-Type" }
      self = .response(right(reply, nil, [HTTPHeader("Content-Type", type)]))
    case .gzipBomb(let count):
      let reply = reply()
      let bomb = HTTPServerBody.bytes(Self.bomb(of: count, before: reply.body))
      self = .response(right(reply, bomb, [HTTPHeader("Content-Encoding", "gzip")]))
    case .spaces(let count):
      let reply = reply()
      self = .response(right(reply, .spaces(count, before: reply.body)))
    }
  }

  /// Returns spaces before a body as gzip data, compressed about a thousandfold since one block of them is repeated.
  private static func bomb(of count: Int, before body: [UInt8]) -> [UInt8] {
    let size = 1 << 20
    let block = DeflatedBlock([UInt8](repeating: 0x20, count: size), level: 9)
    let blocks = Array(repeating: block, count: max(1, count / size)) + [DeflatedBlock(body)]
    return Gzip.member(of: blocks).flatMap(\.bytes)
  }
}

extension HTTPServerBody {
  /// Returns a body that sends some bytes ten times a second, or one at a time if that is too fast.
  fileprivate static func dripping(_ bytes: [UInt8], bytesPerSecond: Int) -> HTTPServerBody {
    let piece = max(1, bytesPerSecond / 10)
    let pause = Duration.seconds(Double(piece) / Double(max(1, bytesPerSecond)))
    // This is true when the pause before the next piece is over.
    let hasWaited = Locked(true)
    return .stream(length: bytes.count) { sent in
      guard sent < bytes.count else { return .end }
      let isDue = hasWaited.withLock { waited in
        defer { waited.toggle() }
        return waited
      }
      return isDue ? .bytes(Array(bytes[sent..<min(sent + piece, bytes.count)])) : .wait(pause)
    }
  }

  /// Returns a body that ends before its announced length.
  fileprivate static func cut(_ bytes: [UInt8], after count: Int) -> HTTPServerBody {
    .stream(length: max(bytes.count, count + 1)) { sent in
      sent < min(count, bytes.count) ? .bytes(Array(bytes[sent..<min(count, bytes.count)])) : .abort
    }
  }

  /// Returns a body with spaces before the bytes, made while it is sent.
  fileprivate static func spaces(_ count: Int, before bytes: [UInt8]) -> HTTPServerBody {
    let piece = [UInt8](repeating: 0x20, count: 1 << 16)
    return .stream(length: nil) { sent in
      if sent < count { return .bytes(Array(piece.prefix(count - sent))) }
      return sent < count + bytes.count ? .bytes(Array(bytes[(sent - count)...])) : .end
    }
  }
}
