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
  /// The first value of the field `name`, whose case does not matter (RFC 9110, 5.1).
  package func first(named name: String) -> String? {
    let lowercased = name.lowercased()
    return first { $0.name.lowercased() == lowercased }?.value
  }
}
