import Foundation
import System
import Testing

@testable import HTTPTransport

/// Answers that take their time, and the end of a server.
@Suite(.timeLimit(.minutes(1)))
struct HTTPServerWaitingTests {
  @Test func deferredAnswerComesFromAnotherThread() throws {
    try withHTTPServer { request in
      .deferred { respond in
        if request.path == "/now" {
          respond(HTTPServerResponse(status: 200, text: "now"))
        } else {
          DispatchQueue.global().asyncAfter(deadline: .now() + 0.02) {
            respond(HTTPServerResponse(status: 200, text: "later"))
            respond(HTTPServerResponse(status: 500, text: "twice"))
          }
        }
      }
    } _: { _, address in
      let connection = try WireConnection(address)
      for _ in 0..<5 {
        #expect(try connection.get("/now").text == "now")
        #expect(try connection.get("/later").text == "later")
      }
    }
  }

  @Test func deferredAnswersDoNotHoldOthersUp() throws {
    let waiting = Locked<[@Sendable (HTTPServerResponse) -> Void]>([])
    try withHTTPServer { request in
      request.path == "/wait"
        ? .deferred { respond in waiting.withLock { $0.append(respond) } }
        : .response(HTTPServerResponse(status: 200, text: "quick"))
    } _: { _, address in
      let patient = try (0..<20).map { _ in try WireConnection(address) }
      for connection in patient { try connection.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n") }
      while waiting.withLock({ $0.count }) < patient.count { usleep(1_000) }
      #expect(try get(address).text == "quick")
      // Taken out, since the server holds the closure that holds the list.
      let responds = waiting.withLock { waiting in
        defer { waiting = [] }
        return waiting
      }
      for respond in responds { respond(HTTPServerResponse(status: 200, text: "done")) }
      for connection in patient { #expect(try connection.answer().text == "done") }
    }
  }

  @Test func streamWaitsWithoutHoldingOthersUp() throws {
    let isReleased = Locked(false)
    let waits = Locked(0)
    try withHTTPServer { request in
      guard request.path == "/stream" else { return .response(HTTPServerResponse(status: 200, text: "quick")) }
      return .response(
        HTTPServerResponse(
          status: 200,
          body: .stream(length: nil) { sent in
            if sent == 0 { return .bytes(Array("first ".utf8)) }
            if sent > "first ".utf8.count { return .end }
            if isReleased.withLock({ $0 }) { return .bytes(Array("second".utf8)) }
            waits.withLock { $0 += 1 }
            return .wait(.milliseconds(100))
          }))
    } _: { _, address in
      let stream = try WireConnection(address)
      let started = ContinuousClock.now
      try stream.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
      while waits.withLock({ $0 }) < 3 { usleep(1_000) }
      #expect(try get(address).text == "quick")
      // It is asked again no sooner than it said.
      let asked = waits.withLock { $0 }
      #expect(ContinuousClock.now - started >= .milliseconds(100) * (asked - 1))
      isReleased.withLock { $0 = true }
      #expect(try stream.answer().text == "first second")
      #expect(try stream.get("/").text == "quick")
    }
  }

  @Test(arguments: [nil, 100])
  func abortCutsTheBody(length: Int?) throws {
    try withHTTPServer { _ in
      .response(
        HTTPServerResponse(
          status: 200, body: .stream(length: length) { sent in sent == 0 ? .bytes(Array("begun".utf8)) : .abort }))
    } _: { _, address in
      let connection = try WireConnection(address)
      #expect(throws: WireConnection.Closed.self) { try connection.get("/") }
      #expect(try get(address, method: "HEAD").status == 200)
    }
  }

  @Test func stopLetsARequestFinishAndCutsIdleConnections() throws {
    let entered = Locked<(@Sendable (HTTPServerResponse) -> Void)?>(nil)
    let server = try HTTPServer(listening: [.tcp(host: "127.0.0.1", port: 0)]) { request in
      guard request.path == "/slow" else { return .response(HTTPServerResponse(status: 200)) }
      return .deferred { respond in entered.withLock { $0 = respond } }
    }
    let idle = try WireConnection(server.addresses[0])
    _ = try idle.get("/")
    let busy = try WireConnection(server.addresses[0])
    try busy.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
    while entered.withLock({ $0 == nil }) { usleep(1_000) }
    let stopping = Thread { server.stop(grace: .seconds(30)) }
    stopping.start()
    #expect(idle.isClosedByServer())
    #expect(throws: WireConnection.Closed.self) { try get(server.addresses[0]) }
    // Taken out, since the server holds the closure that holds it.
    let respond = entered.withLock { entered in
      defer { entered = nil }
      return entered
    }
    respond?(HTTPServerResponse(status: 200, text: "ok"))
    #expect(try busy.answer().text == "ok")
    #expect(busy.isClosedByServer())
    server.stop()
  }

  @Test func stopGivesUpAfterItsGrace() throws {
    let server = try HTTPServer(listening: [.tcp(host: "127.0.0.1", port: 0)]) { request in
      request.path == "/never"
        ? .deferred { _ in }
        : .response(HTTPServerResponse(status: 200, body: .stream(length: nil) { _ in .wait(.seconds(60)) }))
    }
    let never = try WireConnection(server.addresses[0])
    try never.send("GET /never HTTP/1.1\r\nHost: x\r\n\r\n")
    let stream = try WireConnection(server.addresses[0])
    try stream.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
    usleep(100_000)
    let started = ContinuousClock.now
    server.stop(grace: .milliseconds(200))
    let taken = ContinuousClock.now - started
    #expect(taken >= .milliseconds(190) && taken < .seconds(10))
    #expect(throws: WireConnection.Closed.self) { try never.answer() }
    #expect(throws: WireConnection.Closed.self) { try stream.answer() }
  }

  @Test func serverThatIsLetGoStops() throws {
    var server: HTTPServer? = try HTTPServer(listening: [.tcp(host: "127.0.0.1", port: 0)]) { _ in
      .response(HTTPServerResponse(status: 200))
    }
    let address = try #require(server?.addresses.first)
    #expect(try get(address).status == 200)
    server = nil
    #expect(throws: WireConnection.Closed.self) { try get(address) }
  }
}
