import Foundation
import HTTPTransport
import HuaweiCloud
import System
import Testing

@testable import CloudSimulator

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

/// Expects an answer to be what a document shows.
func expect(_ asked: Asked, equals example: String, location: SourceLocation = #_sourceLocation) throws {
  #expect(asked.status == 200, sourceLocation: location)
  let expected = try JSONSerialization.jsonObject(with: Data(example.utf8)) as? NSObject
  #expect(asked.json as? NSObject == expected, "\(asked.text)", sourceLocation: location)
}

/// The id of a listed object as a label has it, whether it came as a number or as a text.
func label(_ object: [String: Any], _ key: String = "id") -> String? {
  (object[key] as? String) ?? (object[key] as? Int64).map(String.init)
}

/// A time of a listed object, in any of the known forms.
func time(_ object: [String: Any], _ key: String) -> Timestamp? {
  (object[key] as? String).flatMap(Timestamp.init(parsing:))
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

extension CloudSimulator {
  /// All elements of a listing by offset, a hundred at a time.
  func all(_ target: String, _ key: String) throws -> [[String: Any]] {
    var elements: [[String: Any]] = []
    while true {
      let page = try ask("\(target)\(target.contains("?") ? "&" : "?")offset=\(elements.count)&limit=100")
      guard page.status == 200 else { throw AskError("\(page.status) from \(target): \(page.text)") }
      elements += page.list(key)
      let total = try #require(page.object["total"] as? Int)
      if elements.count >= total { return elements }
    }
  }

  /// The first page of a listing, and where there are more, the last one.
  func firstAndLastPage(_ target: String, _ key: String) throws -> [[String: Any]] {
    let joined = target + (target.contains("?") ? "&" : "?")
    let first = try ask("\(joined)offset=0&limit=100")
    guard first.status == 200 else { throw AskError("\(first.status) from \(target): \(first.text)") }
    let total = try #require(first.object["total"] as? Int)
    guard total > 100 else { return first.list(key) }
    return first.list(key) + (try ask("\(joined)offset=\((total - 1) / 100 * 100)&limit=100").list(key))
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
