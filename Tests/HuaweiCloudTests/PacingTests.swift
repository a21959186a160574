import HTTPTransport
import System
import TestSupport
import Testing

@testable import HuaweiCloud

@Suite struct PacingTests {
  @Test func requestsKeepTheirDistance() {
    var pace = Pace(requestsPerSecond: 5)
    #expect(pace.earliestStart() == .zero)
    pace.start(at: .seconds(10))
    #expect(pace.earliestStart() == .milliseconds(10_200))
    // Time in which nothing was sent is not saved up.
    pace.start(at: .seconds(100))
    #expect(pace.earliestStart() == .milliseconds(100_200))
  }

  @Test func anotherPaceHoldsFromTheLastRequestOn() {
    var pace = Pace(requestsPerSecond: 0.01)
    pace.start(at: .seconds(10))
    #expect(pace.earliestStart() == .seconds(110))
    pace.change(requestsPerSecond: 2, at: .seconds(11))
    #expect(pace.earliestStart() == .milliseconds(10_500))
    pace.change(requestsPerSecond: 0.1, at: .seconds(12))
    #expect(pace.earliestStart() == .seconds(20))
  }

  @Test func anotherPaceKeepsWhatTheCloudAskedFor() {
    var pace = Pace(requestsPerSecond: 5)
    pace.start(at: .zero)
    pace.hold(for: .seconds(20), limit: ThrottleLimit(requests: 10, window: .seconds(60)), at: .zero)
    pace.change(requestsPerSecond: 100, at: .seconds(1))
    #expect(pace.earliestStart() == .seconds(20))
    pace.start(at: .seconds(20))
    #expect(pace.earliestStart() == .milliseconds(27_500))
  }

  @Test func pauseOnlyGrows() {
    var pace = Pace(requestsPerSecond: 5)
    pace.hold(for: .seconds(20), limit: nil, at: .zero)
    pace.hold(for: .seconds(2), limit: nil, at: .seconds(1))
    #expect(pace.earliestStart() == .seconds(20))
    #expect(pace.wasThrottled(since: .seconds(19)))
    #expect(!pace.wasThrottled(since: .seconds(20)))
  }

  @Test func pauseIsAnHourAtMost() {
    var pace = Pace(requestsPerSecond: 5)
    pace.hold(for: .seconds(1_000_000), limit: nil, at: .zero)
    #expect(pace.earliestStart() == .seconds(60 * 60))
  }

  @Test func statedLimitHoldsForAWholeWindow() {
    var pace = Pace(requestsPerSecond: 5)
    let limit = ThrottleLimit(requests: 10, window: .seconds(60))
    pace.hold(for: .seconds(5), limit: limit, at: .zero)
    var now = pace.earliestStart()
    #expect(now == .seconds(5))
    var sent = 0
    while now < .seconds(60) {
      pace.start(at: now)
      sent += 1
      now = pace.earliestStart()
    }
    #expect(now == .seconds(60))
    #expect(sent <= 10)
    #expect(sent >= 7)
    pace.start(at: now)
    #expect(pace.earliestStart() == .milliseconds(60_200))
  }

  /// `limit:1,time:1 day` would be a request in 30 hours, long after the cloud has recovered.
  @Test(arguments: ["limit:1,time:1 day", "limit:1,time:86400 day", "limit:1,time:86400 hours", "limit:3,time:1 hour"])
  func statedLimitIsAnHourAtMostAndLeavesARequestAMinute(_ words: String) throws {
    var pace = Pace(requestsPerSecond: 5)
    let limit = try #require(ThrottleLimit(in: words))
    pace.hold(for: .seconds(1), limit: limit, at: .zero)
    var now = pace.earliestStart()
    #expect(now == .seconds(1))
    while now < .seconds(60 * 60) {
      pace.start(at: now)
      #expect(pace.earliestStart() - now <= .seconds(60))
      now = pace.earliestStart()
    }
    #expect(now == .seconds(60 * 60))
    pace.start(at: now)
    #expect(pace.earliestStart() - now == .milliseconds(200))
  }

  @Test func anotherThrottleProlongsTheStatedLimit() {
    var pace = Pace(requestsPerSecond: 5)
    pace.hold(for: .seconds(1), limit: ThrottleLimit(requests: 10, window: .seconds(60)), at: .zero)
    pace.hold(for: .seconds(2), limit: nil, at: .seconds(40))
    pace.start(at: .seconds(90))
    #expect(pace.earliestStart() == .milliseconds(97_500))
    pace.start(at: .seconds(100))
    #expect(pace.earliestStart() == .milliseconds(100_200))
  }

  @Test func aLimitThatIsOverComesNotBackWithTheNextThrottle() {
    var pace = Pace(requestsPerSecond: 5)
    pace.hold(for: .seconds(1), limit: ThrottleLimit(requests: 10, window: .seconds(60)), at: .zero)
    pace.hold(for: .seconds(1), limit: nil, at: .seconds(61))
    pace.start(at: .seconds(62))
    #expect(pace.earliestStart() == .milliseconds(62_200))
  }

  @Test func statedLimitAboveOurPaceChangesNothing() {
    var pace = Pace(requestsPerSecond: 1)
    pace.hold(for: .seconds(1), limit: ThrottleLimit(requests: 2_000, window: .seconds(60)), at: .zero)
    pace.start(at: .seconds(1))
    #expect(pace.earliestStart() == .seconds(2))
  }

  @Test func gateSpacesRequestsOfAService() async throws {
    let time = ManualTime()
    let pacer = Pacer(requestsPerSecond: 2, maximumConcurrentRequests: 8, time: time.source)
    let starts = Locked<[Duration]>([])
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          let permit = try await pacer.acquire(.swr, until: Deadline(time: time.source))
          starts.withLock { $0.append(time.uptime) }
          pacer.release(permit)
        }
      }
      for _ in 0..<3 {
        try await time.untilAsleep(1)
        time.advance(by: .milliseconds(500))
      }
      try await group.waitForAll()
    }
    #expect(starts.withLock { $0 } == [.zero, .milliseconds(500), .seconds(1), .milliseconds(1_500)])
  }

  @Test func pauseOfOneServiceLeavesOthersAlone() async throws {
    let time = ManualTime()
    let pacer = Pacer(requestsPerSecond: 2, maximumConcurrentRequests: 1, time: time.source)
    pacer.hold(.swr, for: .seconds(30), limit: nil)
    let held = Task { try await pacer.acquire(.swr, until: Deadline(time: time.source)) }
    try await time.untilAsleep(1)
    // The one place is free for others while the paused service waits.
    pacer.release(try await pacer.acquire(.cce, until: Deadline(time: time.source)))
    held.cancel()
    await #expect(throws: Pacer.Refusal.self) { try await held.value }
  }

  @Test func whatCannotComeInTimeIsRefusedAtOnce() async throws {
    let time = ManualTime()
    let pacer = Pacer(requestsPerSecond: 0.1, maximumConcurrentRequests: 1, time: time.source)
    let deadline = Deadline(uptime: .seconds(5), time: time.source)
    pacer.release(try await pacer.acquire(.swr, until: deadline))
    await expectRefusal(isThrottled: false) { try await pacer.acquire(.swr, until: deadline) }
    pacer.hold(.cce, for: .seconds(6), limit: nil)
    await expectRefusal(isThrottled: true) { try await pacer.acquire(.cce, until: deadline) }
  }

  /// The cloud's limit is what holds the second request back, not `requests_per_second`.
  @Test func whatWaitsForAStatedLimitIsThrottled() async throws {
    let time = ManualTime()
    let pacer = Pacer(requestsPerSecond: 5, maximumConcurrentRequests: 8, time: time.source)
    pacer.hold(.swr, for: .seconds(1), limit: ThrottleLimit(requests: 2, window: .seconds(60)))
    time.advance(by: .seconds(1))
    let deadline = Deadline(uptime: .seconds(11), time: time.source)
    pacer.release(try await pacer.acquire(.swr, until: deadline))
    await expectRefusal(isThrottled: true) { try await pacer.acquire(.swr, until: deadline) }
    #expect(pacer.wasThrottled([.swr], since: .seconds(59)))
    #expect(!pacer.wasThrottled([.swr], since: .seconds(60)))
    #expect(!pacer.wasThrottled([.iam, .cce], since: .zero))
  }

  @Test func paceInForceIsToldWheneverItChanges() async throws {
    let time = ManualTime()
    let told = Locked<[String]>([])
    let pacer = Pacer(requestsPerSecond: 5, maximumConcurrentRequests: 8, time: time.source) { service, rate in
      told.withLock { $0.append("\(service) \(rate)") }
    }
    for _ in 0..<2 {
      pacer.release(try await pacer.acquire(.swr, until: Deadline(time: time.source)))
      time.advance(by: .seconds(1))
    }
    #expect(told.withLock { $0 } == ["swr 5.0"])
    pacer.hold(.swr, for: .seconds(1), limit: ThrottleLimit(requests: 75, window: .seconds(60)))
    pacer.hold(.swr, for: .seconds(1), limit: ThrottleLimit(requests: 75, window: .seconds(60)))
    pacer.hold(.cce, for: .seconds(1), limit: ThrottleLimit(requests: 1_000, window: .seconds(60)))
    #expect(told.withLock { $0 } == ["swr 5.0", "swr 1.0", "cce 5.0"])
    try await time.untilAsleep(1)
    time.advance(by: .seconds(30))
    // Another one: the end moves.
    pacer.hold(.swr, for: .seconds(1), limit: nil)
    time.advance(by: .seconds(30))
    try await time.untilAsleep(1)
    #expect(told.withLock { $0.count } == 3)
    time.advance(by: .seconds(30))
    // Nobody asks: the end is told all the same.
    try await until("the end of the limit to be told") { told.withLock { $0.count } == 4 }
    #expect(told.withLock { $0.last } == "swr 5.0")
  }

  @Test func placesAreBoundedAndTheWaitEndsWithTheDeadline() async throws {
    let time = ManualTime()
    let pacer = Pacer(requestsPerSecond: 1_000_000, maximumConcurrentRequests: 2, time: time.source)
    let first = try await pacer.acquire(.swr, until: Deadline(time: time.source))
    let second = try await pacer.acquire(.cce, until: Deadline(time: time.source))
    let third = Task {
      try await pacer.acquire(.iam, until: Deadline(uptime: .seconds(5), time: time.source))
    }
    try await time.untilAsleep(1)
    time.advance(by: .seconds(5))
    await expectRefusal(isThrottled: false) { try await third.value }
    pacer.release(first)
    pacer.release(try await pacer.acquire(.iam, until: Deadline(time: time.source)))
    pacer.release(second)
  }

  @Test func stormOfCancellationsLosesNoPlace() async throws {
    let pacer = Pacer(requestsPerSecond: 1_000_000, maximumConcurrentRequests: 2, time: .system)
    await withTaskGroup(of: Void.self) { group in
      for index in 0..<400 {
        group.addTask {
          let task = Task {
            let deadline = Deadline(uptime: index % 3 == 0 ? .seconds(60) : nil, time: .system)
            let permit = try await pacer.acquire(index % 2 == 0 ? .swr : .cce, until: deadline)
            await Task.yield()
            pacer.release(permit)
          }
          if index % 4 != 0 {
            await Task.yield()
            task.cancel()
          }
          _ = await task.result
        }
      }
    }
    let deadline = Deadline(uptime: TimeSource.system.uptime() + .seconds(5), time: .system)
    let first = try await pacer.acquire(.swr, until: deadline)
    let second = try await pacer.acquire(.cce, until: deadline)
    pacer.release(first)
    pacer.release(second)
  }

  private func expectRefusal(isThrottled: Bool, _ body: () async throws -> Semaphore.Permit) async {
    do {
      _ = try await body()
      Issue.record("was let through")
    } catch Pacer.Refusal.deadline(let found) {
      #expect(found == isThrottled)
    } catch {
      Issue.record("\(error)")
    }
  }
}
