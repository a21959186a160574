/// A node of a YAML document, with the place where it begins.
package indirect enum YAMLNode: Sendable {
  /// A scalar; if `isPlain`, it was written without quotes, so that `null` or `5` may mean more than their letters.
  case scalar(String, isPlain: Bool, YAMLMark)
  case sequence([YAMLNode], YAMLMark)
  case mapping([Entry], YAMLMark)

  /// A key of a mapping with its value, in the document's order.
  package struct Entry: Sendable {
    package let key: String
    package let keyMark: YAMLMark
    package let value: YAMLNode
  }

  package var mark: YAMLMark {
    switch self {
    case .scalar(_, _, let mark), .sequence(_, let mark), .mapping(_, let mark): mark
    }
  }

  /// Whether the node is an empty value, `~` or `null`, without quotes.
  package var isNull: Bool {
    if case .scalar(let text, true, _) = self { return ["", "~", "null", "Null", "NULL"].contains(text) }
    return false
  }
}

/// A place in a document; line and column count from 1.
package struct YAMLMark: Sendable, Hashable {
  package let line: Int
  package let column: Int

  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// Why a text is not a document that can be read.
package struct YAMLError: Error, Equatable {
  package let mark: YAMLMark
  package let message: String
}
