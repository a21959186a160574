import HTTPTransport
import System

/// The keys of the objects read last, at each level and in their order.
///
/// The objects of a list mostly have the same keys in the same order. Four words that are compared with what stood at this
/// place in the object before replace the search for a comma, quotes, white space and a colon, and for the field that the
/// name stands for: bytes that are equal, in an equal state, were found to be right before.
struct JSONKeyMemory {
  /// A key with all that belongs to it: from the end of the value before, or the opening brace, to after its colon.
  struct Key {
    /// Longer ones are not remembered.
    static let longest = 32

    /// Compared with what stands there once `mask` has cut that off; at first, nothing can be equal.
    fileprivate var text = SIMD4<UInt64>(repeating: .max)
    fileprivate var mask = SIMD4<UInt64>(repeating: 0)
    /// The fields among which the name was looked for, and its number there.
    fileprivate var fields: ObjectIdentifier?
    fileprivate var field: UInt8 = 0
    fileprivate var length: UInt8 = 0
    fileprivate var nameStart: UInt8 = 0
    fileprivate var nameEnd: UInt8 = 0

    var count: Int { Int(length) }
    /// Where the name stands in it.
    var name: (start: Int, end: Int) { (Int(nameStart), Int(nameEnd)) }

    fileprivate init() {}

    /// One with escapes, or too long, is read anew each time.
    init(_ range: Range<Int>, name: JSONText, of bytes: Span<UInt8>) {
      guard !name.hasEscapes, range.count <= Self.longest, range.lowerBound <= bytes.count - Self.longest else {
        return
      }
      for word in 0..<4 {
        let rest = range.count - word * 8
        mask[word] = rest >= 8 ? .max : UInt64(littleEndian: 1 << UInt64(max(rest, 0) * 8) - 1)
      }
      text = bytes.block(at: range.lowerBound) & mask
      length = UInt8(range.count)
      nameStart = UInt8(name.range.lowerBound - range.lowerBound)
      nameEnd = UInt8(name.range.upperBound - range.lowerBound)
    }
  }

  /// Deeper objects, and further keys, are read as if each was the first.
  private static let levels = 6
  /// The last one of each level is never found.
  private static let placesPerLevel = 17

  private var keys = [Key](repeating: Key(), count: levels * placesPerLevel)
  /// Of the key that comes next in the innermost object.
  private var place = 0
  /// Of those that come next in the objects around it.
  private var outerPlaces = InlineArray<7, Int>(repeating: 0)

  /// A container begins, of which the outermost is at level 1.
  @inline(__always)
  mutating func begin(level: Int) {
    if level <= Self.levels &+ 1 { outerPlaces[level &- 1] = place }
    place = level <= Self.levels ? (level &- 1) &* Self.placesPerLevel : Self.levels &* Self.placesPerLevel &- 1
  }

  /// A container ends, and the one around it, at `level`, goes on.
  @inline(__always)
  mutating func end(level: Int) {
    if level <= Self.levels { place = outerPlaces[level] }
  }

  /// The place of the key that comes next, where it is the one that stood here in the object before.
  @inline(__always)
  func next(_ bytes: Span<UInt8>, at position: Int) -> Int? {
    guard position <= bytes.count &- Key.longest else { return nil }
    let difference = bytes.block(at: position) & keys[place].mask ^ keys[place].text
    return difference.x | difference.y | difference.z | difference.w == 0 ? place : nil
  }

  /// Takes the key that `next` found.
  @inline(__always)
  mutating func advance() { place &+= 1 }

  @inline(__always)
  subscript(place: Int) -> Key { keys[place] }

  /// Remembers a key that was read, for the next object; gives its place, where it has one.
  mutating func append(_ key: Key) -> Int? {
    guard place % Self.placesPerLevel < Self.placesPerLevel - 1 else { return nil }
    defer { advance() }
    keys[place] = key
    return key.length > 0 ? place : nil
  }

  /// The number that the key at `place` has in these fields, where it was looked for in them before.
  @inline(__always)
  func number(at place: Int, in fields: JSONFields) -> UInt8? {
    keys[place].fields == ObjectIdentifier(fields.identity) ? keys[place].field : nil
  }

  mutating func remember(_ number: UInt8, at place: Int, in fields: JSONFields) {
    keys[place].fields = ObjectIdentifier(fields.identity)
    keys[place].field = number
  }
}
