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
}
