import HuaweiCloud
import System

extension World {
  /// The projects of the demo, by the names that configurations give them.
  package static let demoProjects: [(name: String, region: String, projectID: String)] = [
    ("prod", "cn-north-4", "0b7a3c5d9e1f42688ab1c2d3e4f50617"),
    ("staging", "ap-southeast-3", "5c41f2a8b7d64e0f93a1806d2e7b94c3"),
  ]

  /// Returns a small account in which something changes all the time, from `beginning` on.
  ///
  /// Within two minutes registries become unhealthy and recover, failures of mirrors rise and reset, an image cache
  /// expires and is replaced, and artifacts are pushed; a replication policy fails and recovers, another stops
  /// succeeding, a sync job waits long and fails, quotas fill up, a credential is switched off, a retention policy
  /// stops running, and a namespace becomes public.
  package static func demo(seed: UInt64 = 1, beginning: Timestamp, speed: Double = 1) -> World {
    let hash = SeededHash(seed: seed)
    var projects = demoProjects.enumerated().map { index, project in
      var made = DemoProject(hash: SeededHash(seed: hash.bits(0xDE, index)), beginning: beginning)
      made.isProduction = index == 0
      made.region = project.region
      return made.project(id: project.projectID)
    }
    // IAM also lists the project of object storage itself, and a sub-project.
    projects.append(SimulatedProject(id: hash.hexadecimal(32, 0xDF), name: "MOS"))
    var subproject = SimulatedProject(id: hash.hexadecimal(32, 0xE0), name: "cn-north-4_research")
    subproject.parentID = demoProjects[0].projectID
    projects.append(subproject)
    return World(projects: projects, beginning: beginning, speed: speed)
  }

  /// Returns the demo without the instance that is too old to list its artifacts, so that all of `prod` succeeds.
  package static func healthyDemo(beginning: Timestamp = TimeSource.system.now()) -> World {
    var world = World.demo(beginning: beginning)
    for index in world.projects.indices { world.projects[index].instances.removeAll { !$0.listsArtifacts } }
    return world
  }
}

extension Accounts {
  /// The accounts of the demo: one key and one user.
  package static let demo = Accounts(
    keys: [SimulatedKey(accessKey: "SIMULATEDACCESSKEY01", secretKey: Secret("simulated-secret-key-of-the-demo"))],
    users: [SimulatedUser(domainName: "simulated", name: "exporter", password: Secret("simulated-password"))])
}

extension Faults {
  /// The faults of the demo: sometimes a throttled or failing request, and one service with longer outages. Retries
  /// repair most of them, but not all.
  package static let demo: Faults = {
    var faults = Faults()
    faults.add(
      .status(503, message: "Service Unavailable"),
      to: FaultScope(operation: .listImageCaches, projectID: World.demoProjects[1].projectID),
      .outages(after: .seconds(30), lasting: .seconds(60), every: .seconds(240)))
    faults.add(.throttled(retryAfter: .seconds(2)), .probability(0.02))
    faults.add(.status(500, message: "Internal Server Error"), .probability(0.02))
    faults.add(.status(502, shape: .html, message: "Bad Gateway"), .probability(0.01))
    for operation in [
      Operation.listInstanceRegistries, .listImageCaches, .showRemoteMirror, .showSyncJob,
      .listInstanceReplicationPolicyExecutions, .listInstanceRetentionPolicyExecutions, .listInstanceStatistics,
    ] {
      faults.add(.truncatedJSON, to: operation, .probability(0.03))
    }
    // The probability is low, since a refresh asks for many pages and each of them can make it fail.
    faults.add(.truncatedJSON, to: .listInstanceAllArtifacts, .probability(0.005))
    return faults
  }()
}

/// Makes one project of the demo; the file of each collector adds its part.
struct DemoProject {
  var hash: SeededHash
  var beginning: Timestamp
  var isProduction = true
  var region = "cn-north-4"

  static let day: Duration = .seconds(86400)

  func project(id: String) -> SimulatedProject {
    var project = SimulatedProject(
      id: id, name: region, instances: instances, organisations: organisations, codeRepositories: codeRepositories,
      imageCaches: imageCaches)
    project.quotas = quotas
    project.seesAllCredentials = isProduction
    return project
  }

  /// The whole minute at or before the beginning; schedules run at whole minutes.
  var wholeMinute: Timestamp { Timestamp(seconds: beginning.seconds - beginning.seconds % 60) }

  /// Returns a time this many days before the beginning, or up to a day more.
  func ago(_ days: Int) -> SimulatedTime {
    .at(
      Timestamp(
        seconds: beginning.seconds - Int64(days) * 86400 - Int64(hash.number(below: 80_000, 1, days)),
        nanoseconds: Int32(hash.number(below: 1_000_000, 2, days)) * 1000))
  }
}
