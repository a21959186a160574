import Foundation

/// Calls `body` with a directory of its own, which is gone afterwards.
package func withDirectory<Result>(_ body: (URL) async throws -> Result) async throws -> Result {
  let directory = try newDirectory()
  defer { try? FileManager.default.removeItem(at: directory) }
  return try await body(directory)
}

/// The same for tests that wait for nothing.
package func withDirectory<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let directory = try newDirectory()
  defer { try? FileManager.default.removeItem(at: directory) }
  return try body(directory)
}

private func newDirectory() throws -> URL {
  let directory = FileManager.default.temporaryDirectory.appending(path: "exporter-tests-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  return directory
}
