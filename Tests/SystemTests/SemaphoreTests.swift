import System
import Testing

@Suite struct SemaphoreTests {
  @Test func permitsGoInOrder() async throws {
    let semaphore = Semaphore(places: 1)
    let first = semaphore.acquire()
    try await first.granted.value()
    let others = (0..<3).map { _ in semaphore.acquire() }
    semaphore.release(others[1])
    semaphore.release(first)
    try await others[0].granted.value()
    let isNextWaiting = Locked(true)
    let next = Task {
      try await others[2].granted.value()
      isNextWaiting.withLock { $0 = false }
    }
    try await Task.sleep(for: .milliseconds(5))
    #expect(isNextWaiting.withLock { $0 })
    semaphore.release(others[0])
    try await next.value
  }

  @Test func permitsAreAddedAndTakenAway() {
    let semaphore = Semaphore(places: 1)
    let entered = (0..<5).map { _ in semaphore.acquire() }
    func granted() -> Int { entered.count { $0.granted.isFulfilled } }
    #expect(granted() == 1)
    semaphore.change(places: 3)
    #expect(granted() == 3)
    semaphore.change(places: 1)
    semaphore.release(entered[0])
    semaphore.release(entered[1])
    #expect(granted() == 3, "two more were taken than there are")
    semaphore.release(entered[2])
    #expect(granted() == 4)
  }
}
