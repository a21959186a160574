import System
import Testing

@Suite struct LockedTests {
  @Test func countsEveryIncrement() async {
    let counter = Locked(0)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<5000 { counter.withLock { $0 += 1 } }
        }
      }
    }
    #expect(counter.withLock { $0 } == 40_000)
  }

  @Test func isFreeAgainAfterAnError() {
    let value = Locked([1])
    #expect(throws: CancellationError.self) {
      try value.withLock { value throws(CancellationError) in
        value.append(2)
        throw CancellationError()
      }
    }
    #expect(value.withLock { $0 } == [1, 2])
  }
}
