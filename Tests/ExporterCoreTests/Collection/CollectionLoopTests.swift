import CloudSimulator
import HuaweiCloud
import TestSupport
import Testing

@testable import ExporterCore

/// The loop over the time of a clock that is moved by hand, and what it says when something changes.
@Suite struct CollectionLoopTests {
  private let listing = "{image_caches: {}}"

  @Test func dataIsServedUntilItIsTooOldAndThenGone() async throws {
    let cloud = try CloudSimulator(world: SmallCloud.world())
    defer { cloud.stop() }
    let time = ManualTime()
    let yaml = SmallCloud.yaml(
      cloud, defaults: "interval: 60s, stale_after: 200s, refresh_timeout: 10s", collectors: listing)
    try await withLoop(yaml, time: time.source) { running in
      try await time.advance(by: .milliseconds(1), until: { running.isAllGood })
      let good = running.own("last_success_timestamp_seconds", "image_caches")
      let before = running.page.data
      #expect(before.count > 10)
      cloud.changeFaults { $0.add(.status(403)) }
      for _ in 0..<3 {
        let refreshes = running.refreshes("image_caches")
        try await time.advance(by: .seconds(61), until: { running.refreshes("image_caches") > refreshes })
        #expect(running.page.data == before)
        #expect(running.own("refresh_success", "image_caches") == 0)
        #expect(running.own("data_stale", "image_caches") == 0)
        #expect(running.own("last_success_timestamp_seconds", "image_caches") == good)
      }
      try await time.advance(by: .seconds(17), until: { running.page.data.isEmpty })
      #expect(running.own("data_stale", "image_caches") == 1)
      #expect(running.own("series", "image_caches") == 0)
      #expect(running.own("last_success_timestamp_seconds", "image_caches") == good)
      #expect(running.logged.lines("target failed", of: "image_caches").count == 1)
      #expect(running.logged.lines("last good data is too old and no longer shown", of: "image_caches").count == 1)
      cloud.changeFaults { $0.clear() }
      try await time.advance(by: .seconds(61), until: { running.isAllGood })
      #expect(running.page.data == before)
      #expect(running.own("data_stale", "image_caches") == 0)
      let recovered = running.logged.lines("target recovered", of: "image_caches")
      #expect(recovered.count == 1)
      let after = recovered.first?.metadata["after"].flatMap { Int($0.dropLast()) } ?? 0
      #expect((150...260).contains(after), "\(after)")
    }
  }

  @Test func anEmptyAnswerIsData() async throws {
    let cloud = try CloudSimulator(world: SmallCloud.world())
    defer { cloud.stop() }
    let yaml = SmallCloud.yaml(cloud, defaults: "interval: 100ms", collectors: listing)
    try await withLoop(yaml) { running in
      try await running.until("the first data") { $0.isAllGood }
      cloud.changeWorld { $0.projects[0].imageCaches = [] }
      try await running.until("the caches to be gone") { $0.page.data.count == 1 }
      #expect(running.page.data == [#"huaweicloud_cce_image_caches{project="prod"} 0"#])
      #expect(running.isAllGood)
    }
  }

  @Test func whatIsDueWhileARefreshRunsIsSkippedAndCounted() async throws {
    var faults = Faults()
    faults.add(.delay(.seconds(1)), .next(1))
    // The cloud has a time of its own, so that its answer comes when the test says so.
    let (time, timeOfCloud) = (ManualTime(), ManualTime())
    let cloud = try CloudSimulator(world: SmallCloud.world(), faults: faults, time: timeOfCloud.source)
    defer { cloud.stop() }
    let yaml = SmallCloud.yaml(
      cloud, defaults: "interval: 10m, refresh_timeout: 2h, request_timeout: 5m", collectors: listing)
    try await withLoop(yaml, time: time.source) { running in
      try await timeOfCloud.untilAsleep(1)
      // The second is due between the fifth minute and the tenth, and the others ten minutes after one another.
      time.advance(by: .seconds(54 * 60))
      timeOfCloud.advance(by: .seconds(1))
      try await time.advance(by: .milliseconds(100)) { running.refreshes("image_caches") == 1 }
      #expect(running.own("refreshes_skipped_total", "image_caches") == 5)
      // What was due meanwhile was not queued.
      #expect(cloud.requestCount == 1)
    }
  }

  @Test func tooManySeriesFailAndTheLastGoodDataStays() async throws {
    var world = SmallCloud.world(registries: 2, artifacts: 10)
    world.projects[0].imageCaches = []
    let cloud = try CloudSimulator(world: world)
    defer { cloud.stop() }
    let yaml = SmallCloud.yaml(cloud, defaults: "interval: 100ms, stale_after: 10m, max_series: 100")
    try await withLoop(yaml) { running in
      try await running.until("the first data") { $0.isAllGood }
      let before = running.page.data
      cloud.changeWorld { world in
        world.projects[0].instances[0].registries = (1...100).map { SmallCloud.registry($0) }
        world.projects[0].imageCaches = (0..<100).map { .fixed(SmallCloud.cache($0)) }
        world.projects[0].instances[0].artifacts = ArtifactListing(
          (0..<300).map { index in
            var artifact = SmallCloud.artifact(index)
            artifact.repositoryID = Int64(index)
            return artifact
          })
      }
      for collector in ["registries", "image_caches", "artifacts"] {
        try await running.until("the limit of \(collector)") { $0.status(collector)?.lastSucceeded == false }
        #expect(running.status(collector)?.lastError?.reason == .tooMany)
        #expect(running.status(collector)?.lastError?.message.contains("max_series") == true)
      }
      #expect(running.page.data == before)
      #expect(running.own("series_limit", "image_caches") == 100)
    }
  }

  @Test func objectsThatLookTheSameAreShownOnce() async throws {
    let cloud = try CloudSimulator(world: SmallCloud.world(registries: 2, artifacts: 1))
    defer { cloud.stop() }
    let long = String(repeating: "x", count: 1024)
    cloud.changeWorld { world in
      world.projects[0].instances[0].registries.append(SmallCloud.registry(1))
      world.projects[0].imageCaches = ["", "b"].map { end in
        var cache = SmallCloud.cache(0)
        cache.id = long + end
        cache.images = [long + "1", long + "2"]
        return .fixed(cache)
      }
      world.projects[0].instances[0].artifacts = ArtifactListing(
        ["a", "b"].enumerated().map { index, end in
          var artifact = SmallCloud.artifact(index)
          artifact.repositoryID = nil
          artifact.repositoryName = long + end
          return artifact
        })
    }
    try await withLoop(SmallCloud.yaml(cloud, defaults: "interval: 100ms")) { running in
      try await running.until("some refreshes") { $0.refreshes("registries") >= 3 && $0.refreshes("image_caches") >= 3 }
      let series = running.page.lines.filter { !$0.hasPrefix("#") }.map {
        $0[..<($0.lastIndex(of: " ") ?? $0.endIndex)]
      }
      #expect(Set(series).count == series.count, "a series stands twice")
      #expect(running.page.value(#"huaweicloud_swr_registries{project="prod",instance_id="instance-a"}"#) == 2)
      // One registry that is listed twice is one; a cache whose id a label would cut is left out.
      for (collector, leftOut) in [("registries", 0), ("image_caches", 1)] {
        #expect(running.status(collector)?.failedObjects == leftOut)
        let words = "objects have no identity, or a text that is none: they are left out"
        #expect(running.logged.lines(words, of: collector).count == leftOut)
      }
    }
  }

  @Test func theEndWaitsForNobody() async throws {
    var faults = Faults()
    faults.add(.neverAnswers, .probability(0.7))
    faults.add(.throttled(retryAfter: .seconds(60)), .probability(0.3))
    let cloud = try CloudSimulator(world: SmallCloud.world(), faults: faults)
    defer { cloud.stop() }
    for milliseconds in [0, 1, 5, 20, 100] {
      let start = try await withLoop(SmallCloud.yaml(cloud, defaults: "interval: 10ms")) { _ in
        try await Task.sleep(for: .milliseconds(milliseconds))
        return ContinuousClock.now
      }
      #expect(ContinuousClock.now - start < .seconds(10))
    }
  }

  // MARK: Reload

  @Test func reloadKeepsWhatIsUnchangedAndDropsWhatIsNot() async throws {
    let cloud = try CloudSimulator(world: SmallCloud.world(registries: 3, artifacts: 3))
    defer { cloud.stop() }
    // Nothing is refreshed again by itself.
    let first = SmallCloud.yaml(cloud, defaults: "interval: 1h")
    try await withLoop(first) { running in
      try await running.until("the first data") { $0.isAllGood }
      let before = running.page
      let asked = cloud.requestCount
      #expect(await running.reload(.success(try configuration(first))) == .reloaded)
      #expect(running.page.data == before.data)
      let without = SmallCloud.yaml(
        cloud, defaults: "interval: 1h", collectors: "{registries: {instances: [\(SmallCloud.instance)]}}")
      #expect(await running.reload(.success(try configuration(without))) == .reloaded)
      try await running.until("the others to be gone") { $0.statuses.count == 2 }
      #expect(
        running.page.data
          == before.data.filter {
            $0.hasPrefix("huaweicloud_swr_regist") || $0.hasPrefix("huaweicloud_swr_instance_")
          })
      #expect(running.refreshes("registries") == 1)
      #expect(cloud.requestCount == asked, "nothing was due")
      let again = SmallCloud.yaml(
        cloud, defaults: "interval: 30m", collectors: "{registries: {instances: [\(SmallCloud.instance)]}}")
      #expect(await running.reload(.success(try configuration(again))) == .reloaded)
      try await running.until("the changed target to be refreshed") { $0.refreshes("registries") == 2 }
      #expect(running.own("refresh_interval_seconds", "registries", SmallCloud.instance) == 1800)
    }
  }

  @Test func aBadConfigurationChangesNothingAndIsVisible() async throws {
    let cloud = try CloudSimulator(world: SmallCloud.world(registries: 3, artifacts: 3))
    defer { cloud.stop() }
    try await withLoop(SmallCloud.yaml(cloud, defaults: "interval: 100ms")) { running in
      try await running.until("the first data") { $0.isAllGood }
      let before = running.page
      let successful = "huaweicloud_exporter_config_last_reload_successful"
      #expect(before.value(successful) == 1)
      let error = ConfigurationError(source: "x.yaml", message: "is wrong")
      #expect(await running.reload(.failure(error)) == .failed("x.yaml: is wrong"))
      try await running.until("the failure to be shown") { $0.page.value(successful) == 0 }
      let time = "huaweicloud_exporter_config_last_reload_success_timestamp_seconds"
      #expect(running.page.value(time) == before.value(time))
      #expect(running.page.data == before.data)
      try await running.untilRefreshed()
      let good = SmallCloud.yaml(cloud, defaults: "interval: 100ms")
      #expect(await running.reload(.success(try configuration(good))) == .reloaded)
      try await running.until("the success to be shown") { $0.page.value(successful) == 1 }
      #expect((running.page.value(time) ?? 0) > (before.value(time) ?? 0))
    }
  }

  // MARK: Log

  @Test func aChangeOfTheReasonIsSaidAndTheSameIsNot() async throws {
    let cloud = try CloudSimulator(world: SmallCloud.world(registries: 3, artifacts: 3))
    defer { cloud.stop() }
    try await withLoop(SmallCloud.yaml(cloud, defaults: "interval: 100ms", collectors: listing)) { running in
      try await running.until("the first data") { $0.isAllGood }
      for (fault, reason) in [
        (Fault.status(403, code: "CCE.1"), FailureReason.forbidden), (.status(400), .clientError),
      ] {
        cloud.changeFaults {
          $0.clear()
          $0.add(fault)
        }
        try await running.until("some failures") { $0.status("image_caches")?.failures[reason] ?? 0 >= 3 }
      }
      cloud.changeFaults { $0.clear() }
      try await running.until("recovery") { $0.isAllGood }
      try await running.untilRefreshed(2)
      let failed = running.logged.lines("target failed", of: "image_caches")
      #expect(failed.map { $0.metadata["reason"] } == ["forbidden", "client_error"])
      #expect(failed[0].metadata["code"] == "CCE.1")
      #expect(failed[0].metadata["status"] == "403")
      #expect(failed[0].metadata["error"]?.contains("cce:") == true)
      #expect(failed[0].metadata["request_id"] != nil)
      #expect(failed[0].metadata["project"] == "prod")
      #expect(running.logged.lines("target recovered", of: "image_caches").count == 1)
    }
  }
}
