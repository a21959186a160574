import System

/// The keys of the objects read last, at each level and in their order.
///
/// The objects of a list mostly have the same keys in the same order. Comparing four words with the bytes at the same
/// place of the previous object replaces the search for a comma, quotes, white space and a colon, and for the field
/// with that name: equal bytes in an equal state were already found to be valid.
struct JSONKeyMemory {
  /// A key with everything around it: from the end of the previous value, or the opening brace, to after its colon.
  struct Key {
    /// The most bytes of a key that is remembered.
    static let longest = 32

    /// The bytes of the key, compared with the document's under `mask`; the initial values match no bytes.
    fileprivate var text = SIMD4<UInt64>(repeating: .max)
    fileprivate var mask = SIMD4<UInt64>(repeating: 0)
    /// The fields in which the name was looked up; `field` is its number there.
    fileprivate var fields: ObjectIdentifier?
    fileprivate var field: UInt8 = 0
    fileprivate var length: UInt8 = 0
    fileprivate var nameStart: UInt8 = 0
    fileprivate var nameEnd: UInt8 = 0

    var count: Int { Int(length) }
    /// The start and end of the name inside the key.
    var name: (start: Int, end: Int) { (Int(nameStart), Int(nameEnd)) }

    fileprivate init() {}

    /// A key that has escapes, is too long, or is near the end of the document stays empty, and is read anew each time.
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

  /// The levels whose keys are remembered; keys of deeper objects are read anew each time.
  private static let levels = 6
  /// The last place of each level stays empty, so keys beyond the others are read anew each time.
  private static let placesPerLevel = 17

  private var keys = [Key](repeating: Key(), count: levels * placesPerLevel)
  /// The place of the next key in the innermost container.
  private var place = 0
  /// The places of the next keys in the containers around it.
  private var outerPlaces = InlineArray<7, Int>(repeating: 0)

  /// Enters a container; the outermost has level 1.
  @inline(__always)
  mutating func begin(level: Int) {
    if level <= Self.levels &+ 1 { outerPlaces[level &- 1] = place }
    place = level <= Self.levels ? (level &- 1) &* Self.placesPerLevel : Self.levels &* Self.placesPerLevel &- 1
  }

  /// Leaves a container; the one around it has `level`.
  @inline(__always)
  mutating func end(level: Int) {
    if level <= Self.levels { place = outerPlaces[level] }
  }

  /// Returns the place of the next key if it is the same as in the previous object.
  @inline(__always)
  func next(_ bytes: Span<UInt8>, at position: Int) -> Int? {
    guard position <= bytes.count &- Key.longest else { return nil }
    let difference = bytes.block(at: position) & keys[place].mask ^ keys[place].text
    return difference.x | difference.y | difference.z | difference.w == 0 ? place : nil
  }

  /// Moves past the key that `next` found.
  @inline(__always)
  mutating func advance() { place &+= 1 }

  @inline(__always)
  subscript(place: Int) -> Key { keys[place] }

  /// Remembers a key for the next object and returns its place, or nil if it has none.
  mutating func append(_ key: Key) -> Int? {
    guard place % Self.placesPerLevel < Self.placesPerLevel - 1 else { return nil }
    defer { advance() }
    keys[place] = key
    return key.length > 0 ? place : nil
  }

  /// Returns the number of the key at `place` in these fields, or nil if it was last looked up in others.
  @inline(__always)
  func number(at place: Int, in fields: JSONFields) -> UInt8? {
    keys[place].fields == ObjectIdentifier(fields.identity) ? keys[place].field : nil
  }

  mutating func remember(_ number: UInt8, at place: Int, in fields: JSONFields) {
    keys[place].fields = ObjectIdentifier(fields.identity)
    keys[place].field = number
  }
}
