import System

/// The names of the fields that a reader knows, numbered in their order.
///
/// They are not the cases of an enumeration, since a function that is generic over one, and called from another module,
/// costs more than all other work on a field.
package struct JSONFields: Sendable {
  /// The number that stands for a name that is not among them.
  package static let none = UInt8.max

  /// Distinguishes these fields from other sets of fields.
  final class Identity: Sendable {}

  let identity = Identity()
  private let names: [[UInt8]]

  package init(_ names: [String]) { self.names = names.map { Array($0.utf8) } }

  /// The names of an enumeration's cases, in their order.
  package init<Field: CaseIterable & RawRepresentable<String>>(_ fields: Field.Type) {
    self.init(fields.allCases.map(\.rawValue))
  }

  /// Returns the number of the field whose name is in these bytes, or `none`.
  ///
  /// A linear search is enough, since the reader remembers the result for the next object.
  func number(of name: Range<Int>, in bytes: Span<UInt8>) -> UInt8 {
    let name = bytes.extracting(name)
    for (number, candidate) in names.enumerated() where name.isEqual(to: candidate.span) {
      return UInt8(truncatingIfNeeded: number)
    }
    return Self.none
  }
}

extension Array {
  /// The field with this number, or nil if it is `JSONFields.none`.
  @inlinable
  package subscript(at number: UInt8) -> Element? { Int(number) < count ? self[Int(number)] : nil }
}
