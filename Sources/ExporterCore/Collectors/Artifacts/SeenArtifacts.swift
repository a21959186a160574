import HuaweiCloud

/// Which artifacts were counted already, at 8 bytes each: pages may shift while they are read.
///
/// A hash table with open addressing over 64-bit fingerprints, at most three quarters full; a `Set` would take twice the memory.
struct SeenArtifacts {
  private var slots: [UInt64]
  private(set) var count = 0

  init() { slots = Array(repeating: 0, count: 1024) }

  /// True when the artifact was not seen before.
  ///
  /// Artifacts are told apart by `id`; without one by repository and digest; one with neither always counts.
  mutating func insert(_ artifact: Artifact, of page: ArtifactPage) -> Bool {
    if let id = artifact.id { return insert(fingerprint: Self.mix(UInt64(bitPattern: id))) }
    guard let digest = artifact.digest else { return true }
    // FNV-1a over the digest, apart from the ids by the repository mixed in.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in page.bytes[digest.range] { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    return insert(fingerprint: Self.mix(hash &+ Self.mix(UInt64(bitPattern: artifact.repositoryID ?? -1))))
  }

  private mutating func insert(fingerprint: UInt64) -> Bool {
    // 0 marks a free slot.
    let value = max(fingerprint, 1)
    if (count + 1) * 4 > slots.count * 3 { grow() }
    let mask = slots.count - 1
    var index = Int(truncatingIfNeeded: value) & mask
    while slots[index] != 0 {
      if slots[index] == value { return false }
      index = (index + 1) & mask
    }
    slots[index] = value
    count += 1
    return true
  }

  private mutating func grow() {
    let old = slots
    slots = Array(repeating: 0, count: old.count * 2)
    let mask = slots.count - 1
    for value in old where value != 0 {
      var index = Int(truncatingIfNeeded: value) & mask
      while slots[index] != 0 { index = (index + 1) & mask }
      slots[index] = value
    }
  }

  /// A bijection (splitmix64), so that distinct ids stay distinct.
  private static func mix(_ value: UInt64) -> UInt64 {
    var mixed = value &+ 0x9e37_79b9_7f4a_7c15
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
