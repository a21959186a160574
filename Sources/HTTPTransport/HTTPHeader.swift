import System

/// One header field as it stands on the wire.
package struct HTTPHeader: Sendable, Equatable {
  package var name: String
  package var value: String

  package init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

extension [HTTPHeader] {
  /// Returns the first value of the field `name`, whose case does not matter (RFC 9110, 5.1).
  package func first(named name: String) -> String? {
    first { $0.name.isSameFieldName(as: name) }?.value
  }
}

extension String {
  /// Returns whether both are the same field name, in any case.
  ///
  /// Neither is converted to lower case, since requests and answers are searched for several names each.
  func isSameFieldName(as other: String) -> Bool {
    guard utf8.count == other.utf8.count else { return false }
    let (mine, its) = (utf8.span, other.utf8.span)
    for index in mine.indices where mine[index].lowercase != its[index].lowercase { return false }
    return true
  }
}
