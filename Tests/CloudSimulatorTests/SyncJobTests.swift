import HTTPTransport
import HuaweiCloud
import System
import TestSupport
import Testing

@testable import CloudSimulator

@Suite struct SyncJobTests {
  private let target = "/v2/manage/namespaces/o/repos/a$b/sync_job"
  private let page = "?filter=limit::100%7Coffset::0%7Corder::desc"

  private func cloud(_ jobs: [SimulatedSyncJob], refusal: Int? = nil) throws -> CloudSimulator {
    var repository = SimulatedImageRepository(name: "a/b", jobs: SimulatedHistory(jobs))
    repository.jobsRefusal = refusal
    return try CloudSimulator(
      world: world { $0.organisations = [SimulatedOrganisation(id: 1, name: "o", repositories: [repository])] },
      time: ManualTime().source)
  }

  private func job(
    _ id: Int64, _ status: String?, at seconds: Int64?, tag: String = "v1", region: String = "r1"
  ) -> SimulatedSyncJob {
    SimulatedSyncJob(
      id: .number(id), tag: tag, remoteRegionID: region, remoteNamespace: "backup", status: status,
      createdAt: seconds.map { .at(Timestamp(seconds: $0)) } ?? .absent,
      updatedAt: seconds.map { .at(Timestamp(seconds: $0 + 5)) } ?? .null)
  }

  @Test func jobsLookAsDocumented() throws {
    var job = job(12, "success", at: 1_700_000_000, region: "cn-north-1")
    job.createdAt = .at(Timestamp(seconds: 1_700_000_000, nanoseconds: 531_830_000))
    let cloud = try cloud([job])
    defer { cloud.stop() }
    let asked = try cloud.ask(target + page)
    try expect(
      asked,
      equals: """
        [{"id": 12, "createdAt": "2023-11-14T22:13:20.53183Z", "updatedAt": "2023-11-14T22:13:25Z",
        "namespace": "o", "repoName": "a/b", "tag": "v1", "remoteRegionId": "cn-north-1",
        "remoteNamespace": "backup", "override": true, "status": "success",
        "syncOperatorId": "05949a2ca800d5d21f3cc01d2ee6a6ef", "syncOperatorName": "builder",
        "domainID": "d78cbac186b744899480f25bd022f468", "domainName": "simulated"}]
        """)
    #expect(asked.headers.first(named: "Content-Range") == "0-1/1")
  }

  @Test func noJobsAreAnEmptyList() throws {
    let cloud = try cloud([])
    defer { cloud.stop() }
    let asked = try cloud.ask(target + page)
    #expect(asked.status == 200 && asked.text == "[]")
    #expect(asked.headers.first(named: "Content-Range") == "0-0/0")
  }

  @Test(arguments: [
    ("", 400), ("?limit=100&offset=0", 400), ("?filter=limit::100", 400), ("?filter=offset::0", 400),
    ("?filter=limit::0%7Coffset::0", 400), ("?filter=limit::100%7Coffset::-1", 400),
    ("?filter=limit::100%7Coffset::0%7Corder::up", 400), ("?filter=limit::100|offset::0", 200),
    ("?filter=limit%3A%3A100%7Coffset%3A%3A0%7Corder%3A%3Adesc", 200),
  ])
  func theFilterIsChecked(query: String, status: Int) throws {
    let cloud = try cloud([job(1, "success", at: 1)])
    defer { cloud.stop() }
    let asked = try cloud.ask(target + query)
    #expect(asked.status == status)
    #expect((asked.object["error_code"] as? String == "SVCSTG.SWR.4000014") == (status == 400))
  }

  @Test func missingAndForbiddenRepositories() throws {
    let cloud = try cloud([], refusal: 403)
    defer { cloud.stop() }
    #expect(try cloud.ask(target + page).object["error_code"] as? String == "SVCSTG.SWR.4030170")
    #expect(try cloud.ask("/v2/manage/namespaces/o/repos/c/sync_job" + page).status == 404)
    #expect(try cloud.ask("/v2/manage/namespaces/p/repos/a$b/sync_job" + page).status == 404)
    #expect(
      try cloud.ask("/v2/manage/namespaces/o/repos/a/b/sync_job" + page).object["error_code"] as? String == "APIGW.0101"
    )
  }

  @Test func theNewestComeFirstPageByPage() throws {
    // Of two that were created together, the one with the greater number is newer.
    let cloud = try cloud((0..<250).map { job(Int64($0), "success", at: Int64(1000 + $0 / 2)) })
    defer { cloud.stop() }
    func ids(_ offset: Int, _ order: String) throws -> [String] {
      try cloud.ask(target + "?filter=limit::100%7Coffset::\(offset)%7Corder::\(order)").list.compactMap { label($0) }
    }
    #expect(try ids(0, "desc") == (150..<250).reversed().map(String.init))
    #expect(try ids(200, "desc") == (0..<50).reversed().map(String.init))
    #expect(try ids(0, "asc") == (0..<100).map(String.init))
  }

  @Test func truthOfHandWrittenJobs() throws {
    let jobs = [
      job(1, "success", at: 100), job(2, "failed", at: 200), job(3, "existed", at: 300, tag: "v2"),
      job(4, "timeout", at: 400, tag: "v3"), job(5, "success", at: 450, tag: "v3"),
      job(6, "waiting", at: 500, tag: "v4"), job(7, "waiting", at: 600, tag: "v5"),
      job(8, "cancel", at: 700, tag: "v6"), job(9, "Failed", at: 700, tag: "v6"),
      job(10, "failed", at: nil, region: "r2"),
    ]
    let cloud = try cloud(jobs)
    defer { cloud.stop() }
    let truth = cloud.world.syncJobTruth(projectID: projectID, namespace: "o", repository: "a/b", at: ManualTime.start)
    let first = try #require(truth[SyncTarget(region: "r1", namespace: "backup")])
    #expect(first.lastStatus == "unknown" && first.lastCreated == Timestamp(seconds: 700))
    #expect(first.lastSuccess == Timestamp(seconds: 455))
    // v1 alone: v3 was tried again, and of v6 the newest job is in no known state.
    #expect(first.failingTags == 1)
    #expect(first.oldestWaiting == Timestamp(seconds: 500))
    #expect(
      first.jobs == [
        "waiting": 2, "running": 0, "success": 2, "failed": 1, "timeout": 1, "cancel": 1, "existed": 1, "unknown": 1,
      ])
    let second = try #require(truth[SyncTarget(region: "r2", namespace: "backup")])
    #expect(second.lastStatus == "failed" && second.lastCreated == nil && second.lastSuccess == nil)
    #expect(second.failingTags == 1 && second.oldestWaiting == nil)
    #expect(truth.count == 2)
  }

  @Test(arguments: [false, true]) func generatedTruthIsWhatAReaderFinds(isHostile: Bool) throws {
    let made = World.generated(imageRepositories: 80, syncJobs: 20, isHostile: isHostile)
    let cloud = try CloudSimulator(world: made, time: ManualTime().source)
    defer { cloud.stop() }
    var counts: [Int] = []
    var failing = 0
    for organisation in made.projects[0].organisations {
      for repository in organisation.repositories {
        let wire = repository.name.replacing("/", with: "$")
        let asked = try cloud.ask("/v2/manage/namespaces/\(organisation.name)/repos/\(wire)/sync_job" + page)
        let total = asked.headers.first(named: "Content-Range")?.split(separator: "/").last.flatMap { Int($0) }
        counts.append(try #require(total))
        let truth = made.syncJobTruth(
          projectID: projectID, namespace: organisation.name, repository: repository.name, at: cloud.worldTime)
        var targets: Set<SyncTarget> = []
        for job in asked.list {
          let region = try #require(job["remoteRegionId"] as? String)
          targets.insert(SyncTarget(region: region, namespace: try #require(job["remoteNamespace"] as? String)))
        }
        #expect(Set(truth.keys) == targets)
        for (target, expected) in truth {
          // They come newest first, so the first of a tag is its newest.
          let jobs = asked.list.filter {
            $0["remoteRegionId"] as? String == target.region && $0["remoteNamespace"] as? String == target.namespace
          }
          #expect(jobs.first.flatMap { time($0, "createdAt") } == expected.lastCreated)
          #expect(expected.jobs.values.reduce(0, +) == jobs.count)
          #expect(jobs.count { $0["status"] as? String == "failed" } == expected.jobs["failed"])
          let success = jobs.first { ["success", "existed"].contains($0["status"] as? String) }
          #expect(success.flatMap { time($0, "updatedAt") } == expected.lastSuccess)
          var seen: Set<String> = []
          var bad = 0
          var waiting: Timestamp?
          for job in jobs {
            let status = job["status"] as? String
            if seen.insert(try #require(job["tag"] as? String)).inserted,
              status == "failed" || status == "timeout" || status == "cancel"
            {
              bad += 1
            }
            if status == "waiting" { waiting = time(job, "createdAt") ?? waiting }
          }
          #expect(bad == expected.failingTags)
          #expect(waiting == expected.oldestWaiting)
          failing += bad
        }
      }
    }
    #expect(counts.contains(0) && counts.contains { $0 > 100 } && failing > 10)
  }
}
