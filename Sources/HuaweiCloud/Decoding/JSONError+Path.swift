import System

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

/// Where one is in a document whose bytes up to there are known to be well formed.
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

  /// The name where it looks like one of the documents'; another may be anything.
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
