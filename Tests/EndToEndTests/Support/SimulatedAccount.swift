import CloudSimulator
import Foundation
import TestSupport

/// A simulated cloud inside the test, and files that point the exporter at it from outside.
final class SimulatedAccount: Sendable {
  let cloud: CloudSimulator
  let directory: URL

  /// Calls `body` with a cloud that has no faults.
  static func open<Result>(
    world: World = .healthyDemo(), _ body: (SimulatedAccount) async throws -> Result
  ) async throws -> Result {
    try await withDirectory { directory in
      let cloud = try CloudSimulator(world: world, authentication: .required(.demo))
      defer { cloud.stop() }
      return try await body(SimulatedAccount(cloud: cloud, directory: directory))
    }
  }

  /// The demo's key.
  static let key = "{access_key: SIMULATEDACCESSKEY01, secret_key: simulated-secret-key-of-the-demo}"

  private init(cloud: CloudSimulator, directory: URL) {
    self.cloud = cloud
    self.directory = directory
  }

  var arguments: [String] { ["--config.file", file.path] }
  var file: URL { directory.appending(path: "config.yaml") }

  /// Writes a configuration with this project alone; `rest` is more of its keys. Without credentials, the chain counts.
  func configure(
    project: String = "prod", region: String = "cn-north-4", endpoint: String? = nil,
    credentials: String? = SimulatedAccount.key, _ rest: String = ""
  )
    throws
  {
    let lines = [
      "projects:", "  - name: \(project)", "    region: \(region)",
      "    " + endpoints(endpoint ?? cloud.url),
      "    requests_per_second: 1000",
    ]
    let given = credentials.map { ["    credentials: \($0)"] } ?? []
    let more = rest.split(separator: "\n").map { "    \($0)" }
    try (lines + given + more).joined(separator: "\n").appending("\n").write(
      to: file, atomically: true, encoding: .utf8)
  }
}
