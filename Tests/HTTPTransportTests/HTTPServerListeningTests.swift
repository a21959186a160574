import Foundation
import TestSupport
import Testing

@testable import HTTPTransport

@Suite(.timeLimit(.minutes(1)))
struct HTTPServerListeningTests {
  private static func path() -> String { NSTemporaryDirectory() + "/server-\(UUID().uuidString.prefix(8)).sock" }

  private static let ok: @Sendable (HTTPServerRequest) -> HTTPServerAnswer = { _ in
    .response(HTTPServerResponse(status: 200, text: "ok"))
  }

  @Test func severalAddressesAnswer() throws {
    let path = Self.path()
    let server = try HTTPServer(
      listening: [.tcp(host: "127.0.0.1", port: 0), .tcp(host: "::1", port: 0), .unix(path: path)], handler: Self.ok)
    defer { server.stop() }
    #expect(server.addresses.count == 3)
    for address in server.addresses {
      let connection = try WireConnection(address)
      for _ in 0..<2 { #expect(try connection.get("/").text == "ok") }
    }
  }

  @Test(arguments: ["", "::", "0::0"])
  func allAddressesMeanBothFamilies(host: String) throws {
    try withHTTPServer(at: .tcp(host: host, port: 0), handler: Self.ok) { _, address in
      guard case .tcp(host, let port) = address else {
        Issue.record("\(address)")
        return
      }
      #expect(port != 0)
      for host in ["127.0.0.1", "::1"] {
        let answer = try get(.tcp(host: host, port: port))
        #expect(answer.text == "ok")
      }
    }
  }

  @Test func nameIsResolved() throws {
    try withHTTPServer(at: .tcp(host: "localhost", port: 0), handler: Self.ok) { _, address in
      guard case .tcp(_, let port) = address else { return }
      let answer = try get(.tcp(host: "127.0.0.1", port: port))
      #expect(answer.text == "ok")
    }
  }

  @Test(arguments: [nil, 0o600, 0o660, 0o666] as [UInt32?])
  func socketFileHasTheModeThatWasAskedFor(mode: UInt32?) throws {
    let path = Self.path()
    let address = try #require(
      ListenAddress(text: "unix:\(path)" + (mode.map { "?mode=0" + String($0, radix: 8) } ?? "")))
    #expect(address == .unix(path: path, mode: mode))
    try withHTTPServer(at: address, handler: Self.ok) { _, address in
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      if let mode { #expect(attributes[.posixPermissions] as? NSNumber == NSNumber(value: mode)) }
      #expect(try get(address).text == "ok")
    }
  }

  @Test(arguments: [
    "unix:/s?mode=", "unix:/s?mode=0668", "unix:/s?mode=01777", "unix:/s?mode=0660?mode=0660", "unix:s",
  ])
  func addressThatIsNoneIsRefused(text: String) { #expect(ListenAddress(text: text) == nil) }

  @Test func socketFileComesAndGoes() throws {
    let path = Self.path()
    try withHTTPServer(at: .unix(path: path), handler: Self.ok) { server, address in
      let answer = try get(address)
      #expect(answer.text == "ok")
      let error = #expect(throws: HTTPServerError.self) { try HTTPServer(listening: [address], handler: Self.ok) }
      #expect(error?.message == "cannot listen on unix:\(path): Address already in use")
      server.stop()
      #expect(!FileManager.default.fileExists(atPath: path))
    }
  }

  @Test func staleSocketIsReplacedAndAFileIsNot() throws {
    let path = Self.path()
    #expect(
      try run("python3", "-c", "import socket,sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])", path).status == 0)
    #expect(FileManager.default.fileExists(atPath: path))
    try withHTTPServer(at: .unix(path: path), handler: Self.ok) { _, address in
      let answer = try get(address)
      #expect(answer.text == "ok")
    }
    try Data().write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let error = #expect(throws: HTTPServerError.self) {
      try HTTPServer(listening: [.unix(path: path)], handler: Self.ok)
    }
    #expect(error?.message == "cannot listen on unix:\(path): the file exists and is no socket")
    #expect(FileManager.default.fileExists(atPath: path))
  }

  @Test func errorsNameAddressAndReason() throws {
    try withHTTPServer(handler: Self.ok) { _, address in
      let error = #expect(throws: HTTPServerError.self) {
        try HTTPServer(listening: [.tcp(host: "127.0.0.1", port: 0), address], handler: Self.ok)
      }
      #expect(error?.message == "cannot listen on \(address): Address already in use")
    }
    let error = #expect(throws: HTTPServerError.self) {
      try HTTPServer(listening: [.tcp(host: "192.0.2.1", port: 80)], handler: Self.ok)
    }
    #expect(error?.message == "cannot listen on 192.0.2.1:80: Cannot assign requested address")
    #expect(throws: HTTPServerError.self) {
      try HTTPServer(listening: [.tcp(host: "no such host", port: 0)], handler: Self.ok)
    }
  }
}
