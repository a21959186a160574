import System

/// Numbers that look random and depend on nothing but a seed and what they are for.
///
/// The hash has no state, so that any object of a world can be made alone, in any order, as often as it is asked for.
package struct SeededHash: Sendable, Hashable {
  package var seed: UInt64

  /// The hexadecimal digits, in lower case.
  static let digits = Array("0123456789abcdef".utf8)

  package init(seed: UInt64) { self.seed = seed }

  /// Returns 64 bits for this purpose and these coordinates (SplitMix64's finisher, chained).
  func bits(_ purpose: UInt64, _ first: Int = 0, _ second: Int = 0) -> UInt64 {
    var state = Self.mixed(seed ^ (purpose &* 0x9E37_79B9_7F4A_7C15))
    state = Self.mixed(state ^ UInt64(bitPattern: Int64(first)))
    return Self.mixed(state ^ UInt64(bitPattern: Int64(second)).byteSwapped)
  }

  /// Returns a number in `0..<bound`.
  func number(below bound: Int, _ purpose: UInt64, _ first: Int = 0, _ second: Int = 0) -> Int {
    Int(bits(purpose, first, second) % UInt64(bound))
  }

  /// Returns a number in `0..<1`.
  func fraction(_ purpose: UInt64, _ first: Int = 0, _ second: Int = 0) -> Double {
    Double(bits(purpose, first, second) >> 11) / Double(1 << 53)
  }

  /// Returns `count` lower-case hexadecimal digits.
  func hexadecimal(_ count: Int, _ purpose: UInt64, _ first: Int = 0, _ second: Int = 0) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(count + 16)
    var word = bits(purpose, first, second)
    while text.count < count {
      for shift in stride(from: 0, to: 64, by: 4) { text.append(Self.digits[Int((word >> UInt64(shift)) & 15)]) }
      word = Self.mixed(word)
    }
    return String(decoding: text.prefix(count), as: UTF8.self)
  }

  /// Returns a text in the shape of a UUID.
  func uuid(_ purpose: UInt64, _ first: Int = 0, _ second: Int = 0) -> String {
    let digits = hexadecimal(32, purpose, first, second)
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index == 8 || index == 12 || index == 16 || index == 20 { text.append("-") }
      text.append(digit)
    }
    return text
  }

  private static func mixed(_ value: UInt64) -> UInt64 {
    var word = value &+ 0x9E37_79B9_7F4A_7C15
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}
