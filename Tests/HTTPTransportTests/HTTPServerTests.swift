import Foundation
import System
import Testing

@testable import HTTPTransport

@Suite(.timeLimit(.minutes(1)))
struct HTTPServerTests {
  @Test func connectionIsKeptForFurtherRequests() throws {
    try withHTTPServer { request in
      .response(HTTPServerResponse(status: 200, text: "\(request.method) \(request.path) \(request.query ?? "-")"))
    } _: { _, address in
      let connection = try WireConnection(address)
      for index in 0..<3 {
        let answer = try connection.get("/a%2Fb/\(index)?x=%20&y")
        #expect(answer.status == 200)
        #expect(answer.text == "GET /a%2Fb/\(index) x=%20&y")
        #expect(answer.headers.first(named: "Content-Type") == "text/plain; charset=utf-8")
        #expect(answer.headers.first(named: "Date") != nil)
      }
      #expect(try connection.get("http://host:1/q?z").text == "GET /q z")
      #expect(try connection.get("/").text == "GET / -")
    }
  }

  @Test func repeatedHeadersAreAllSeen() throws {
    try withHTTPServer { request in
      .response(HTTPServerResponse(status: 200, text: request.values(of: "accept").joined(separator: "|")))
    } _: { _, address in
      let answer = try WireConnection(address).get("/", headers: ["Accept: a;q=0.5", "X: y", "accept: b"])
      #expect(answer.text == "a;q=0.5|b")
    }
  }

  @Test(arguments: BodyKind.allCases)
  func headHasTheLengthAndNoBody(kind: BodyKind) throws {
    try withHTTPServer { _ in
      kind.answer(of: Array("twelve bytes".utf8))
    } _: { _, address in
      let connection = try WireConnection(address)
      for _ in 0..<2 {
        let head = try connection.get("/", method: "HEAD")
        #expect(head.status == 200)
        #expect(head.headers.first(named: "Content-Length") == "12")
        #expect(try connection.get("/").text == "twelve bytes")
      }
    }
  }

  enum BodyKind: CaseIterable {
    case bytes, blocks, inflating, stream, prepared, preparedInflating

    func answer(of bytes: [UInt8]) -> HTTPServerAnswer {
      let middle = bytes.count / 2
      let inflating = HTTPServerBody.inflating(
        [DeflatedBlock(Array(bytes[..<middle])), DeflatedBlock(Array(bytes[middle...]))], length: bytes.count)
      return switch self {
      case .bytes: .response(HTTPServerResponse(status: 200, body: .bytes(bytes)))
      case .blocks: .response(HTTPServerResponse(status: 200, body: .blocks(bytes.map { ByteBlock([$0]) })))
      case .inflating: .response(HTTPServerResponse(status: 200, body: inflating))
      case .stream:
        .response(
          HTTPServerResponse(
            status: 200,
            body: .stream(length: bytes.count) { sent in sent < bytes.count ? .bytes([bytes[sent]]) : .end }))
      case .prepared: .prepared(PreparedResponse(HTTPServerResponse(status: 200, body: .bytes(bytes))))
      case .preparedInflating: .prepared(PreparedResponse(HTTPServerResponse(status: 200, body: inflating)))
      }
    }
  }

  /// Asked for again, it is put together anew: the parts of a small body are joined then.
  @Test(arguments: [2, 300, 512, 1_023, 1_024, 1_025, 5_000])
  func blocksArriveWhole(count: Int) throws {
    let blocks = (0..<count).map { index in
      ByteBlock(Array("\(index) ".utf8) + [UInt8](repeating: UInt8(index % 256), count: index % 3 == 0 ? 3_000 : 5))
    }
    let expected = blocks.flatMap(\.bytes)
    let prepared = PreparedResponse(HTTPServerResponse(status: 200, body: .blocks(blocks)))
    try withHTTPServer { _ in
      .prepared(prepared)
    } _: { _, address in
      let connection = try WireConnection(address)
      for _ in 0..<3 { #expect(try connection.get("/").body == expected) }
    }
  }

  @Test func inflatingBodyArrivesWhole() throws {
    let texts = (0..<60).map { CompressionTests.text(lines: 40 * $0, salt: $0) }
    let blocks = texts.map { DeflatedBlock($0) }
    let expected = texts.flatMap { $0 }
    try withHTTPServer { _ in
      .response(HTTPServerResponse(status: 200, body: .inflating(blocks, length: expected.count)))
    } _: { _, address in
      let connection = try WireConnection(address)
      for _ in 0..<2 { #expect(try connection.get("/").body == expected) }
    }
  }

  @Test func inflatingBodyThatFailsIsCut() throws {
    let text = CompressionTests.text(lines: 100)
    let good = DeflatedBlock(text)
    let blocks = [good, good]
    try withHTTPServer { _ in
      .response(HTTPServerResponse(status: 200, body: .inflating(blocks, length: text.count * 3)))
    } _: { _, address in
      #expect(throws: WireConnection.Closed.self) { try get(address) }
    }
  }

  @Test func slowReaderHoldsNobodyUp() throws {
    let page = [UInt8](repeating: 65, count: 20 << 20)
    let blocks = stride(from: 0, to: page.count, by: 64 << 10).map { ByteBlock(Array(page[$0..<($0 + 64 << 10)])) }
    let prepared = PreparedResponse(HTTPServerResponse(status: 200, body: .blocks(blocks)))
    try withHTTPServer { _ in
      .prepared(prepared)
    } _: { _, address in
      let slow = try WireConnection(address, receiveBuffer: 4_096)
      try slow.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      _ = try slow.take(100)
      let fast = try WireConnection(address)
      for _ in 0..<3 { #expect(try fast.get("/").body.count == page.count) }
    }
  }

  @Test func manyReadersShareOnePreparedAnswer() async throws {
    let text = CompressionTests.text(lines: 20_000)
    let blocks = stride(from: 0, to: text.count, by: 5_000).map {
      ByteBlock(Array(text[$0..<min($0 + 5_000, text.count)]))
    }
    var prepared: PreparedResponse? = PreparedResponse(HTTPServerResponse(status: 200, body: .blocks(blocks)))
    let current = Locked(prepared)
    let server = try HTTPServer(listening: [.tcp(host: "127.0.0.1", port: 0)]) { _ in
      current.withLock { $0 }.map { .prepared($0) } ?? .response(HTTPServerResponse(status: 503))
    }
    defer { server.stop() }
    prepared = nil
    let address = server.addresses[0]
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask {
          let connection = try WireConnection(address)
          return try (0..<10).allSatisfy { _ in try connection.get("/").body == text }
        }
      }
      // Another answer takes over while the first is still being sent.
      group.addTask {
        for _ in 0..<20 {
          usleep(2_000)
          current.withLock { $0 = PreparedResponse(HTTPServerResponse(status: 200, body: .blocks(blocks))) }
        }
        return true
      }
      for try await isWhole in group { #expect(isWhole) }
    }
  }

  @Test func hookHearsOfEveryAnswer() throws {
    let heard = Locked<[String]>([])
    try withHTTPServer(onAnswer: { method, path, status, seconds in
      heard.withLock { $0.append("\(method) \(path) \(status) \(seconds >= 0 && seconds < 10)") }
    }) { request in
      .response(HTTPServerResponse(status: request.path == "/" ? 200 : 404))
    } _: { server, address in
      let connection = try WireConnection(address)
      _ = try connection.get("/?q")
      _ = try connection.get("/x", method: "HEAD")
      server.stop()
    }
    #expect(heard.withLock { $0 } == ["GET / 200 true", "HEAD /x 404 true"])
  }

  @Test func headerThatCannotBeSentBecomesAnError() throws {
    try withHTTPServer { _ in
      .response(HTTPServerResponse(status: 200, headers: [HTTPHeader("X", "a\r\nSet-Cookie: b")]))
    } _: { _, address in
      let answer = try get(address)
      #expect(answer.status == 500)
      #expect(answer.headers.first(named: "Set-Cookie") == nil)
    }
  }
}
