import HTTPTransport
import HuaweiCloud
import System
import TestSupport
import Testing

@testable import CloudSimulator

@Suite struct WorldTests {
  private let beginning = Timestamp(seconds: 1_750_000_000)

  /// What every discovered object of the demo answers at a time after its beginning.
  private func answers(seed: UInt64, after seconds: Int) throws -> [String] {
    let clock = ManualTime()
    let cloud = try CloudSimulator(world: .demo(seed: seed, beginning: beginning), time: clock.source)
    defer { cloud.stop() }
    clock.advance(by: .seconds(seconds))
    var texts: [String] = []
    for project in cloud.world.projects {
      var targets = ["/v5/imagecaches", "/v3/manage/repos", "/v2/manage/repos", "/v4/user/repositories?limit=100"]
      targets += [
        "/v2/\(project.id)/instances", "/v2/manage/namespaces", "/v2/manage/projects/\(project.id)/quotas",
      ]
      targets += project.codeRepositories.map { "/v4/repositories/\($0.id)/remote-mirror" }
      for instance in project.instances {
        targets += [
          "registries", "namespaces", "artifacts?marker=801&limit=100", "repositories", "statistics",
          "replication/policies", "replication/executions?offset=0&limit=100", "retention/policies",
          "long-term-credentials?self_only=false&offset=0&limit=100",
        ].map {
          "/v2/\(project.id)/instances/\(instance.id)/\($0)"
        }
      }
      for organisation in project.organisations {
        targets += organisation.repositories.map {
          "/v2/manage/namespaces/\(organisation.name)/repos/\($0.name.replacing("/", with: "$"))/sync_repo"
        }
        targets += organisation.repositories.map {
          let path = "/v2/manage/namespaces/\(organisation.name)/repos/\($0.name.replacing("/", with: "$"))"
          return path + "/sync_job?filter=limit::100%7Coffset::0"
        }
      }
      texts += try targets.map { try cloud.ask($0, headers: [HTTPHeader("X-Project-Id", project.id)]) }
        .filter { $0.status == 200 }.map(\.text)
    }
    return texts
  }

  @Test func seedAndTimeDecideEveryByte() throws {
    let first = try answers(seed: 7, after: 100)
    #expect(first.count > 40)
    #expect(try answers(seed: 7, after: 100) == first)
    #expect(try answers(seed: 8, after: 100) != first)
    #expect(try answers(seed: 7, after: 130) != first)
  }

  @Test(arguments: 1...20) func theDemoChangesWithinTwoMinutes(seed: UInt64) throws {
    let clock = ManualTime()
    let cloud = try CloudSimulator(world: .demo(seed: seed, beginning: beginning), time: clock.source)
    defer { cloud.stop() }
    let project = try #require(cloud.world.projects.first)
    let instance = try #require(project.instances.first)
    var ill: Set<Int> = []
    var recovered: Set<Int> = []
    var failures: [Int: [Int]] = [:]
    var states: [String: Set<String>] = [:]
    var ids: [String: Set<String>] = [:]
    let before = instance.artifacts.count(cloud.worldTime)
    for _ in 0..<24 {
      let registries = try cloud.ask("/v2/\(project.id)/instances/\(instance.id)/registries").list("registries")
      for registry in registries {
        let id = try #require(registry["id"] as? Int)
        if registry["status"] as? String == "unhealthy" { ill.insert(id) }
        if registry["status"] as? String == "healthy", ill.contains(id) { recovered.insert(id) }
      }
      for repository in project.codeRepositories where repository.mirror != nil {
        let mirror = try cloud.ask("/v4/repositories/\(repository.id)/remote-mirror").object
        failures[Int(repository.id), default: []].append(try #require(mirror["number_of_failures"] as? Int))
      }
      for cache in try cloud.ask("/v5/imagecaches").list("image_caches") {
        let name = try #require(cache["name"] as? String)
        states[name, default: []].insert(try #require(cache["status"] as? String))
        ids[name, default: []].insert(try #require(cache["id"] as? String))
      }
      clock.advance(by: .seconds(5))
    }
    #expect(!recovered.isEmpty)
    #expect(failures.values.contains { counts in zip(counts, counts.dropFirst()).contains { $0 > 0 && $1 > $0 } })
    #expect(failures.values.contains { counts in zip(counts, counts.dropFirst()).contains { $0 > 0 && $1 == 0 } })
    #expect(states["web-0"] == ["Available", "Unavailable", "Creating"])
    #expect(ids["web-0"]?.count == 2)
    #expect(states["nightly"] == ["Creating", "Available", "Deleting"])
    #expect(instance.artifacts.count(cloud.worldTime) >= before + 5)
  }

  @Test(arguments: 1...6) func whatArrivesAndWhatEndsChangesWithinTwoMinutes(seed: UInt64) throws {
    // At any second of a minute, since schedules run by the clock.
    let beginning = beginning + .seconds(Int(seed) * 10)
    let demo = World.demo(seed: seed, beginning: beginning)
    let project = demo.projects[0]
    let id = project.instances[0].id
    let moments = stride(from: 0, through: 120, by: 2).map { beginning + .seconds($0) }

    func executions(_ policy: String) -> [ReplicationExecutionsTruth] {
      moments.compactMap { demo.replicationTruth(instanceID: id, at: $0)[policy]?.executions }
    }
    let unsteady = executions("2").map { $0.lastStatus }
    let failed = try #require(unsteady.firstIndex(of: "Failed"))
    #expect(unsteady[failed...].contains("Succeed"))
    #expect(executions("2").map(\.consecutiveFailures).max() ?? 0 >= 3)
    #expect(executions("1").allSatisfy { $0.consecutiveFailures == 0 })
    let scheduled = executions("3")
    #expect(scheduled.first?.consecutiveFailures == 0 && scheduled.last?.consecutiveFailures ?? 0 >= 1)
    let lastSuccess = try #require(scheduled.last?.lastSuccess)
    #expect(beginning + .seconds(120) - lastSuccess > .seconds(90))
    #expect(executions("4").isEmpty && demo.replicationTruth(instanceID: id, at: beginning)["5"]?.isEnabled == false)

    let jobs = moments.flatMap { now in
      demo.syncJobTruth(projectID: project.id, namespace: "platform", repository: "api", at: now).map {
        (now, $0.value)
      }
    }
    #expect(jobs.contains { now, truth in truth.oldestWaiting.map { now - $0 > .seconds(30) } ?? false })
    #expect(Set(jobs.map(\.1.failingTags)).isSuperset(of: [0, 1]))

    func share(_ used: Int64?, _ limit: Int64?) -> Double { Double(used ?? 0) / Double(limit ?? 1) }
    let triggers = moments.compactMap { demo.statisticsTruth(instanceID: id, at: $0) }.map {
      share($0.used["trigger"], $0.limits["trigger"])
    }
    let quotas = moments.compactMap { demo.quotaTruth(projectID: project.id, at: $0)["repository"] }.map {
      share($0.used, $0.limit)
    }
    for shares in [triggers, quotas] { #expect(shares.contains { $0 < 0.8 } && shares.contains { $0 > 0.9 }) }

    let credentials = moments.map { demo.credentialTruth(instanceID: id, at: $0).credentials.values }
    func ends(_ index: Int) -> Timestamp? { credentials[index].first { $0.name == "ci-pipeline" }?.expiry }
    let days = Duration.seconds(3 * 86_400)
    #expect(try #require(ends(0)) - moments[0] > days && #require(ends(60)) - moments[60] < days)
    #expect(Set(credentials.flatMap { $0 }.filter { $0.name == "edge-cluster" }.map(\.isEnabled)) == [true, false])

    let stopped = moments.compactMap { demo.retentionTruth(instanceID: id, at: $0)["12"]?.lastStart }
    #expect(try moments[60] - #require(stopped.last) > .seconds(85))
    let working = moments.compactMap { demo.retentionTruth(instanceID: id, at: $0)["11"]?.lastStart }
    #expect(try moments[60] - #require(working.last) <= .seconds(60))
    #expect(demo.retentionTruth(instanceID: id, at: beginning)["13"]?.lastStart == nil)

    let payments = moments.map { demo.namespaceTruth(instanceID: id, at: $0)["81"]?.isPublic }
    #expect(payments.first == false && payments.contains(true))
    let downloads = moments.compactMap { demo.imageRepositoryTruth(projectID: project.id, at: $0)[1].downloads }
    #expect(downloads == downloads.sorted() && Set(downloads).count > 5)
  }

  @Test func aFasterWorldRunsAhead() throws {
    let clock = ManualTime()
    let cloud = try CloudSimulator(world: .demo(beginning: beginning, speed: 60), time: clock.source)
    defer { cloud.stop() }
    clock.advance(by: .seconds(10))
    #expect(cloud.worldTime == beginning + .seconds(600))
  }

  @Test func theTruthAddsUp() throws {
    var made = World.generated(instances: 2, repositories: 60, artifacts: 1500, seed: 3, isHostile: true)
    made.beginning = beginning
    let cloud = try CloudSimulator(world: made, time: ManualTime().source)
    defer { cloud.stop() }
    for instance in made.projects[0].instances {
      var listed: [ArtifactGroup: ArtifactTruth] = [:]
      var noTags: Set<String> = []
      var marker: Int? = 1
      while let asked = marker {
        let page = try cloud.ask("/v2/\(projectID)/instances/\(instance.id)/artifacts?marker=\(asked)&limit=100")
        marker = page.object["next_marker"] as? Int
        for artifact in page.list("artifacts") {
          let group = ArtifactGroup(
            repositoryID: artifact["repository_id"] as? Int64, repositoryName: artifact["repository_name"] as? String,
            type: artifact["type"] as? String)
          var sum = listed[group] ?? ArtifactTruth()
          let tags = artifact["tags"] as? [Any]
          if tags == nil { noTags.insert(artifact.keys.contains("tags") ? "null" : "absent") }
          if tags?.isEmpty == true { noTags.insert("empty") }
          sum.artifacts += 1
          sum.bytes += try #require(artifact["size"] as? Int64)
          sum.tags += tags?.count ?? 0
          sum.untagged += tags?.isEmpty ?? true ? 1 : 0
          sum.neverPulled += artifact["pull_time"] as? String == "0001-01-01T00:00:00.000Z" ? 1 : 0
          listed[group] = sum
        }
      }
      let truth = made.artifactTruth(instanceID: instance.id, at: beginning, idleFor: [.seconds(30 * 86400)])
      #expect(Set(truth.keys) == Set(listed.keys))
      #expect(truth.values.reduce(0) { $0 + $1.artifacts } == 1500)
      for (group, expected) in truth {
        let sum = try #require(listed[group])
        #expect(sum.artifacts == expected.artifacts && sum.bytes == expected.bytes && sum.tags == expected.tags)
        #expect(sum.untagged == expected.untagged && sum.neverPulled == expected.neverPulled)
      }
      #expect(noTags == ["null", "absent", "empty"])
      #expect(Set(truth.keys.map(\.type)).count >= 3)
      #expect(truth.keys.contains { $0.repositoryName == nil })
      #expect(truth.values.contains { ($0.idle[.seconds(30 * 86400)] ?? 0) > 0 })
      let names = truth.keys.compactMap(\.repositoryName)
      #expect(Set(names).count < Set(truth.keys.map(\.repositoryID)).count)
    }
  }

  @Test func generatedObjectsCoverWhatTheDocumentsAllow() throws {
    let made = World.generated(imageRepositories: 2500, codeRepositories: 100, imageCaches: 50, isHostile: true)
    let cloud = try CloudSimulator(world: made)
    defer { cloud.stop() }
    let project = made.projects[0]
    #expect(project.organisations.map(\.repositories.count).reduce(0, +) == 2500)
    let all = try cloud.ask("/v3/manage/repos?limit=1000&marker=2000")
    #expect(all.list("repos").count == 500)
    let repositories = project.organisations.flatMap(\.repositories)
    #expect(Set(repositories.map(\.rules.count)) == [0, 1, 2])
    #expect(Set(repositories.map(\.name)).count < 2500)
    let nested = try #require(
      project.organisations[2].repositories.first { $0.name.contains("/") && !$0.rules.isEmpty })
    let wire = nested.name.replacing("/", with: "$")
    let rules = try cloud.ask("/v2/manage/namespaces/organisation-2/repos/\(wire)/sync_repo")
    #expect(rules.list.count == nested.rules.count)

    let answers = try project.codeRepositories.map { try cloud.ask("/v4/repositories/\($0.id)/remote-mirror") }
    #expect(Set(answers.map(\.status)) == [200, 403, 404])
    #expect(answers.allSatisfy { $0.json != nil })

    let caches = try cloud.ask("/v5/imagecaches").list("image_caches")
    let fractions = caches.compactMap { $0["created_at"] as? String }.map {
      $0.split(separator: " ")[1].split(separator: ".").dropFirst().first?.count ?? 0
    }
    #expect(Set(fractions) == Set(0...9))
    #expect(caches.contains { $0["retention_days"] as? Int == 0 } && caches.contains { $0["retention_days"] == nil })
  }

  @Test func idleAndLastUseFollowTheArtifacts() {
    func artifact(_ id: Int64, pushed: Int64, pulled: SimulatedTime, size: Int64?) -> SimulatedArtifact {
      SimulatedArtifact(
        id: id, repositoryID: 1, repositoryName: "a", namespaceID: 1, digest: nil, size: size,
        pushedAt: .at(Timestamp(seconds: pushed)), pulledAt: pulled, tags: .names(["x", "y"]))
    }
    let made = world {
      $0.instances = [
        SimulatedInstance(
          id: "i", name: "n",
          artifacts: ArtifactListing([
            artifact(1, pushed: 100, pulled: .at(Timestamp(seconds: 900)), size: 5),
            artifact(2, pushed: 200, pulled: .never, size: 7), artifact(2, pushed: 200, pulled: .never, size: 7),
            artifact(3, pushed: 950, pulled: .absent, size: nil),
          ]))
      ]
    }
    let truth = made.artifactTruth(
      instanceID: "i", at: Timestamp(seconds: 1000), idleFor: [.seconds(100), .seconds(101)])
    let group = truth[ArtifactGroup(repositoryID: 1, repositoryName: "a", type: "IMAGE")]
    #expect(group?.artifacts == 3 && group?.bytes == 12 && group?.largestBytes == 7 && group?.tags == 6)
    #expect(group?.neverPulled == 1)
    #expect(group?.lastPush == Timestamp(seconds: 950) && group?.lastPull == Timestamp(seconds: 900))
    #expect(group?.idle == [.seconds(100): 2, .seconds(101): 1])
    #expect(group?.idleBytes == [.seconds(100): 12, .seconds(101): 7])
  }

  @Test func aMillionArtifactsCostNothingUntilAsked() throws {
    let made = World.generated(repositories: 5000, artifacts: 1_000_000)
    let cloud = try CloudSimulator(world: made)
    defer { cloud.stop() }
    let id = made.projects[0].instances[0].id
    let last = try cloud.ask("/v2/\(projectID)/instances/\(id)/artifacts?marker=999951&limit=100")
    #expect(last.list("artifacts").count == 50)
    #expect(last.object["next_marker"] == nil)
  }

  @Test func aMirrorFailsMoreAndMoreAndRecovers() {
    let course = MirrorCourse.attempts(every: .seconds(60), succeeding: 1, failing: 2)
    func state(_ seconds: Int) -> MirrorState { course.state(at: beginning + .seconds(seconds), since: beginning) }
    let states = [30, 90, 125, 150, 185, 210].map(state)
    #expect(states.map(\.status) == ["finished", "failed", "started", "failed", "started", "finished"])
    #expect(states.map(\.failures) == [0, 1, 1, 2, 2, 0])
    #expect(states.map(\.lastUpdate) == [0, 60, 120, 120, 180, 180].map { .at(beginning + .seconds($0)) })
    #expect(states.map(\.lastSuccess) == [0, 0, 0, 0, 0, 180].map { .at(beginning + .seconds($0)) })
    #expect(states.map { $0.lastError == nil } == [true, false, false, false, false, true])
  }

  @Test func goTimesHaveAllNumbersOfDigits() {
    let slot = SimulatedCacheSlot.renewed(
      SimulatedImageCache(id: "", name: "n", createdAt: .absent, images: []), seed: SeededHash(seed: 1),
      creating: .seconds(1), available: .seconds(8), ending: .seconds(1), away: .zero, phase: .zero)
    let lengths = (0..<400).compactMap { second in
      slot.cache(at: beginning + .seconds(second * 10), since: beginning)?.createdAt.timestamp
    }.map { CloudDate.goString($0).replacing(" +0000 UTC", with: "").dropFirst(19).count }
    #expect(Set(lengths).isSuperset(of: [0, 2, 3, 4, 5, 6, 7, 8, 9, 10]))
  }
}
