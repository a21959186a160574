import Foundation
import System

/// Where all randomness of the tests begins: `TEST_SEED`, or 1, so that a run can be repeated.
package enum TestSeed {
  package static let value: UInt64 = {
    let seed = ProcessInfo.processInfo.environment["TEST_SEED"].flatMap(UInt64.init) ?? 1
    print("TEST_SEED=\(seed)")
    return seed
  }()
}

/// Random numbers for many threads, which begin with `TestSeed`.
package final class SharedRandomness: Sendable {
  /// Protects the generator: numbers are drawn on any thread.
  private let generator = Locked(SplitMix64(state: TestSeed.value))

  package init() {}

  package func int(in range: ClosedRange<Int>) -> Int { generator.withLock { Int.random(in: range, using: &$0) } }
  package func fraction() -> Double { generator.withLock { Double.random(in: 0..<1, using: &$0) } }
  package func bool() -> Bool { generator.withLock { Bool.random(using: &$0) } }
}

/// A generator whose sequence depends on its seed alone.
package struct SplitMix64: RandomNumberGenerator {
  package var state: UInt64

  package init(state: UInt64) { self.state = state }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

  /// Some bytes of a text broken: `tokens` are what matters to its grammar.
  package mutating func mutate(_ text: [UInt8], tokens: [[UInt8]]) -> [UInt8] {
    var bytes = text
    for _ in 0..<Int.random(in: 1...4, using: &self) {
      let position = Int.random(in: 0...bytes.count, using: &self)
      let end = min(bytes.count, position + Int.random(in: 0..<10, using: &self))
      let token = tokens.randomElement(using: &self) ?? []
      switch Int.random(in: 0..<7, using: &self) {
      case 0: bytes.insert(contentsOf: token, at: position)
      case 1: bytes.replaceSubrange(position..<end, with: token)
      case 2: bytes.removeSubrange(position..<end)
      case 3: bytes.insert(contentsOf: bytes[position..<end], at: Int.random(in: 0...bytes.count, using: &self))
      case 4: if position < bytes.count { bytes[position] = UInt8.random(in: 0...255, using: &self) }
      // Seldom, since nothing of most texts is right after that.
      case 5: if Int.random(in: 0..<8, using: &self) == 0 { bytes.removeSubrange(position...) }
      default: if position < bytes.count { bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &self) }
      }
    }
    return bytes
  }
}
