import HTTPTransport

/// The fields that a decoder knows, numbered, and found by name in a few instructions.
///
/// A name is at most 32 bytes, and two names differ in their length or their first eight bytes; `init` checks it.
package struct JSONFields<Field: CaseIterable & RawRepresentable<String> & Sendable>: Sendable {
  private struct Slot {
    var count = -1
    var head: UInt64 = 0
    var tail: UInt64 = 0
    /// Of names beyond 16 bytes, what stands between head and tail.
    var middle: (UInt64, UInt64) = (0, 0)
    var field: Field?
  }

  private static var slotBits: UInt64 { 6 }
  private var slots: [Slot] = []
  private var multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15

  package init() {
    let names = Field.allCases.map { (Array($0.rawValue.utf8), $0) }
    // A multiplier that gives each name a slot of its own is found after a few; which one it is never matters.
    for _ in 0..<10_000 where slots.isEmpty {
      multiplier = multiplier &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      slots = Self.table(names, multiplier)
    }
    precondition(!slots.isEmpty, "no table for the fields of \(Field.self)")
  }

  private static func table(_ names: [([UInt8], Field)], _ multiplier: UInt64) -> [Slot] {
    var slots = [Slot](repeating: Slot(), count: 1 << slotBits)
    for (name, field) in names {
      precondition((1...32).contains(name.count), "a field's name is empty or too long")
      let slot = slot(name.span, field: field)
      let index = index(slot.head, slot.count, multiplier)
      guard slots[index].field == nil else { return [] }
      slots[index] = slot
    }
    return slots
  }

  /// The field with this number; nil for the number that stands for none.
  @inline(__always)
  subscript(number: UInt8) -> Field? { Int(number) < slots.count ? slots[Int(number)].field : nil }

  /// The number of the field whose name stands in these bytes, in quotes.
  func number(of name: Range<Int>, in bytes: Span<UInt8>) -> UInt8 {
    let none = UInt8(slots.count)
    let count = name.count
    guard count > 0, count <= 32 else { return none }
    let head = Self.head(bytes, name)
    let index = Self.index(head, count, multiplier)
    let slot = slots[index]
    guard slot.count == count, slot.head == head,
      count <= 8 || slot.tail == bytes.word(at: name.upperBound &- 8),
      count <= 16 || slot.middle == Self.middle(bytes, name)
    else { return none }
    return UInt8(index)
  }

  private static func middle(_ bytes: Span<UInt8>, _ name: Range<Int>) -> (UInt64, UInt64) {
    (
      bytes.word(at: name.lowerBound &+ 8),
      bytes.word(at: name.lowerBound &+ min(16, name.count &- 8))
    )
  }

  private static func slot(_ name: Span<UInt8>, field: Field) -> Slot {
    let all = 0..<name.count
    var slot = Slot(count: name.count, head: head(name, all), field: field)
    if name.count > 8 { slot.tail = name.word(at: name.count - 8) }
    if name.count > 16 { slot.middle = middle(name, all) }
    return slot
  }

  /// The name's first eight bytes, or as many as it has.
  @inline(__always)
  private static func head(_ bytes: Span<UInt8>, _ name: Range<Int>) -> UInt64 {
    guard name.lowerBound &+ 8 > bytes.count else {
      let word = bytes.word(at: name.lowerBound)
      return name.count >= 8 ? word : word & ((1 &<< (UInt64(name.count) &* 8)) &- 1)
    }
    var word: UInt64 = 0
    for position in name.reversed() { word = word &<< 8 | UInt64(bytes[position]) }
    return word
  }

  @inline(__always)
  private static func index(_ head: UInt64, _ count: Int, _ multiplier: UInt64) -> Int {
    Int(truncatingIfNeeded: ((head ^ UInt64(count)) &* multiplier) &>> (64 &- slotBits))
  }
}
