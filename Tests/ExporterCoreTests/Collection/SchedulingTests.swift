import HTTPTransport
import System
import Testing

@testable import ExporterCore
@testable import HuaweiCloud

@Suite struct SchedulingTests {
  @Test func theFirstRefreshIsAtOnceAndTheSecondIsSpread() {
    for random in [0, 0.5, 0.999] {
      var schedule = RefreshSchedule(interval: .seconds(100), start: .seconds(7))
      #expect(schedule.due == .seconds(7))
      #expect(schedule.advance(past: .seconds(8), random: random) == 0)
      #expect((.seconds(57)...(.seconds(107))).contains(schedule.due))
      let second = schedule.due
      #expect(schedule.advance(past: second + .seconds(1), random: random) == 0)
      #expect((.seconds(95)...(.seconds(105))).contains(schedule.due - second))
    }
  }

  @Test func whatWasDueMeanwhileIsSkippedAndCounted() {
    var schedule = RefreshSchedule(interval: .seconds(10), start: .zero)
    #expect(schedule.advance(past: .seconds(1), random: 0.999) == 0)
    let due = schedule.due
    #expect(schedule.advance(past: due + .seconds(35), random: 0.5) == 3)
    #expect(schedule.due > due + .seconds(35))
    #expect(schedule.due <= due + .seconds(45))
  }

  @Test func aCollectorRefreshesSoManyTargetsAtOnce() {
    let transport = HTTPClient(for: BuildInformation())
    defer { transport.shutdown() }
    let project = WatchedProject(
      client: CloudClient(
        project: CloudProject(name: "prod", region: "cn-north-4"), transport: transport, breakers: AccessKeyBreakers(),
        log: silence))
    let permits = (0..<WatchedProject.mostRefreshes).map { _ in project.refreshes(of: "artifacts").acquire() }
    let next = project.refreshes(of: "artifacts").acquire()
    #expect(permits.allSatisfy { $0.granted.isFulfilled })
    #expect(!next.granted.isFulfilled)
    #expect(
      project.refreshes(of: "mirrors").acquire().granted.isFulfilled, "another collector's targets keep it waiting")
    project.refreshes(of: "artifacts").release(permits[0])
    #expect(next.granted.isFulfilled)
  }

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

  @Test func theOldestAreAskedFirstAndTheEmptyLeftAlone() {
    let objects = ["a", "b", "c", "d", "e"].map { WatchedObject(key: $0, name: "", isConfigured: false) }
    var memory = ObjectMemory()
    #expect(memory.due(objects, now: .zero).map(\.key) == ["a", "b", "c", "d", "e"])
    memory.entries["a"] = ObjectMemory.Entry(lastAsked: .seconds(30))
    memory.entries["b"] = ObjectMemory.Entry(lastAsked: .seconds(10), emptyUntil: .seconds(100))
    memory.entries["d"] = ObjectMemory.Entry(lastAsked: .seconds(20))
    #expect(memory.due(objects, now: .seconds(99)).map(\.key) == ["c", "e", "d", "a"])
    #expect(memory.due(objects, now: .seconds(100)).map(\.key) == ["c", "e", "b", "d", "a"])
    memory.forget(allBut: ["a", "x"])
    #expect(Set(memory.entries.keys) == ["a"])
  }

  @Test(arguments: [
    ("https://example.com/foo/bar.git", "https://example.com/foo/bar.git"),
    ("https://user:password@example.com:8443/foo?token=x#frag", "https://example.com:8443/foo"),
    ("https://user@example.com", "https://example.com"), ("https://a@b@example.com/x", "https://example.com/x"),
    ("https://user:p/ss@example.com/x", ""), ("ssh://git@example.com/x", "ssh://example.com/x"),
    ("git@example.com:foo/bar.git", ""), ("example.com/foo", ""), ("", ""), ("https://", ""), ("://x", ""),
    ("https://us er@exa mple.com", ""), (#"https://user:pa\ss@example.com"#, ""), ("1https://example.com", ""),
    ("https://[::1]:80/x", "https://[::1]:80/x"), ("https://user:p?ss@example.com/x", ""),
    ("HTTPS://Example.com/", "HTTPS://Example.com/"), ("https://u:p#w@example.com", ""), ("https://:80/", ""),
    ("https://user:password", ""), ("https://user%3Asecret%40example.com/x", ""), ("https://secret＠example.com/", ""),
    ("https://[user:secret]example.com/", ""), ("https://example.com;token=secret/", ""), ("https://[::1]x/", ""),
  ])
  func aURLIsReducedToWhatMayBeShown(_ text: String, _ shown: String) {
    #expect(publicURL(text) == shown)
  }

  @Test func anArtifactIsCountedOnce() throws {
    var seen = SeenArtifacts()
    var fold = ArtifactPage()
    let artifacts = (0..<5000).map { #"{"id":\#($0)}"# } + (0..<2000).map { #"{"repository_id":1,"digest":"d\#($0)"}"# }
    for expected in [true, false] {
      for start in stride(from: 0, to: artifacts.count, by: 1000) {
        try fold.read(
          Array(#"{"artifacts":[\#(artifacts[start..<start + 1000].joined(separator: ","))]}"#.utf8))
        #expect(isNew(fold, &seen).allSatisfy { $0 == expected })
      }
    }
    #expect(seen.count == 7000)
    var page = ArtifactPage()
    try page.read(Array(#"{"artifacts":[{"repository_id":2,"digest":"d1"},{},{},{"id":-1},{"id":-1}]}"#.utf8))
    #expect(isNew(page, &seen) == [true, nil, nil, true, false])
  }

  private func isNew(_ page: ArtifactPage, _ seen: inout SeenArtifacts) -> [Bool?] {
    page.artifacts.map { seen.insert($0, of: page) }
  }
}
