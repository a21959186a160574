import Foundation
import System
import TestSupport
import Testing

/// Files that are read again: what is good stays while one is slow or bad, and nobody waits for ever.
@Suite struct FileValueTests {
  private struct Slow: Error {}

  /// Gives the number of the reading; blocks where it is told to, until it is let go.
  private final class Reader: Sendable {
    private let readings = Locked(0)
    let blocks = Locked(false)
    private let gate = DispatchSemaphore(value: 0)

    var count: Int { readings.withLock { $0 } }

    func read() -> Int {
      let number = readings.withLock { count in
        count += 1
        return count
      }
      if blocks.withLock({ $0 }) { gate.wait() }
      return number
    }

    func letGo() {
      blocks.withLock { $0 = false }
      gate.signal()
    }
  }

  @Test func isReadAgainWhenItIsDue() async throws {
    let (reader, now) = (Reader(), Locked(Duration.zero))
    let value = FileValue<Int, Slow>(every: .seconds(2), uptime: { now.withLock { $0 } }, tookTooLong: Slow()) {
      .success(reader.read())
    }
    #expect(try await value.value() == 1)
    now.withLock { $0 = .milliseconds(1_999) }
    #expect(try await value.value() == 1)
    now.withLock { $0 = .seconds(2) }
    #expect(try await value.value() == 2)
    #expect(try await value.freshValue() == 3)
    #expect(try await value.value() == 3)
  }

  @Test func afterAFailureItIsReadAtOnce() async throws {
    let reader = Reader()
    let value = FileValue<Int, Slow>(every: .seconds(60), uptime: { .zero }, tookTooLong: Slow()) {
      let number = reader.read()
      return number == 1 ? .failure(Slow()) : .success(number)
    }
    await #expect(throws: Slow.self) { try await value.value() }
    #expect(try await value.value() == 2)
    #expect(try await value.value() == 2)
  }

  @Test func whileAReadingBlocksTheLastGoodValueIsUsed() async throws {
    let (reader, now) = (Reader(), Locked(Duration.zero))
    let value = FileValue<Int, Slow>(every: .seconds(2), uptime: { now.withLock { $0 } }, tookTooLong: Slow()) {
      .success(reader.read())
    }
    #expect(try await value.value() == 1)
    reader.blocks.withLock { $0 = true }
    now.withLock { $0 = .seconds(2) }
    // Many that ask at once share the reading that blocks, and Swift's own threads stay free.
    try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<50 { group.addTask { try await value.value() } }
      for try await number in group { #expect(number == 1) }
    }
    #expect(reader.count == 2)
    reader.letGo()
    for _ in 0..<1_000 where try await value.value() == 1 { try await Task.sleep(for: .milliseconds(10)) }
    #expect(try await value.value() == 2)
    // Nobody waits for a reading after one that was slow, until one is quick again.
    reader.blocks.withLock { $0 = true }
    now.withLock { $0 = .seconds(4) }
    let start = ContinuousClock.now
    for _ in 0..<100 { #expect(try await value.value() == 2) }
    #expect(ContinuousClock.now - start < .seconds(10))
    reader.letGo()
  }

  @Test func firstReadingThatBlocksFailsInTime() async throws {
    let reader = Reader()
    reader.blocks.withLock { $0 = true }
    let value = FileValue<Int, Slow>(every: .zero, uptime: { .zero }, tookTooLong: Slow()) { .success(reader.read()) }
    await #expect(throws: Slow.self) { try await value.value() }
    #expect(reader.count == 1)
    reader.letGo()
    #expect(try await value.freshValue() >= 1)
  }

  @Test func freshValueIsReadAfterItWasAskedFor() async throws {
    let reader = Reader()
    reader.blocks.withLock { $0 = true }
    let value = FileValue<Int, Slow>(every: .zero, uptime: { .zero }, tookTooLong: Slow()) { .success(reader.read()) }
    async let first = value.freshValue()
    while reader.count == 0 { try await Task.sleep(for: .milliseconds(1)) }
    async let second = value.freshValue()
    async let third = value.freshValue()
    try await Task.sleep(for: .milliseconds(20))
    reader.letGo()
    #expect(try await first == 1)
    let later = try await [second, third]
    #expect(later.allSatisfy { $0 >= 2 })
  }

  @Test func pipeThatNobodyWritesToIsGivenUp() throws {
    try withDirectory { directory in
      let path = directory.path + "/pipe"
      try #require(unsafe mkfifo(path, 0o600) == 0)
      do throws(FileError) {
        _ = try FileSystem.contents(of: path, limit: 100, within: .milliseconds(50))
        Issue.record("a pipe that nobody writes to was read")
      } catch { #expect(error.isTimeout) }
    }
  }

  @Test func pipeIsReadToItsEnd() throws {
    try withDirectory { directory in
      let path = directory.path + "/pipe"
      try #require(unsafe mkfifo(path, 0o600) == 0)
      let writer = Thread {
        guard let pipe = FileHandle(forWritingAtPath: path) else { return }
        for piece in ["one ", "two ", "three"] {
          usleep(20_000)
          pipe.write(Data(piece.utf8))
        }
        try? pipe.close()
      }
      writer.start()
      #expect(try FileSystem.contents(of: path, limit: 100) == Array("one two three".utf8))
    }
  }

  @Test func everyChangeOfAFileIsSeen() throws {
    try withDirectory { directory in
      let (path, other) = (directory.path + "/file", directory.path + "/other")
      var files = FollowedFiles([path])
      #expect(files.takeChange() && !files.takeChange())
      try Data("one".utf8).write(to: URL(filePath: other))
      try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: other)
      #expect(files.takeChange() && !files.takeChange())
      // As long as before, and within the same tick of the file system's clock.
      try Data("two".utf8).write(to: URL(filePath: other))
      #expect(files.takeChange() && !files.takeChange())
      try FileManager.default.removeItem(atPath: path)
      #expect(files.takeChange() && !files.takeChange())
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
      #expect(files.takeChange() && !files.takeChange())
    }
  }

  @Test func pipeIsLeftToItsReader() throws {
    try withDirectory { directory in
      let path = directory.path + "/pipe"
      try #require(unsafe mkfifo(path, 0o600) == 0)
      var files = FollowedFiles([path])
      #expect(files.takeChange() && !files.takeChange())
      try FileManager.default.removeItem(atPath: path)
      try Data("text".utf8).write(to: URL(filePath: path))
      #expect(files.takeChange() && !files.takeChange())
    }
  }

  @Test func filesThatAreFollowedLaterAreMeasuredFromThenOn() throws {
    try withDirectory { directory in
      let (first, second) = (directory.path + "/first", directory.path + "/second")
      for path in [first, second] { try Data("text".utf8).write(to: URL(filePath: path)) }
      var files = FollowedFiles([first])
      var hasChanged = files.takeChange()
      #expect(hasChanged)
      try Data("other".utf8).write(to: URL(filePath: first))
      files.follow([first, second])
      hasChanged = files.takeChange()
      #expect(hasChanged, "the first had changed before")
      hasChanged = files.takeChange()
      #expect(!hasChanged)
      try Data("other".utf8).write(to: URL(filePath: second))
      #expect(files.takeChange() && !files.takeChange())
    }
  }

  @Test func bytesInMemoryAreReadLikeAFile() throws {
    let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
    let file = try MemoryFile(bytes)
    for _ in 0..<2 { #expect(try FileSystem.contents(of: file.path, limit: 1 << 20) == bytes) }
  }
}
