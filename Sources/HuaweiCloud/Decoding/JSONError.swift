/// Why a document is not what it should be: in its syntax, or for who reads it.
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
  /// A list, or a value with all inside it, has more elements than any that is meant.
  case tooManyElements
  /// The document is about an error, in spite of its status.
  case isError
  /// A field without which the object is of no use is absent, null, or of the wrong type.
  case missing(JSONFieldName)
}

/// A field's name in an error.
package struct JSONFieldName: Sendable, Equatable, ExpressibleByStringLiteral {
  package let text: String

  package init(_ text: String) { self.text = text }
  package init(stringLiteral text: String) { self.text = text }
}

/// What stops a reader, and where.
package struct JSONFault: Error {
  package var problem: JSONProblem
  /// In bytes from the document's start.
  package var offset: Int

  package init(_ problem: JSONProblem, at offset: Int) {
    self.problem = problem
    self.offset = offset
  }
}

/// A document that was refused: what is wrong, and where.
package struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
  package var problem: JSONProblem
  /// In bytes from the document's start.
  package var offset: Int
  /// Such as `$.artifacts[3].size`.
  package var path: String

  /// One line, without anything of the document but the names on the path.
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
