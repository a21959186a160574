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
    try withHTTPServer { request in
      guard request.path == "/stream" else { return .response(HTTPServerResponse(status: 200, text: "quick")) }
      let step = Locked(0)
      return .response(
        HTTPServerResponse(
          status: 200,
          body: .stream(length: nil) { _ in
            switch step.withLock({ step in
              defer { step += 1 }; return step
            }) {
            case 0: .bytes(Array("first ".utf8))
            case 1: .wait(.seconds(1))
            case 2: .bytes(Array("second".utf8))
            default: .end
            }
          }))
    } _: { _, address in
      let stream = try WireConnection(address)
      let started = ContinuousClock.now
      try stream.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(try get(address).text == "quick")
      #expect(ContinuousClock.now - started < .milliseconds(900))
      #expect(try stream.answer().text == "first second")
      #expect(ContinuousClock.now - started >= .seconds(1))
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
    let entered = Locked(false)
    let server = try HTTPServer(listening: [.tcp(host: "127.0.0.1", port: 0)]) { request in
      guard request.path == "/slow" else { return .response(HTTPServerResponse(status: 200)) }
      return .deferred { respond in
        entered.withLock { $0 = true }
        DispatchQueue.global().asyncAfter(deadline: .now() + 1) {
          respond(HTTPServerResponse(status: 200, text: "ok"))
        }
      }
    }
    let idle = try WireConnection(server.addresses[0])
    _ = try idle.get("/")
    let busy = try WireConnection(server.addresses[0])
    try busy.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
    while !entered.withLock({ $0 }) { usleep(1_000) }
    let started = ContinuousClock.now
    let stopping = Thread { server.stop(grace: .seconds(5)) }
    stopping.start()
    #expect(idle.isClosedByServer())
    #expect(ContinuousClock.now - started < .milliseconds(900))
    #expect(throws: WireConnection.Closed.self) { try get(server.addresses[0]) }
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
    #expect(taken >= .milliseconds(190) && taken < .seconds(2))
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
