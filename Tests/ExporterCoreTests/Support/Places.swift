import Foundation

/// Lets so many tests run at a time: each of them is a cloud and an exporter, and timing suffers when dozens share a core.
actor Places {
  /// For all tests that run a whole loop.
  static let loops = Places(ProcessInfo.processInfo.environment["SANITIZED"] == nil ? 6 : 1)

  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(_ count: Int) { free = count }

  func enter() async {
    guard free == 0 else {
      free -= 1
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }

  func leave() {
    guard !waiting.isEmpty else {
      free += 1
      return
    }
    waiting.removeFirst().resume()
  }
}
