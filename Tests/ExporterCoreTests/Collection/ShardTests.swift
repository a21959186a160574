import Testing

@testable import ExporterCore

@Suite struct ShardTests {
  @Test(arguments: 1...7) func everyTargetBelongsToExactlyOneShard(_ total: Int) {
    var counts = Array(repeating: 0, count: total)
    for target in Self.targets {
      let owners = (0..<total).filter { Shard(index: $0, total: total).owns(target) }
      #expect(owners.count == 1)
      for owner in owners { counts[owner] += 1 }
    }
    let fair = Double(Self.targets.count) / Double(total)
    #expect(counts.allSatisfy { (fair * 0.8...fair * 1.2).contains(Double($0)) }, "\(counts)")
  }

  @Test(arguments: 1...7) func oneMoreShardMovesItsShareAndNothingElse(_ total: Int) {
    var moved = 0
    for target in Self.targets {
      let before = (0..<total).first { Shard(index: $0, total: total).owns(target) }
      let after = (0...total).first { Shard(index: $0, total: total + 1).owns(target) }
      guard before != after else { continue }
      moved += 1
      #expect(after == total, "moved between shards that were there before")
    }
    let share = Double(Self.targets.count) / Double(total + 1)
    #expect((share * 0.8...share * 1.2).contains(Double(moved)))
  }

  /// A change of the hash would move the targets of everybody who upgrades one Pod after the other.
  @Test func theHashStaysWhatItIs() {
    let owners = (0..<12).map { number in
      (0..<5).first { Shard(index: $0, total: 5).owns(Self.targets[number]) } ?? -1
    }
    #expect(owners == Self.expectedOwners)
  }

  static let expectedOwners = [1, 3, 2, 3, 4, 0, 0, 1, 1, 0, 4, 2]
  private static let collectors = ["registries", "artifacts", "sync_rules", "mirrors", "image_caches"]
  private static let targets = (0..<6000).map { number in
    TargetID(
      project: "project-\(number % 7)", collector: collectors[number % 5], scope: "scope-\(number)")
  }
}
