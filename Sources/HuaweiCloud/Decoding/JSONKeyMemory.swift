import HTTPTransport

/// The keys of the objects read last, at each level and in their order.
///
/// The objects of a list mostly have the same keys in the same order. A few words that are compared with what stood at this
/// place in the object before replace the search for a comma, quotes, white space and a colon: bytes that are equal, in an
/// equal state, were found to be right before.
struct JSONKeyMemory {
  /// A key with all that belongs to it: from the end of the value before, or the opening brace, to after its colon.
  struct Key {
    fileprivate var start = 0
    fileprivate(set) var count = 0
    /// Where the name stands, from `start` on.
    fileprivate(set) var name: Range<Int> = 0..<0

    fileprivate init() {}

    init(_ range: Range<Int>, name: Range<Int>) {
      start = range.lowerBound
      count = range.count
      self.name = name.lowerBound - start..<name.upperBound - start
    }
  }

  /// Deeper objects, and further keys, are read as if each was the first.
  private static let levels = 6
  private static let keysPerLevel = 16

  private var keys = [Key](repeating: Key(), count: levels * keysPerLevel)
  /// How many keys of the innermost object at each level were read: a byte each, the first level's lowest.
  private var counts: UInt64 = 0

  @inline(__always)
  private static func shift(_ level: Int) -> UInt64 { UInt64(truncatingIfNeeded: level) &* 8 }

  /// A container begins.
  @inline(__always)
  mutating func begin(level: Int) {
    if level < Self.levels { counts &= ~(0xFF &<< Self.shift(level)) }
  }

  /// The key that comes next, where it is the one that stood here in the object before; `advance` takes it.
  @inline(__always)
  func next(_ bytes: Span<UInt8>, at position: Int, level: Int) -> Key? {
    guard level < Self.levels else { return nil }
    let index = Int(truncatingIfNeeded: counts &>> Self.shift(level) & 0xFF)
    guard index < Self.keysPerLevel else { return nil }
    let key = keys[level &* Self.keysPerLevel &+ index]
    guard key.count > 0, position <= bytes.count &- max(key.count, 8) else { return nil }
    if key.count >= 8 { return bytes.isRepeated(key.start, position, length: key.count) ? key : nil }
    let difference = bytes.word(at: key.start) ^ bytes.word(at: position)
    return difference &<< (64 &- UInt64(truncatingIfNeeded: key.count) &* 8) == 0 ? key : nil
  }

  @inline(__always)
  mutating func advance(level: Int) { counts &+= 1 &<< Self.shift(level) }

  /// Remembers a key that was read, for the next object.
  mutating func append(_ key: Key?, level: Int) {
    guard level < Self.levels else { return }
    let index = Int(truncatingIfNeeded: counts &>> Self.shift(level) & 0xFF)
    guard index < Self.keysPerLevel else { return }
    keys[level &* Self.keysPerLevel &+ index] = key ?? Key()
    advance(level: level)
  }
}
