import CloudSimulator
import ExporterCore
import HuaweiCloud
import System
import TestSupport
import Testing

/// Generated data behind the simulated cloud: what the page says equals what is true of the data.
@Suite struct GeneratedWorldTests {
  private let periods: [Duration] = [.seconds(30 * 86_400), .seconds(90 * 86_400)]

  /// Our clock is the world's, so that ages agree.
  private func time(of world: World) -> TimeSource {
    var time = TimeSource.system
    let now = world.beginning + .seconds(86_400)
    time.now = { now }
    return time
  }

  @Test(arguments: [(1, false), (2, true)])
  func everyAggregateEqualsTheTruth(_ seed: UInt64, _ isHostile: Bool) async throws {
    let world = World.generated(
      instances: 3, repositories: 200, artifacts: 3000, seed: seed, isHostile: isHostile)
    let time = time(of: world)
    let cloud = try CloudSimulator(world: world, time: time)
    defer { cloud.stop() }
    let (page, result) = try await collectOnce(
      """
      projects:
        - {name: prod, region: cn-north-4, requests_per_second: 100000, credentials: {token: t}, \(endpoints(cloud.url)),
           collectors: {artifacts: {}}}
      """, time: time)
    #expect(result.hasSucceeded, "\(result.statuses.compactMap(\.lastError))")
    var groups = 0
    for instance in world.projects.flatMap(\.instances) {
      // A group with a name and one without are the same repository where they share the id.
      var truth: [GroupKey: ArtifactTruth] = [:]
      var names: [Int64?: String] = [:]
      for (group, part) in world.artifactTruth(instanceID: instance.id, at: time.now(), idleFor: periods) {
        let key = GroupKey(group)
        if let name = group.repositoryName, group.repositoryID != nil { names[group.repositoryID] = name }
        truth[key] = truth[key].map { $0.adding(part) } ?? part
      }
      let artifacts = (0..<instance.artifacts.count(time.now())).map { instance.artifacts.artifact($0, time.now()) }
      let mediaTypes = Dictionary(grouping: artifacts) { $0.manifestMediaType ?? "" }.mapValues { Double($0.count) }
      #expect(mediaTypes.count > 1)
      expect(page, instance.id, mediaTypes)
      let pushes = Dictionary(grouping: artifacts) { artifact in
        GroupKey(
          ArtifactGroup(
            repositoryID: artifact.repositoryID, repositoryName: artifact.repositoryName, type: artifact.type))
      }.mapValues { $0.compactMap(\.pushedAt.timestamp).min() }
      for (key, truth) in truth {
        groups += 1
        let name = key.id == nil ? key.name : names[key.id] ?? ""
        let labels = LabelSet([
          "project": "prod", "instance_id": instance.id, "repository_id": key.id.map(String.init) ?? "",
          "repository": name, "artifact_type": key.type,
        ])
        expect(page, labels, truth)
        let oldest = "huaweicloud_swr_artifacts_oldest_push_timestamp_seconds"
        #expect(
          page.value("\(oldest){\(String(decoding: labels.bytes, as: UTF8.self))}") == pushes[key]??.unixTime)
      }
    }
    #expect(page.starting("huaweicloud_swr_artifacts{").count == groups)
    #expect(groups > 500)
  }

  private struct GroupKey: Hashable {
    var id: Int64?
    var name: String
    var type: String

    init(_ group: ArtifactGroup) {
      id = group.repositoryID
      name = group.repositoryID == nil ? group.repositoryName ?? "" : ""
      type = group.type ?? ""
    }
  }

  private func expect(_ page: ExposedPage, _ labels: LabelSet, _ truth: ArtifactTruth) {
    func value(_ name: String, _ more: (String, String)? = nil) -> Double? {
      let labels = more.map { labels.adding($0.0, $0.1) } ?? labels
      return page.value("\(name){\(String(decoding: labels.bytes, as: UTF8.self))}")
    }
    #expect(value("huaweicloud_swr_artifacts") == Double(truth.artifacts))
    #expect(value("huaweicloud_swr_artifacts_tags") == Double(truth.tags))
    #expect(value("huaweicloud_swr_artifacts_untagged") == Double(truth.untagged))
    #expect(value("huaweicloud_swr_artifacts_untagged_size_bytes") == Double(truth.untaggedBytes))
    #expect(value("huaweicloud_swr_artifacts_never_pulled") == Double(truth.neverPulled))
    #expect(value("huaweicloud_swr_artifacts_largest_size_bytes") == truth.largestBytes.map(Double.init))
    // Absent where no artifact of the group has a size.
    #expect(value("huaweicloud_swr_artifacts_size_bytes") == truth.largestBytes.map { _ in Double(truth.bytes) })
    #expect(value("huaweicloud_swr_artifacts_last_push_timestamp_seconds") == truth.lastPush?.unixTime)
    #expect(value("huaweicloud_swr_artifacts_last_pull_timestamp_seconds") == truth.lastPull?.unixTime)
    for (period, label) in zip(periods, ["30d", "90d"]) {
      #expect(value("huaweicloud_swr_artifacts_idle", ("idle_for", label)) == Double(truth.idle[period] ?? 0))
      #expect(
        value("huaweicloud_swr_artifacts_idle_size_bytes", ("idle_for", label)) == Double(truth.idleBytes[period] ?? 0))
    }
  }

  /// The lines by media type of an instance are these and no others.
  private func expect(_ page: ExposedPage, _ instance: String, _ mediaTypes: [String: Double]) {
    let start =
      "huaweicloud_swr_artifacts_by_media_type{project=\"prod\",instance_id=\"\(instance)\",manifest_media_type="
    for (type, count) in mediaTypes { #expect(page.value("\(start)\"\(type)\"}") == count, "\(type)") }
    #expect(page.starting(start).count == mediaTypes.count)
  }

  /// The 32 most frequent have a line each, ties by name; what is called like the rest, or is the same when cut, has none of its own.
  @Test func mediaTypesThatAreRareAreOthers() async throws {
    var artifacts: [SimulatedArtifact] = []
    func add(_ count: Int, _ mediaType: String?) {
      for _ in 0..<count {
        var artifact = SmallCloud.artifact(artifacts.count)
        artifact.manifestMediaType = mediaType
        artifacts.append(artifact)
      }
    }
    let long = String(repeating: "x", count: 1024)
    for number in 10..<20 { add(3, "type-\(number)") }
    for number in 20..<50 { add(1, "type-\(number)") }
    add(1, nil)
    add(4, "other")
    add(2, long)
    add(5, long + "y")
    add(5, long + "z")
    var world = SmallCloud.world()
    world.projects[0].instances[0].artifacts = ArtifactListing(artifacts)
    let cloud = try CloudSimulator(world: world)
    defer { cloud.stop() }
    let (page, _) = try await collectOnce(
      SmallCloud.yaml(cloud, defaults: "interval: 1h", collectors: "{artifacts: {}}"))
    var expected: [String: Double] = ["": 1, long: 2 + 5 + 5]
    for number in 10..<20 { expected["type-\(number)"] = 3 }
    for number in 20..<40 { expected["type-\(number)"] = 1 }
    expected["other"] = 4 + 10
    expect(page, SmallCloud.instance, expected)
    #expect(Set(page.lines).count == page.lines.count, "a line stands twice")
  }

  @Test func theOtherCollectorsShowEveryObjectOnce() async throws {
    let world = World.generated(
      instances: 1, repositories: 1, artifacts: 0, imageRepositories: 60, codeRepositories: 60, imageCaches: 40)
    let cloud = try CloudSimulator(world: world, time: time(of: world))
    defer { cloud.stop() }
    let (page, result) = try await collectOnce(
      """
      projects:
        - {name: prod, region: cn-north-4, requests_per_second: 100000, credentials: {token: t}, \(endpoints(cloud.url))}
      """, time: time(of: world))
    let project = try #require(world.projects.first)
    let mirrored = project.codeRepositories.filter { $0.mirror != nil && !$0.isForbidden }
    let forbidden = project.codeRepositories.filter { $0.isForbidden }
    #expect(page.value(#"huaweicloud_codearts_mirrors{project="prod"}"#) == Double(mirrored.count))
    #expect(page.starting("huaweicloud_codearts_mirror_info{").count == mirrored.count)
    let mirrors = try #require(result.statuses.first { $0.target.collector == "mirrors" })
    #expect(mirrors.failedObjects == forbidden.count)
    #expect(mirrors.lastSucceeded == forbidden.isEmpty)
    #expect(!forbidden.isEmpty)
    let repositories = project.organisations.flatMap(\.repositories)
    #expect(page.starting("huaweicloud_swr_sync_rules{").count == repositories.count)
    let rules = repositories.reduce(0) { $0 + $1.rules.count }
    #expect(page.starting("huaweicloud_swr_sync_rule_auto_enabled{").count == rules)
    #expect(
      page.value(#"huaweicloud_cce_image_caches{project="prod"}"#)
        == Double(page.starting("huaweicloud_cce_image_cache_info{").count))
    #expect(Set(page.data.map { $0.prefix { $0 != "\u{20}" } }).count <= page.data.count)
    #expect(Set(page.lines).count == page.lines.count, "a line stands twice")
  }

  @Test func twoRunsOverTheSameDataPrintTheSameBytes() async throws {
    let world = World.generated(
      instances: 2, repositories: 20, artifacts: 500, imageRepositories: 10, codeRepositories: 10, imageCaches: 5,
      replicationPolicies: 10, syncJobs: 5, retentionPolicies: 10, credentials: 10)
    // The world stands still.
    let cloud = try CloudSimulator(world: world, time: ManualTime().source)
    defer { cloud.stop() }
    let yaml = """
      projects:
        - {name: prod, region: cn-north-4, requests_per_second: 100000, credentials: {token: t}, \(endpoints(cloud.url))}
      """
    let first = try await collectOnce(yaml, time: time(of: world)).page.data
    let second = try await collectOnce(yaml, time: time(of: world)).page.data
    #expect(first == second)
    #expect(first.count > 500)
  }

  @Test(arguments: [2, 3, 5]) func shardsTogetherExposeWhatOneProcessWould(_ total: Int) async throws {
    let world = World.generated(
      instances: 6, repositories: 5, artifacts: 50, imageRepositories: 40, codeRepositories: 10, imageCaches: 5,
      replicationPolicies: 10, syncJobs: 5, retentionPolicies: 10, credentials: 10)
    // The world stands still.
    let cloud = try CloudSimulator(world: world, time: ManualTime().source)
    defer { cloud.stop() }
    let yaml = """
      projects:
        - {name: prod, region: cn-north-4, requests_per_second: 100000, credentials: {token: t}, \(endpoints(cloud.url))}
      """
    let whole = try await collectOnce(yaml, time: time(of: world)).page.data
    for collector in Catalog.standard.collectors {
      let names = Set(collector.metrics.map(\.name))
      #expect(whole.contains { names.contains(String($0.prefix { $0 != "{" })) }, "nothing of \(collector.key)")
    }
    var union: [String] = []
    for index in 0..<total {
      let shard = Shard(index: index, total: total)
      let (page, result) = try await collectOnce(yaml, shard: shard, time: time(of: world))
      union += page.data
      func scopes(_ collector: String) -> Set<String> {
        Set(result.statuses.filter { $0.target.collector == collector }.map(\.target.scope))
      }
      #expect(scopes("sync_jobs").isSubset(of: scopes("sync_rules")), "jobs are asked where no rules are found")
    }
    #expect(union.sorted() == whole.sorted())
  }
}

extension ArtifactTruth {
  fileprivate func adding(_ other: ArtifactTruth) -> ArtifactTruth {
    var sum = self
    sum.artifacts += other.artifacts
    sum.bytes += other.bytes
    sum.largestBytes = [largestBytes, other.largestBytes].compactMap(\.self).max()
    sum.tags += other.tags
    sum.untagged += other.untagged
    sum.untaggedBytes += other.untaggedBytes
    sum.neverPulled += other.neverPulled
    sum.lastPush = [lastPush, other.lastPush].compactMap(\.self).max()
    sum.lastPull = [lastPull, other.lastPull].compactMap(\.self).max()
    sum.idle.merge(other.idle, uniquingKeysWith: +)
    sum.idleBytes.merge(other.idleBytes, uniquingKeysWith: +)
    return sum
  }
}
