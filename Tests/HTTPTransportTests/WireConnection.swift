import Glibc

@testable import HTTPTransport

/// A plain blocking connection for tests that look at the bytes on the wire.
final class WireConnection {
  struct Closed: Error {
    var code: Int32 = 0
  }

  struct Answer {
    var status: Int
    var headers: [HTTPHeader]
    var body: [UInt8]
    var text: String { String(decoding: body, as: UTF8.self) }
  }

  private let descriptor: Int32
  private var buffer: [UInt8] = []

  /// `receiveBuffer` makes a slow reader: the kernel takes only so much for it.
  init(_ address: ListenAddress, timeout: Int = 10, receiveBuffer: Int32? = nil) throws {
    let family: Int32
    switch address {
    case .tcp(let host, _): family = host.contains(":") ? AF_INET6 : AF_INET
    case .unix: family = AF_UNIX
    }
    descriptor = socket(family, Int32(SOCK_STREAM.rawValue), 0)
    var limit = timeval(tv_sec: timeout, tv_usec: 0)
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    if var size = receiveBuffer {
      unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }
    let result: Int32
    switch address {
    case .tcp(let host, let port) where family == AF_INET6:
      var name = sockaddr_in6()
      name.sin6_family = sa_family_t(AF_INET6)
      name.sin6_port = port.bigEndian
      unsafe inet_pton(AF_INET6, host, &name.sin6_addr)
      result = unsafe withUnsafePointer(to: name) { unsafe Self.connect(descriptor, UnsafeRawPointer($0), 28) }
    case .tcp(let host, let port):
      var name = sockaddr_in()
      name.sin_family = sa_family_t(AF_INET)
      name.sin_port = port.bigEndian
      unsafe inet_pton(AF_INET, host.isEmpty ? "127.0.0.1" : host, &name.sin_addr)
      result = unsafe withUnsafePointer(to: name) { unsafe Self.connect(descriptor, UnsafeRawPointer($0), 16) }
    case .unix(let path, _):
      var name = sockaddr_un()
      name.sun_family = sa_family_t(AF_UNIX)
      unsafe withUnsafeMutableBytes(of: &name.sun_path) { unsafe $0.copyBytes(from: Array(path.utf8)) }
      result = unsafe withUnsafePointer(to: name) { unsafe Self.connect(descriptor, UnsafeRawPointer($0), 110) }
    }
    guard result == 0 else { throw Closed() }
  }

  deinit { close(descriptor) }

  private static func connect(_ descriptor: Int32, _ name: UnsafeRawPointer, _ length: socklen_t) -> Int32 {
    unsafe Glibc.connect(descriptor, name.assumingMemoryBound(to: sockaddr.self), length)
  }

  func send(_ text: String) throws {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw Closed() }
      rest = rest.dropFirst(count)
    }
  }

  func get(_ target: String, method: String = "GET", headers: [String] = []) throws -> Answer {
    let lines = ["\(method) \(target) HTTP/1.1", "Host: test"] + headers
    try send(lines.joined(separator: "\r\n") + "\r\n\r\n")
    return try answer(hasBody: method != "HEAD")
  }

  /// Reads one answer; throws where the connection ends before it does.
  func answer(hasBody: Bool = true) throws -> Answer {
    var lines: [String] = []
    while let line = try line(), !line.isEmpty { lines.append(line) }
    guard let first = lines.first, let status = Int(first.split(separator: " ").dropFirst().first ?? "") else {
      throw Closed()
    }
    let headers = lines.dropFirst().compactMap { line -> HTTPHeader? in
      guard let colon = line.firstIndex(of: ":") else { return nil }
      return HTTPHeader(String(line[..<colon]), String(line[line.index(after: colon)...].drop { $0 == " " }))
    }
    var body: [UInt8] = []
    if !hasBody || status == 204 || status == 304 {
    } else if headers.first(named: "Transfer-Encoding") == "chunked" {
      while let size = Int(try line() ?? "", radix: 16) {
        body += try take(size)
        _ = try line()
        if size == 0 { break }
      }
    } else {
      body = try take(Int(headers.first(named: "Content-Length") ?? "0") ?? 0)
    }
    return Answer(status: status, headers: headers, body: body)
  }

  /// Whether the server closes the connection, before the timeout, without sending more.
  func isClosedByServer() -> Bool {
    do {
      return try !fill() && buffer.isEmpty
    } catch {
      return (error as? Closed)?.code == ECONNRESET
    }
  }

  /// Whether the server closes the connection before the timeout, whatever it sends first.
  func endsByServer() -> Bool {
    buffer = []
    do {
      while try fill() { buffer = [] }
      return true
    } catch {
      return (error as? Closed)?.code == ECONNRESET
    }
  }

  func take(_ count: Int) throws -> [UInt8] {
    while buffer.count < count {
      guard try fill() else { throw Closed() }
    }
    defer { buffer.removeFirst(count) }
    return Array(buffer[..<count])
  }

  private func line() throws -> String? {
    while true {
      if let end = buffer.firstIndex(of: 10) {
        defer { buffer.removeFirst(end + 1) }
        return String(decoding: buffer[..<end].filter { $0 != 13 }, as: UTF8.self)
      }
      guard try fill() else { throw Closed() }
    }
  }

  private func fill() throws -> Bool {
    var piece = [UInt8](repeating: 0, count: 256 << 10)
    let count = unsafe piece.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
    guard count >= 0 else { throw Closed(code: errno) }
    buffer += piece[..<count]
    return count > 0
  }
}

/// One request on a connection of its own.
func get(_ address: ListenAddress, _ target: String = "/", method: String = "GET") throws -> WireConnection.Answer {
  try WireConnection(address).get(target, method: method)
}

/// Runs a server on a free port of 127.0.0.1 for as long as `body` runs.
@discardableResult
func withHTTPServer<Result>(
  limits: HTTPServerLimits = HTTPServerLimits(),
  security: HTTPServerSecurity = HTTPServerSecurity(),
  at address: ListenAddress = .tcp(host: "127.0.0.1", port: 0),
  onAnswer: HTTPServerAnswerHook? = nil,
  handler: @escaping @Sendable (HTTPServerRequest) -> HTTPServerAnswer,
  _ body: (HTTPServer, ListenAddress) throws -> Result
) throws -> Result {
  let server = try HTTPServer(
    listening: [address], limits: limits, security: security, openPaths: ["/-/healthy"], onAnswer: onAnswer,
    handler: handler)
  defer { server.stop(grace: .milliseconds(100)) }
  return try body(server, server.addresses[0])
}
