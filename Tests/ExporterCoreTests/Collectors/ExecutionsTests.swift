import System
import Testing

@testable import ExporterCore
@testable import HuaweiCloud

/// What is made of JSON by itself.
enum JSONFixture {
  static func read<Value>(_ text: String, _ make: (JSON) throws(JSONFault) -> Value) throws(JSONError) -> Value {
    try JSONReader.read(Array(text.utf8)) { reader throws(JSONFault) in try make(try reader.value()) }
  }
}

/// Which execution or job is the newest, and what follows from their order.
@Suite struct ExecutionsTests {
  private func replications(_ text: String) throws -> Replications {
    let page = try DecodingTests.page(Replication.self, in: nil, .one, text)
    return Replications(executions: page.objects.sorted { $0.recency > $1.recency })
  }

  @Test(
    arguments: [
      // By creation, whatever the id; in any of the patterns.
      (#"[{"id":9,"created_at":"2026-01-01T00:00:00Z"},{"id":1,"created_at":"2026-01-02T00:00:00Z"}]"#, "1"),
      (#"[{"id":1,"created_at":"2026-01-01 08:00:00"},{"id":2,"created_at":"2026-01-01T00:00:01Z"}]"#, "2"),
      (#"[{"id":1,"created_at":"2026-01-01T08:00:02+08:00"},{"id":2,"created_at":"2026-01-01T00:00:01Z"}]"#, "1"),
      // Then by id, as a number where both are, written as text or number.
      (#"[{"id":9,"created_at":"2026-01-01T00:00:00Z"},{"id":10,"created_at":"2026-01-01T00:00:00Z"}]"#, "10"),
      (#"[{"id":"9","created_at":"2026-01-01T00:00:00Z"},{"id":10,"created_at":"2026-01-01T00:00:00Z"}]"#, "10"),
      (#"[{"id":"9a","created_at":"2026-01-01T00:00:00Z"},{"id":"10","created_at":"2026-01-01T00:00:00Z"}]"#, "9a"),
      (#"[{"id":9},{"id":10}]"#, "10"),
      // One without a time is the oldest.
      (#"[{"id":99},{"id":1,"created_at":"2026-01-01T00:00:00Z"}]"#, "1"),
      (#"[{"id":99,"created_at":null},{"id":1,"created_at":"2026-01-01T00:00:00Z"}]"#, "1"),
      (#"[{"id":99,"created_at":"0001-01-01T00:00:00Z"},{"id":1,"created_at":"2026-01-01T00:00:00Z"}]"#, "1"),
    ] as [(String, String)])
  func theNewestIsByTimeThenById(_ text: String, _ newest: String) throws {
    #expect(try replications(text).executions.first?.id == newest)
    let jobs = try DecodingTests.page(SyncJob.self, in: nil, .one, text.replacing("created_at", with: "createdAt"))
    #expect(RepositoryJobs(repository: "r", jobs: jobs.objects).targets.first?.newest?.id == newest)
    let cleanUps = try DecodingTests.page(CleanUp.self, in: nil, .one, text.replacing("created_at", with: "start_time"))
    #expect(cleanUps.objects.sorted { $0.recency > $1.recency }.first?.id == newest)
  }

  @Test(
    arguments: [
      ([], nil), (["Succeed"], 0), (["Failed"], 1), (["Failed", "Failed", "Succeed", "Failed"], 2),
      (["Failed", "Stopped", "Failed", "InProgress", "Failed", "Succeed", "Failed"], 3),
      (["InProgress", "Succeed", "Failed"], 0), (["Stopped", "InProgress"], 0), (["", "Failed"], 1),
      // Another letter case is another status.
      (["Failed", "succeed", "Failed", "Succeed"], 2), (["failed", "Succeed"], 0),
    ] as [([String], Int?)])
  func failuresAreCountedSinceTheLastSuccess(_ newestFirst: [String], _ expected: Int?) throws {
    let executions = newestFirst.enumerated().map { #"{"id":\#(1000 - $0),"status":"\#($1)"}"# }
    let replications = try replications("[\(executions.joined(separator: ","))]")
    #expect(replications.executions.map { $0.status ?? "" } == newestFirst)
    #expect(replications.consecutiveFailures == expected)
    let counts = Dictionary(uniqueKeysWithValues: replications.byStatus.map { ($0.0, $0.1) })
    #expect(counts.values.reduce(0, +) == newestFirst.count)
    #expect(counts.isEmpty == newestFirst.isEmpty)
    let unknown = newestFirst.count { !["InProgress", "Succeed", "Failed", "Stopped"].contains($0) }
    #expect(counts["unknown"] ?? 0 == unknown)
  }

  @Test func theLastSuccessIsThatOfTheNewestAndAbsentWithoutATime() throws {
    let two = #"[{"id":1,"status":"Succeed","updated_at":"2026-01-01T00:00:00Z"},{"id":2,"status":"Succeed"}]"#
    #expect(try replications(two).lastSuccess == nil)
    let one = #"[{"id":1,"status":"Succeed","updated_at":"2026-01-01T00:00:00Z"},{"id":2,"status":"Failed"}]"#
    #expect(try replications(one).lastSuccess == Timestamp(seconds: 1_767_225_600))
  }

  /// Fields that are not said are no zeros.
  @Test func tasksThatAreNotSaidAreAbsent() throws {
    let replication = try #require(
      try replications(#"[{"id":1,"failed":2,"succeed":null,"stopped":-1,"in_progress":"3"}]"#).executions.first)
    let tasks = replication.tasks.compactMap { name, value in value.map { "\(name)=\($0)" } }
    #expect(tasks == ["failed=2", "in_progress=3"])
    #expect(replication.status == nil && replication.moment == nil && replication.updatedAt == nil)
  }

  private func jobs(_ text: String) throws -> RepositoryJobs.Target {
    let page = try DecodingTests.page(SyncJob.self, in: nil, .one, text)
    return try #require(RepositoryJobs(repository: "r", jobs: page.objects).targets.first)
  }

  @Test(
    arguments: [
      // The newest job of each tag counts.
      ([(3, "a", "success"), (2, "a", "failed"), (1, "b", "failed")], 1),
      ([(3, "a", "failed"), (2, "b", "timeout"), (1, "c", "cancel")], 3),
      ([(3, "a", "failed"), (2, "a", "timeout"), (1, "a", "cancel")], 1),
      ([(3, "a", "waiting"), (2, "a", "failed"), (1, "b", "existed")], 0),
      ([(2, "a", "Failed"), (1, "b", "")], 0),
    ] as [([(Int, String, String)], Int)])
  func tagsFailWhoseNewestJobDid(_ newestFirst: [(Int, String, String)], _ failing: Int) throws {
    let text = newestFirst.map { #"{"id":\#($0.0),"tag":"\#($0.1)","status":"\#($0.2)"}"# }.joined(separator: ",")
    #expect(try jobs("[\(text)]").failingTags == failing)
  }

  @Test func whatIsThereAlreadyHasArrived() throws {
    let jobs = try jobs(
      """
      [{"id":3,"status":"waiting","createdAt":"2026-01-03T00:00:00Z"},
       {"id":2,"status":"existed","createdAt":"2026-01-02T00:00:00Z","updatedAt":"2026-01-02T00:00:00Z"},
       {"id":1,"status":"success","createdAt":"2026-01-01T00:00:00Z","updatedAt":"2026-01-04T00:00:00Z"},
       {"id":0,"status":"waiting","createdAt":"2025-12-31T00:00:00Z"}, {"id":4,"status":"waiting"}]
      """)
    #expect(jobs.lastSuccess == Timestamp(seconds: 1_767_312_000))
    #expect(jobs.oldestWaiting == Timestamp(seconds: 1_767_139_200))
    #expect(jobs.newest?.id == "3")
  }

  /// A tag on its way to two places is two tags.
  @Test func targetsAreApart() throws {
    let page = try DecodingTests.page(
      SyncJob.self, in: nil, .one,
      """
      [{"id":1,"tag":"a","status":"failed","remoteRegionId":"x","remoteNamespace":"n"},
       {"id":2,"tag":"a","status":"success","remoteRegionId":"y","remoteNamespace":"n"},
       {"id":3,"tag":"a","status":"failed","remoteRegionId":"x","remoteNamespace":"m"}, {"id":4,"tag":"a"}]
      """)
    let targets = RepositoryJobs(repository: "r", jobs: page.objects).targets
    #expect(targets.map { [$0.region, $0.namespace] } == [["", ""], ["x", "m"], ["x", "n"], ["y", "n"]])
    #expect(targets.map(\.failingTags) == [0, 1, 1, 0])
    #expect(targets.map { $0.byStatus.reduce(0) { $0 + $1.1 } } == [1, 1, 1, 1])
  }
}
