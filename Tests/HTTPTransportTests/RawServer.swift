import Foundation
import Glibc
import HTTPTransport
import System

/// A server on a free loopback port that sends whatever a test wants, also what no server should.
final class RawServer: Sendable {
  private struct State {
    var requests: [RawRequest] = []
    var connections = 0
    var open: Set<CInt> = []
    var isStopped = false
  }

  let port: UInt16
  private let listener: CInt
  // Protects the record of what came, and the sockets that `stop` must cut.
  private let state = Locked(State())

  /// Each connection gets a thread of its own, and is closed when `serve` returns.
  init(_ serve: @escaping @Sendable (RawConnection) -> Void) throws {
    let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        let bound = unsafe bind(listener, pointer, size)
        return unsafe bound == 0 && listen(listener, 512) == 0 ? getsockname(listener, pointer, &size) : -1
      }
    }
    guard result == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    port = UInt16(bigEndian: address.sin_port)
    self.listener = listener
    Thread.detachNewThread { [self] in accept(serve) }
  }

  /// One that answers each request of a connection, and keeps it open.
  convenience init(answering answer: @escaping @Sendable (RawRequest) -> String) throws {
    try self.init { connection in
      while let request = connection.readRequest() {
        guard connection.send(answer(request)) else { return }
      }
    }
  }

  var origin: String { "http://127.0.0.1:\(port)" }
  var requests: [RawRequest] { state.withLock { $0.requests } }
  var connections: Int { state.withLock { $0.connections } }
  var openConnections: Int { state.withLock { $0.open.count } }

  /// Cuts every connection.
  func stop() {
    state.withLock { state in
      state.isStopped = true
      for socket in state.open { shutdown(socket, CInt(SHUT_RDWR)) }
    }
    shutdown(listener, CInt(SHUT_RDWR))
  }

  func record(_ request: RawRequest) {
    state.withLock { $0.requests.append(request) }
  }

  private func accept(_ serve: @escaping @Sendable (RawConnection) -> Void) {
    while true {
      let socket = Glibc.accept(listener, nil, nil)
      guard socket >= 0 else { break }
      let isWelcome = state.withLock { state in
        state.connections += 1
        if !state.isStopped { state.open.insert(socket) }
        return !state.isStopped
      }
      guard isWelcome else {
        close(socket)
        break
      }
      Thread.detachNewThread { [self] in
        serve(RawConnection(socket, of: self))
        state.withLock { state in
          state.open.remove(socket)
          close(socket)
        }
      }
    }
    close(listener)
  }
}

/// The server's side of one connection.
final class RawConnection {
  private let socket: CInt
  private let server: RawServer
  private var unread: [UInt8] = []

  fileprivate init(_ socket: CInt, of server: RawServer) {
    self.socket = socket
    self.server = server
  }

  /// The next request with its body, or nil once the client has gone.
  func readRequest() -> RawRequest? {
    let end = Array("\r\n\r\n".utf8)
    while true {
      if let range = unread.firstRange(of: end) {
        var request = RawRequest(head: String(decoding: unread[..<range.upperBound], as: UTF8.self))
        let length = request.value(of: "Content-Length").flatMap { Int($0) } ?? 0
        while unread.count < range.upperBound + length {
          guard readMore() else { return nil }
        }
        request.body = Array(unread[range.upperBound..<(range.upperBound + length)])
        unread.removeFirst(range.upperBound + length)
        server.record(request)
        return request
      }
      guard readMore() else { return nil }
    }
  }

  /// So many bytes as they come; nil once the client has gone.
  func take(_ count: Int) -> [UInt8]? {
    while unread.count < count {
      guard readMore() else { return nil }
    }
    defer { unread.removeFirst(count) }
    return Array(unread[..<count])
  }

  /// False once the client has gone.
  @discardableResult
  func send(_ text: String) -> Bool { send(Array(text.utf8)) }

  @discardableResult
  func send(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { bytes in
        unsafe Glibc.send(socket, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Hands everything on to another server of this machine, and back, until one of the two closes.
  func relay(to port: UInt16) {
    let other = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    defer { close(other) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        unsafe connect(other, pointer, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { return }
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      var waiting = [
        pollfd(fd: socket, events: Int16(POLLIN), revents: 0), pollfd(fd: other, events: Int16(POLLIN), revents: 0),
      ]
      guard unsafe poll(&waiting, 2, -1) > 0 else { return }
      for (from, to) in [(0, other), (1, socket)] where waiting[from].revents != 0 {
        let count = unsafe recv(waiting[from].fd, &buffer, buffer.count, 0)
        guard count > 0, unsafe Glibc.send(to, &buffer, count, CInt(MSG_NOSIGNAL)) == count else { return }
      }
    }
  }

  /// Waits until the client closes, whatever it sends before.
  func drain() {
    while readMore() { unread = [] }
  }

  /// Waits for some bytes; false once the client has gone.
  func readMore() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = unsafe recv(socket, &buffer, buffer.count, 0)
    guard count > 0 else { return false }
    unread += buffer[..<count]
    return true
  }
}

/// A request as it came over the wire.
struct RawRequest: Sendable {
  /// With the empty line.
  var head: String
  var body: [UInt8] = []

  var line: String { String(head.prefix { $0 != "\r\n" }) }

  var headerLines: [String] { head.split(separator: "\r\n").dropFirst().map(String.init) }

  func value(of name: String) -> String? {
    let prefix = name.lowercased() + ":"
    return headerLines.first { $0.lowercased().hasPrefix(prefix) }?
      .dropFirst(prefix.count).trimmingCharacters(in: .whitespaces)
  }
}

/// A complete answer with its length.
func answer(_ body: String = "", status: String = "200 OK", headers: [String] = []) -> String {
  (["HTTP/1.1 \(status)"] + headers + ["Content-Length: \(body.utf8.count)", "", body]).joined(separator: "\r\n")
}

/// On a server's thread, where nothing else waits.
func sleepBriefly(milliseconds: Int) {
  usleep(UInt32(milliseconds) * 1000)
}

/// Only in a process of its own, before anything else reads the environment.
func setEnvironment(_ name: String, _ value: String) {
  unsafe setenv(name, value, 1)
}
