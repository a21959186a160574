import Foundation
import HTTPTransport
import HuaweiCloud
import Testing

@testable import CloudSimulator

/// A moment for tests, and a clock that stands still until it is moved.
final class HandClock: Sendable {
  static let start = Timestamp(seconds: 1_750_000_000)
  /// Protects the time passed since the start.
  private let passed = Locked(Duration.zero)

  func advance(by duration: Duration) { passed.withLock { $0 += duration } }

  var source: TimeSource {
    TimeSource(
      now: { Self.start + self.passed.withLock(\.self) }, uptime: { self.passed.withLock(\.self) },
      sleep: { _ throws(CancellationError) in })
  }
}

struct Asked {
  var status: Int
  var headers: [HTTPHeader]
  var body: [UInt8]

  var text: String { String(decoding: body, as: UTF8.self) }
  var json: Any? { try? JSONSerialization.jsonObject(with: Data(body), options: [.fragmentsAllowed]) }
  var object: [String: Any] { json as? [String: Any] ?? [:] }
  var list: [[String: Any]] { json as? [[String: Any]] ?? [] }

  func list(_ key: String) -> [[String: Any]] { object[key] as? [[String: Any]] ?? [] }
}

extension CloudSimulator {
  /// Asks without a socket, and expects an answer that is there at once.
  func ask(
    _ target: String, method: String = "GET", headers: [HTTPHeader] = [], body: String = "",
    location: SourceLocation = #_sourceLocation
  ) throws -> Asked {
    guard case .response(let response) = raw(target, method: method, headers: headers, body: body) else {
      throw AskError("no answer at once to \(target)")
    }
    guard case .bytes(let bytes) = response.body else { throw AskError("a streamed answer to \(target)") }
    return Asked(status: response.status, headers: response.headers, body: bytes)
  }

  func raw(_ target: String, method: String = "GET", headers: [HTTPHeader] = [], body: String = "") -> HTTPServerAnswer
  {
    let parts = target.split(separator: "?", maxSplits: 1)
    return answer(
      to: HTTPServerRequest(
        method: method, path: String(parts[0]), query: parts.count > 1 ? String(parts[1]) : nil, headers: headers,
        body: Array(body.utf8)))
  }
}

struct AskError: Error {
  var message: String

  init(_ message: String) { self.message = message }
}

let projectID = "0b7a3c5d9e1f42688ab1c2d3e4f50617"

func world(_ change: (inout SimulatedProject) -> Void = { _ in }) -> World {
  var project = SimulatedProject(id: projectID, name: "cn-north-4")
  change(&project)
  return World(projects: [project])
}
