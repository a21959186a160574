import Foundation
import TestSupport
import Testing

@testable import HTTPTransport

/// Clients that behave badly, all at once.
@Suite(.timeLimit(.minutes(1)))
struct HTTPServerStormTests {
  private static let random = SharedRandomness()
  private static let page = CompressionTests.text(lines: 3_000)

  private static let handler: @Sendable (HTTPServerRequest) -> HTTPServerAnswer = { request in
    let prepared = PreparedResponse(HTTPServerResponse(status: 200, body: .blocks([ByteBlock(page), ByteBlock(page)])))
    switch request.path {
    case "/deferred":
      return .deferred { respond in
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(random.int(in: 0...3))) {
          respond(HTTPServerResponse(status: 200, body: .bytes(page)))
        }
      }
    case "/stream":
      return .response(
        HTTPServerResponse(
          status: 200,
          body: .stream(length: nil) { sent in
            if sent >= page.count { return random.bool() ? .end : .abort }
            return random.bool() ? .wait(.milliseconds(1)) : .bytes(page)
          }))
    case "/inflating":
      let block = DeflatedBlock(page, level: 1)
      return .response(
        HTTPServerResponse(status: 200, body: .inflating([block, block], length: 2 * page.count)))
    default:
      return .prepared(prepared)
    }
  }

  @Test func abruptClientsLeaveTheServerWell() async throws {
    let security = HTTPServerSecurity(users: ["alice": "$2b$04$xGX0X5p6tqW2PDcPkZVIBOTyXf33i63QfMJnZ7xuscYmb4cuK17I6"])
    let open = Set(["/deferred", "/stream", "/inflating", "/page"])
    let server = try HTTPServer(
      listening: [.tcp(host: "127.0.0.1", port: 0), .tcp(host: "::1", port: 0)], security: security, openPaths: open,
      handler: Self.handler)
    let addresses = server.addresses
    // On threads of their own: the tasks below block all that tasks have.
    Thread.detachNewThread {
      for turn in 0..<20 {
        usleep(5_000)
        var changed = security
        changed.headers = turn % 2 == 0 ? [] : [HTTPHeader("X-Frame-Options", "deny")]
        try? server.update(security: changed)
      }
    }
    await withTaskGroup(of: Void.self) { group in
      for client in 0..<8 {
        group.addTask {
          for turn in 0..<25 {
            guard let connection = try? WireConnection(addresses[(client + turn) % 2]) else { continue }
            let path = ["/deferred", "/stream", "/inflating", "/page", "/secret"][(client + turn) % 5]
            let login =
              "Authorization: Basic " + Data("alice:\(Self.random.bool() ? "test" : "no")".utf8).base64EncodedString()
            if turn % 3 == 0 {
              // Gone before the answer, or in the middle of it.
              try? connection.send("GET \(path) HTTP/1.1\r\nHost: x\r\n\(login)\r\n\r\n")
              if turn % 2 == 0 { _ = try? connection.take(1) }
            } else {
              for _ in 0..<3 { _ = try? connection.get(path, headers: [login]) }
            }
          }
        }
      }
    }
    let answer = try get(addresses[0], "/page")
    #expect(answer.body == Self.page + Self.page)
    server.stop(grace: .milliseconds(50))
  }

  @Test func stopInTheMiddleOfEverything() async throws {
    for round in 0..<5 {
      let server = try HTTPServer(listening: [.tcp(host: "127.0.0.1", port: 0)], handler: Self.handler)
      let address = server.addresses[0]
      Thread.detachNewThread {
        usleep(30_000)
        server.stop(grace: .milliseconds(round * 5))
      }
      await withTaskGroup(of: Void.self) { group in
        for client in 0..<6 {
          group.addTask {
            let path = ["/deferred", "/stream", "/inflating", "/page"][client % 4]
            for _ in 0..<50 {
              guard let connection = try? WireConnection(address) else { return }
              while (try? connection.get(path)) != nil {}
            }
          }
        }
      }
    }
  }

  @Test func garbageLeavesTheServerWell() throws {
    try withHTTPServer(handler: Self.handler) { _, address in
      var random = SplitMix64(state: TestSeed.value)
      let pieces = [
        "GET ", "POST ", "/", " HTTP/1.1", "\r\n", "\n", "Host: x", ":", "\r\n\r\n", "\0", "Content-Length: 5",
        "Transfer-Encoding: chunked", "5\r\nhello\r\n", "0\r\n\r\n", "%00", "?", "Expect: 100-continue", "\u{fffd}",
        " ",
      ]
      for _ in 0..<150 {
        let connection = try WireConnection(address)
        let text = (0..<12).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
        try connection.send(text)
      }
      let answer = try get(address, "/page")
      #expect(answer.status == 200)
    }
  }
}
