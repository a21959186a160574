import HuaweiCloud
import System
import Testing

@testable import ExporterCore

/// What is shown, what is stale and what is gone, decided without a clock or a request.
@Suite struct TargetStatesTests {
  private let listed = TargetID(project: "prod", collector: "image_caches")
  private let asked = TargetID(project: "prod", collector: "mirrors")
  private let noticed = Timestamp(seconds: 1_735_700_000)

  private func states(staleAfter: Duration = .seconds(100)) -> TargetStates {
    var states = TargetStates()
    let settings = RefreshSettings(interval: .seconds(30), staleAfter: staleAfter)
    for (id, collector) in [(listed, Collector.imageCaches), (asked, .mirrors)] {
      guard let configured = try? CollectorConfiguration(collector, settings: settings) else { continue }
      states.add(
        TargetSpecification(
          id: id, collector: configured, isShown: true, isOptional: false))
    }
    return states
  }

  private func outcome(_ target: TargetID, at seconds: Int, _ result: Outcome.Result, skipped: Int = 0) -> Outcome {
    Outcome(
      target: target, duration: .seconds(1), end: noticed + .seconds(seconds), endUptime: .seconds(seconds),
      result: result, skipped: skipped)
  }

  private func good(_ value: Double, at seconds: Int) -> Outcome {
    var sheet = Self.empty(.imageCaches)
    sheet.add(value, row: .none, to: 0)
    return outcome(listed, at: seconds, .listing(.success(Collected(sheet: sheet, objects: Int(value)))))
  }

  private func bad(_ reason: FailureReason, at seconds: Int) -> Outcome {
    outcome(listed, at: seconds, .listing(.failure(CloudError(reason, message: "words"))))
  }

  @Test func aFailureNeitherTouchesDataNorMovesTheLastSuccess() {
    var states = states()
    #expect(states.status(of: listed)?.lastSucceeded == nil)
    #expect(states.record(good(3, at: 10)).families?.seriesCount == 1)
    let change = states.record(bad(.timeout, at: 40))
    #expect(change.families == nil)
    let status = states.status(of: listed)
    #expect(status?.lastSucceeded == false)
    #expect(status?.lastSuccess == noticed + .seconds(10))
    #expect(status?.failures == [.timeout: 1])
    #expect(status?.refreshes == 2)
    #expect(status?.series == 1)
    #expect(status?.isStale == false)
  }

  @Test func dataIsGoneOnceItIsTooOld() {
    var states = states()
    _ = states.record(good(3, at: 10))
    #expect(states.nextExpiry == .seconds(110))
    #expect(states.expire(at: .seconds(109)).isEmpty)
    let gone = states.expire(at: .seconds(110))
    #expect(gone.map(\.target) == [listed])
    #expect(gone.first?.families.isEmpty == true)
    #expect(states.status(of: listed)?.isStale == true)
    #expect(states.status(of: listed)?.series == 0)
    #expect(states.status(of: listed)?.lastSuccess == noticed + .seconds(10))
    #expect(states.expire(at: .seconds(500)).isEmpty, "gone twice")
    #expect(states.nextExpiry == nil)
    _ = states.record(bad(.timeout, at: 600))
    #expect(states.status(of: listed)?.isStale == true)
    _ = states.record(good(1, at: 700))
    #expect(states.status(of: listed)?.isStale == false)
  }

  @Test func anEmptyAnswerIsDataAndAFailureBeforeAnyIsNot() {
    var states = states()
    #expect(states.record(bad(.connection, at: 5)).families == nil)
    #expect(states.status(of: listed)?.lastSuccess == nil)
    #expect(states.status(of: listed)?.isStale == false)
    #expect(states.expire(at: .seconds(10_000)).isEmpty)
    _ = states.record(good(3, at: 10))
    let empty = states.record(
      outcome(listed, at: 40, .listing(.success(Collected(sheet: Self.empty(.imageCaches), objects: 0)))))
    #expect(empty.families?.isEmpty == true)
    #expect(states.status(of: listed)?.lastSucceeded == true)
  }

  @Test func onlyChangesAreWorthALine() {
    var states = states()
    #expect(states.record(good(1, at: 0)).transitions.isEmpty)
    #expect(states.record(bad(.timeout, at: 10)).transitions == [.failed(CloudError(.timeout, message: "words"))])
    #expect(states.record(bad(.timeout, at: 20)).transitions.isEmpty)
    #expect(states.record(bad(.forbidden, at: 30)).transitions == [.failed(CloudError(.forbidden, message: "words"))])
    #expect(states.record(bad(.forbidden, at: 40)).transitions.isEmpty)
    #expect(states.record(good(1, at: 70)).transitions == [.recovered(after: .seconds(60))])
    #expect(states.record(good(1, at: 80)).transitions.isEmpty)
  }

  @Test func objectsLeftOutAreSaidOnceUntilThereAreMore() {
    var states = states()
    let said = [1, 1, 0, 2, 3, 2].enumerated().map { index, count in
      var sheet = Self.empty(.imageCaches)
      for _ in 0..<count { sheet.noteHidden() }
      let listing = Collected(sheet: sheet, objects: 5)
      return states.record(outcome(listed, at: index, .listing(.success(listing)))).transitions
    }
    #expect(said == [[.hidden(1)], [], [], [.hidden(2)], [.hidden(3)], []])
    #expect(states.status(of: listed)?.failedObjects == 2)
    #expect(states.status(of: listed)?.lastSucceeded == true)
  }

  @Test func skippedRefreshesAddUp() {
    var states = states()
    for end in [10, 20] {
      _ = states.record(
        outcome(listed, at: end, .listing(.success(Collected(sheet: Self.empty(.imageCaches), objects: 0))), skipped: 2)
      )
    }
    #expect(states.status(of: listed)?.skipped == 4)
  }

  // MARK: Object by object

  private func finding(_ key: String, _ value: Double?, at seconds: Int) -> ObjectFinding {
    guard let value else {
      return ObjectFinding(
        key: key, answer: .failure(CloudError(.serverError, message: "words")), at: .seconds(seconds))
    }
    var sheet = Self.empty(.mirrors)
    sheet.add(value, row: sheet.row([("repository_id", key)]), to: 1)
    return ObjectFinding(key: key, answer: .success(.found(sheet, nil)), at: .seconds(seconds))
  }

  private static func empty(_ collector: Collector) -> Sheet {
    Sheet(common: LabelSet(["project": "prod"]), columns: collector.metrics.count)
  }

  private func lines(_ families: [Family]?) -> [String] {
    let text = String(decoding: Snapshot.empty.text(followedBy: families ?? []), as: UTF8.self)
    return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
  }

  private func sweep(_ keys: [String], failing: [String] = []) -> Outcome.Result {
    var result = SweepResult(watched: Set(keys), asked: keys.count)
    for key in failing { result.fail(CloudError(.serverError, message: "words"), object: key) }
    return .objects(result)
  }

  @Test func anObjectThatFailsKeepsItsOwnData() {
    var states = states()
    states.record([finding("1", 1, at: 1), finding("2", 2, at: 2)], of: asked)
    let first = states.record(outcome(asked, at: 3, sweep(["1", "2"])))
    #expect(
      lines(first.families) == [
        #"huaweicloud_codearts_mirrors{project="prod"} 2"#,
        #"huaweicloud_codearts_mirror_failures{project="prod",repository_id="1"} 1"#,
        #"huaweicloud_codearts_mirror_failures{project="prod",repository_id="2"} 2"#,
      ])
    states.record([finding("1", nil, at: 31), finding("2", 7, at: 32)], of: asked)
    let second = states.record(outcome(asked, at: 33, sweep(["1", "2"], failing: ["1"])))
    #expect(lines(second.families).suffix(2).map { $0.suffix(4) } == [#""} 1"#, #""} 7"#])
    #expect(states.status(of: asked)?.lastSucceeded == false)
    #expect(states.status(of: asked)?.failedObjects == 1)
    #expect(states.status(of: asked)?.objects == 2)
    #expect(states.status(of: asked)?.watchedObjects == 2)
    #expect(
      states.status(of: asked)?.objectFailures == [ObjectFailure(object: "1", reason: .serverError, message: "words")])
    #expect(states.status(of: asked)?.lastError?.reason == .serverError)
    #expect(states.status(of: asked)?.lastSuccess == noticed + .seconds(3))
  }

  /// Before the end of the first refresh their number is not known.
  @Test func theNumberOfObjectsDoesNotClimb() {
    var states = states()
    let count = #"huaweicloud_codearts_mirrors{project="prod"} 2"#
    states.record([finding("1", 1, at: 1)], of: asked)
    #expect(
      lines(states.objectFamilies(of: asked)) == [
        #"huaweicloud_codearts_mirror_failures{project="prod",repository_id="1"} 1"#
      ])
    states.record([finding("2", 2, at: 2)], of: asked)
    #expect(lines(states.record(outcome(asked, at: 3, sweep(["1", "2"]))).families).first == count)
    states.record([finding("1", 3, at: 31)], of: asked)
    #expect(lines(states.objectFamilies(of: asked)).first == count)
  }

  @Test func dataThatWasRenewedIsKept() {
    var states = states()
    _ = states.record(good(3, at: 10))
    _ = states.record(good(4, at: 50))
    #expect(states.expire(at: .seconds(110)).isEmpty)
    #expect(states.nextExpiry == .seconds(150))
    #expect(states.expire(at: .seconds(150)).map(\.target) == [listed])
  }

  @Test func eachObjectAgesAlone() {
    var states = states()
    states.record([finding("1", 1, at: 1), finding("2", 2, at: 50)], of: asked)
    _ = states.record(outcome(asked, at: 51, sweep(["1", "2"])))
    #expect(states.nextExpiry == .seconds(101))
    let gone = states.expire(at: .seconds(101))
    #expect(
      lines(gone.first?.families) == [
        #"huaweicloud_codearts_mirrors{project="prod"} 1"#,
        #"huaweicloud_codearts_mirror_failures{project="prod",repository_id="2"} 2"#,
      ])
    #expect(states.status(of: asked)?.isStale == true)
    #expect(states.nextExpiry == .seconds(150))
    // The one that is stale is taken off the watch: nothing is missing any more.
    _ = states.record(outcome(asked, at: 120, sweep(["2"])))
    #expect(states.status(of: asked)?.isStale == false)
    #expect(states.expire(at: .seconds(150)).count == 1)
    #expect(states.status(of: asked)?.isStale == true)
    #expect(states.status(of: asked)?.series == 0)
  }

  @Test func whatAnObjectSaysReplacesWhatItSaid() {
    var states = states()
    states.record([finding("1", 1, at: 1), finding("2", 2, at: 1)], of: asked)
    states.record([ObjectFinding(key: "1", answer: .success(.nothing(isSure: true)), at: .seconds(2))], of: asked)
    states.record([ObjectFinding(key: "2", answer: .success(.gone), at: .seconds(2))], of: asked)
    let change = states.record(outcome(asked, at: 3, sweep(["1", "2"])))
    #expect(lines(change.families) == [#"huaweicloud_codearts_mirrors{project="prod"} 0"#])
    #expect(states.expire(at: .seconds(1000)).isEmpty, "there is nothing that could be too old")
    #expect(states.status(of: asked)?.isStale == false)
  }

  @Test func theMostFrequentReasonStandsForTheRefresh() {
    var result = SweepResult(watched: [], asked: 9)
    result.fail(CloudError(.timeout, message: "slow"), object: "1")
    result.fail(CloudError(.forbidden, message: "no"), object: "2")
    result.fail(CloudError(.forbidden, message: "never"), object: "3")
    #expect(result.error == CloudError(.forbidden, message: "3 of 9 objects failed; 2: no"))
    #expect(SweepResult(watched: [], asked: 9).error == nil)
    #expect(result.objectFailures.map(\.object) == ["1", "2", "3"])
  }

  /// All count, and so many are named that a person reads them.
  @Test func onlyTheFirstFailuresAreKept() {
    var result = SweepResult(watched: [], asked: 50)
    result.fail(CloudError(.forbidden, message: "no"), object: "a")
    result.fail(CloudError(.timeout, message: "late"), objects: (1...30).map(String.init))
    result.fail(CloudError(.timeout, message: "late"), objects: [])
    #expect(result.failures == [.forbidden: 1, .timeout: 30])
    #expect(result.objectFailures.map(\.object) == ["a"] + (1...19).map(String.init))
    #expect(result.error?.message == "31 of 50 objects failed; 1: late")
  }
}
