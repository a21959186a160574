/// A node of a YAML document, with the place where it begins.
package indirect enum YAMLNode: Sendable {
  /// `isPlain`: written without quotes, so that `null` or `5` may mean more than their letters.
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

  /// An empty value, `~` or `null`.
  package var isNull: Bool {
    if case .scalar(let text, true, _) = self { return ["", "~", "null", "Null", "NULL"].contains(text) }
    return false
  }
}

/// A place in a document; both count from 1.
package struct YAMLMark: Sendable, Hashable {
  package let line: Int
  package let column: Int

  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// Why a text is no document that we read.
package struct YAMLError: Error, Equatable {
  package let mark: YAMLMark
  package let message: String
}
