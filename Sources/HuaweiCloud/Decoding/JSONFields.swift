/// The names of the fields that a reader knows, numbered in their order.
///
/// They are not the cases of a type: a function that is generic over one, and called from another module, costs more than all
/// else that happens to a field.
package struct JSONFields: Sendable {
  /// The number of a name that is none of them.
  package static let none = UInt8.max

  /// Tells these fields from others.
  final class Identity: Sendable {}

  let identity = Identity()
  private let names: [[UInt8]]

  package init(_ names: [String]) { self.names = names.map { Array($0.utf8) } }

  /// The names of an enumeration's cases, in their order.
  package init<Field: CaseIterable & RawRepresentable<String>>(_ fields: Field.Type) {
    self.init(fields.allCases.map(\.rawValue))
  }

  /// The number of the field whose name stands in these bytes.
  ///
  /// Looked for one after the other, since the reader remembers what it found for the next object.
  func number(of name: Range<Int>, in bytes: Span<UInt8>) -> UInt8 {
    for (number, candidate) in names.enumerated() where candidate.count == name.count {
      let candidate = candidate.span
      var place = 0
      while place < candidate.count, candidate[place] == bytes[name.lowerBound &+ place] { place &+= 1 }
      if place == candidate.count { return UInt8(truncatingIfNeeded: number) }
    }
    return Self.none
  }
}

extension Array {
  /// The field with this number, where it is one of them.
  @inlinable
  package subscript(at number: UInt8) -> Element? { Int(number) < count ? self[Int(number)] : nil }
}
