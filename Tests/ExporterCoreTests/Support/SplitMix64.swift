/// A generator whose sequence depends on its seed alone.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

  /// Some bytes of a text broken: `tokens` are what matters to its grammar.
  mutating func mutate(_ text: [UInt8], tokens: [[UInt8]]) -> [UInt8] {
    var bytes = text
    for _ in 0..<Int.random(in: 1...4, using: &self) {
      let position = Int.random(in: 0...bytes.count, using: &self)
      let end = min(bytes.count, position + Int.random(in: 0..<10, using: &self))
      let token = tokens.randomElement(using: &self) ?? []
      switch Int.random(in: 0..<6, using: &self) {
      case 0: bytes.insert(contentsOf: token, at: position)
      case 1: bytes.replaceSubrange(position..<end, with: token)
      case 2: bytes.removeSubrange(position..<end)
      case 3: bytes.insert(contentsOf: bytes[position..<end], at: Int.random(in: 0...bytes.count, using: &self))
      case 4: if position < bytes.count { bytes[position] = UInt8.random(in: 0...255, using: &self) }
      default: if position < bytes.count { bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &self) }
      }
    }
    return bytes
  }
}
