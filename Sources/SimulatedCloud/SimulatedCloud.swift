import CloudSimulator
import HuaweiCloud
import System

/// The simulated cloud as a program, without faults, for scripts that ask it as a user would ask the real one.
///
/// The program prints its address and ends when its standard input ends. Without arguments it serves the account of the
/// demo; arguments such as `artifacts=5000` make an account of that size, and `report=FILE` lets it answer in the
/// shapes that a report of a real account describes.
@main struct SimulatedCloud {
  static func main() throws {
    let reports = CommandLine.arguments.dropFirst().filter { $0.hasPrefix("report=") }
    let words = CommandLine.arguments.dropFirst().filter { !$0.hasPrefix("report=") }
    let shapes = try reports.flatMap { word in
      AnswerShape.parse(
        String(decoding: try FileSystem.contents(of: String(word.dropFirst(7)), limit: 1 << 20), as: UTF8.self))
    }
    let cloud = try CloudSimulator(
      world: words.isEmpty ? .healthyDemo() : try world(words[...]), authentication: .required(accounts),
      routes: Route.reported(shapes))
    StandardStream.output.write(Array("\(cloud.url)\n".utf8))
    while readLine() != nil {}
    cloud.stop()
  }

  /// The demo's key and user, and the identities of a program that runs in a cluster as `docs/deployment.md` describes
  /// it. A token is the text AUDIENCE/SUBJECT, since nothing signs it.
  private static let accounts: Accounts = {
    let subject = "system:serviceaccount:monitoring:huaweicloud-artifact-exporter"
    let idToken = "huaweicloud-artifact-exporter/\(subject)"
    var accounts = Accounts.demo
    accounts.tokens = ["simulated-token": nil]
    accounts.identityProviders = ["my-cluster": [idToken]]
    accounts.agencies = [
      SimulatedAgency(
        urn: "iam::my-account:agency:exporter", providerURN: "iam::my-account:oidcProvider:my-cluster",
        idTokens: [idToken: true])
    ]
    accounts.podTokens = ["service.cce.pods/\(subject)": true]
    return accounts
  }()

  private static func world(_ words: ArraySlice<String>) throws -> World {
    var counts: [String: Int] = [:]
    for word in words {
      let parts = word.split(separator: "=")
      guard parts.count == 2, let count = Int(parts[1]) else { throw Unreadable(word: word) }
      counts[String(parts[0])] = count
    }
    func take(_ name: String) -> Int { counts.removeValue(forKey: name) ?? 0 }
    let organisations = counts.removeValue(forKey: "organisations")
    let world = World.generated(
      instances: take("instances"), repositories: take("repositories"), artifacts: take("artifacts"),
      imageRepositories: take("basic_repositories"), organisations: organisations,
      codeRepositories: take("code_repositories"), imageCaches: take("image_caches"),
      replicationPolicies: take("replication_policies"), syncJobs: take("sync_jobs"),
      retentionPolicies: take("retention_policies"), credentials: take("credentials"),
      beginning: TimeSource.system.now())
    if let word = counts.keys.first { throw Unreadable(word: word) }
    return world
  }

  private struct Unreadable: Error { let word: String }
}
