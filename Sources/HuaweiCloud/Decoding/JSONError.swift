import System

/// The reason why a document is refused: its syntax, or what its reader expects.
package enum JSONProblem: Sendable, Equatable {
  case unexpectedEnd
  case unexpectedByte
  case controlCharacter
  case invalidEscape
  case unpairedSurrogate
  case invalidUTF8
  case invalidNumber
  case tooDeep
  case trailingBytes
  case notAnObject
  case notAnArray
  case notAnInteger
  /// A list, or a value with everything inside it, has more elements than any that is expected.
  case tooManyElements
  /// The document reports an error, although its status is a success.
  case isError
  /// A field without which the object can't be used is absent, null, or of the wrong type.
  case missing(JSONFieldName)
}

/// A field's name in an error.
package struct JSONFieldName: Sendable, Equatable, ExpressibleByStringLiteral {
  package let text: String

  package init(_ text: String) { self.text = text }
  package init(stringLiteral text: String) { self.text = text }
}

/// A problem that stops a reader, and its offset.
package struct JSONFault: Error {
  package var problem: JSONProblem
  /// The offset in bytes from the start of the document.
  package var offset: Int

  package init(_ problem: JSONProblem, at offset: Int) {
    self.problem = problem
    self.offset = offset
  }
}

/// The error for a document that was refused: what is wrong, and where.
package struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
  package var problem: JSONProblem
  /// The offset in bytes from the start of the document.
  package var offset: Int
  /// The path to the problem, such as `$.artifacts[3].size`.
  package var path: String

  /// One line, which repeats nothing of the document except the names on the path.
  package var description: String { "\(path): \(problem.words) (byte \(offset))" }
}

extension JSONProblem {
  var words: String {
    switch self {
    case .unexpectedEnd: "the document ends too early"
    case .unexpectedByte: "unexpected character"
    case .controlCharacter: "control character in a string"
    case .invalidEscape: "invalid escape in a string"
    case .unpairedSurrogate: "unpaired surrogate in a string"
    case .invalidUTF8: "invalid UTF-8 in a string"
    case .invalidNumber: "invalid number"
    case .tooDeep: "nested deeper than \(JSONReader.maximumDepth) levels"
    case .trailingBytes: "something follows the document"
    case .notAnObject: "not an object"
    case .notAnArray: "not an array"
    case .notAnInteger: "not an integer"
    case .tooManyElements: "more elements than were asked for"
    case .isError: "an error in place of an answer"
    case .missing: "missing or unusable"
    }
  }
}

extension JSONError {
  /// Finds the path by walking the document again up to the fault, so that reading keeps no path.
  init(_ fault: JSONFault, in bytes: [UInt8]) {
    problem = fault.problem
    offset = fault.offset
    var walk = JSONPathWalk()
    walk.advance(to: fault.offset, in: bytes)
    path = walk.path(in: bytes)
    if case .missing(let field) = fault.problem { path += ".\(field.text)" }
  }
}

/// The path to a position in a document whose bytes up to there are known to be well formed.
private struct JSONPathWalk {
  private struct Level {
    var isArray: Bool
    var index = 0
    var key: Range<Int>?
  }

  private static let longestName = 40
  private var levels: [Level] = []

  mutating func advance(to end: Int, in bytes: [UInt8]) {
    var position = 0
    while position < min(end, bytes.count) {
      switch bytes[position] {
      case UInt8(ascii: "{"): levels.append(Level(isArray: false))
      case UInt8(ascii: "["): levels.append(Level(isArray: true))
      case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = levels.popLast()
      case UInt8(ascii: ","):
        if let last = levels.indices.last {
          levels[last].index += 1
          levels[last].key = nil
        }
      case UInt8(ascii: "\""):
        let start = position + 1
        position = endOfString(from: start, in: bytes)
        if let last = levels.indices.last, !levels[last].isArray, levels[last].key == nil, position < end {
          levels[last].key = start..<position
        }
      default: break
      }
      position += 1
    }
  }

  private func endOfString(from start: Int, in bytes: [UInt8]) -> Int {
    var position = start
    while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
      position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
    }
    return min(position, bytes.count)
  }

  /// Returns the name if it looks like one of the documents'; any other may hold anything and becomes `…`.
  private static func name(_ key: ArraySlice<UInt8>) -> String {
    let isName =
      1...longestName ~= key.count
      && key.allSatisfy { $0.isASCIILetter || $0 == UInt8(ascii: "_") }
    return isName ? String(decoding: key, as: UTF8.self) : "…"
  }

  func path(in bytes: [UInt8]) -> String {
    levels.reduce(into: "$") { path, level in
      if level.isArray {
        path += "[\(level.index)]"
      } else if let key = level.key {
        path += "." + Self.name(bytes[key])
      }
    }
  }
}
