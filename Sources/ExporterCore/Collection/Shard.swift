/// The part of the targets that one of several processes collects.
package struct Shard: Sendable, Hashable {
  /// The number of the shard, counted from 0.
  package let index: Int
  package let total: Int

  package init(index: Int, total: Int) {
    self.index = index
    self.total = total
  }

  package static let whole = Shard(index: 0, total: 1)

  /// Returns whether this shard collects the target.
  ///
  /// This is rendezvous hashing: an additional shard takes its share from the others, and no other target moves.
  package func owns(_ target: TargetID) -> Bool {
    guard total > 1 else { return true }
    let winner = (0..<total).max { Self.weight($0, target) < Self.weight($1, target) }
    return winner == index
  }

  /// FNV-1a and a final mix: stable across processes and versions, unlike `Hasher`.
  private static func weight(_ shard: Int, _ target: TargetID) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in "\(target.project)\0\(target.collector)\0\(target.scope)\0\(shard)".utf8 {
      hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
    }
    hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
    hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
    return hash ^ (hash >> 31)
  }
}
