import System

extension World {
  /// Returns a world of any size whose artifacts are made one by one when a page needs them, so that a million cost no
  /// memory.
  ///
  /// The world has one project with `instances` instances. Each instance has `artifacts` artifacts in `repositories`
  /// repositories, and the given numbers of replication policies, retention policies and credentials; repository names
  /// repeat in other namespaces. Each image repository with a rule has about `syncJobs` sync jobs. `isHostile` puts
  /// quotes, backslashes, newlines, emoji and right-to-left text into names. Every odd shape that the documents allow
  /// occurs once there are some dozens of a kind.
  package static func generated(
    instances: Int = 1, repositories: Int = 10, artifacts: Int = 100, imageRepositories: Int = 0,
    organisations: Int? = nil, codeRepositories: Int = 0, imageCaches: Int = 0, replicationPolicies: Int = 0,
    syncJobs: Int = 0,
    retentionPolicies: Int = 0, credentials: Int = 0, seed: UInt64 = 1, isHostile: Bool = false,
    projectID: String = "0b7a3c5d9e1f42688ab1c2d3e4f50617", region: String = "cn-north-4",
    beginning: Timestamp = Timestamp(seconds: 1_735_700_000)
  ) -> World {
    var made = GeneratedProject(seed: SeededHash(seed: seed), isHostile: isHostile, beginning: beginning)
    made.replicationPolicies = replicationPolicies
    made.syncJobs = syncJobs
    made.retentionPolicies = retentionPolicies
    made.credentials = credentials
    var project = SimulatedProject(
      id: projectID, name: region,
      instances: made.instances(instances, repositories: repositories, artifacts: artifacts),
      organisations: made.organisations(imageRepositories, in: organisations),
      codeRepositories: made.codeRepositories(codeRepositories),
      imageCaches: made.imageCaches(imageCaches))
    project.quotas = made.quotas(organisations: project.organisations.count)
    return World(projects: [project], beginning: beginning)
  }
}

/// Makes the project of a generated world; the file of each collector adds how its objects are made.
struct GeneratedProject {
  /// The hash for the ids of instances and for their artifacts.
  let seed: SeededHash
  /// The hash for the objects that are few enough to be kept.
  let hash: SeededHash
  let isHostile: Bool
  let beginning: Timestamp
  /// The numbers of objects in each instance.
  var replicationPolicies = 0
  var retentionPolicies = 0
  var credentials = 0
  /// The approximate number of jobs of an image repository with rules.
  var syncJobs = 0

  init(seed: SeededHash, isHostile: Bool, beginning: Timestamp) {
    self.seed = seed
    hash = SeededHash(seed: seed.bits(3))
    self.isHostile = isHostile
    self.beginning = beginning
  }

  /// Returns a name, which is hostile if the world is.
  func name(_ kind: String, _ index: Int) -> String { Self.name(kind, index, isHostile: isHostile) }

  static func name(_ kind: String, _ index: Int, isHostile: Bool) -> String {
    guard isHostile else { return "\(kind)-\(index)" }
    let tails = [#" "quoted""#, #" back\slash"#, "\nnewline", " 🐳🔥", " مرحبا", "{a=\"b\"} 1", "\ttab\u{1}", "é中文", ""]
    return "\(kind)-\(index)" + tails[index % tails.count]
  }

  /// Returns a time in the 400 days before the beginning.
  func time(_ index: Int, _ purpose: UInt64) -> Timestamp {
    Timestamp(
      seconds: beginning.seconds - Int64(hash.number(below: 400 * 86400, purpose, index)),
      nanoseconds: Int32(hash.number(below: 1_000_000_000, purpose, index)))
  }
}
