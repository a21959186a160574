import HuaweiCloud

/// The artifacts that were counted already, since pages may shift while they are read.
///
/// A hash table with open addressing over 64-bit marks, at most three quarters full; a `Set` would take twice as much.
struct SeenArtifacts {
  private var slots: [UInt64]
  /// A random seed, so that nobody can craft artifacts with one mark, or with marks that crowd one place.
  private let seed = UInt64.random(in: .min ... .max)
  private(set) var count = 0

  init() { slots = Array(repeating: 0, count: 1024) }

  /// Adds an artifact; returns whether it was not seen before, or nil if it has no identity.
  ///
  /// The identity is its `id` or, without one, its repository and digest.
  mutating func insert(_ artifact: Artifact, of page: ArtifactPage) -> Bool? {
    if let id = artifact.id { return insert(UInt64(bitPattern: id)) }
    guard let digest = artifact.digest, !digest.isEmpty else { return nil }
    // FNV-1a over the digest, with the repository mixed in.
    var hash = seed
    for byte in page.bytes[digest.range] { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    if let repository = artifact.repositoryID {
      hash = hash &+ Self.mix(UInt64(bitPattern: repository))
    } else if let name = artifact.repositoryName, !name.isEmpty {
      for byte in page.bytes[name.range] { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    } else {
      return nil
    }
    return insert(Self.mix(hash))
  }

  private mutating func insert(_ mark: UInt64) -> Bool {
    // 0 marks a free slot, so an id of 0 gets the mark of one that is as unlikely.
    let mark = mark == 0 ? 1 << 63 : mark
    if (count + 1) * 4 > slots.count * 3 { grow() }
    let slot = slot(of: mark)
    if slots[slot] == mark { return false }
    slots[slot] = mark
    count += 1
    return true
  }

  /// Returns the slot where `mark` is or would be.
  ///
  /// Eight neighbouring ids, which tend to come together, lie beside each other.
  private func slot(of mark: UInt64) -> Int {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: Self.mix(mark >> 3 ^ seed) << 3 | mark & 7) & mask
    while slots[slot] != 0, slots[slot] != mark { slot = (slot + 1) & mask }
    return slot
  }

  private mutating func grow() {
    let old = slots
    slots = Array(repeating: 0, count: old.count * 2)
    for mark in old where mark != 0 { slots[slot(of: mark)] = mark }
  }

  /// Spreads differences in a few bits over all of them (splitmix64).
  private static func mix(_ value: UInt64) -> UInt64 {
    var mixed = value &+ 0x9e37_79b9_7f4a_7c15
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
