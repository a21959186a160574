import CloudSimulator
import HuaweiCloud
import System

extension World {
  /// An instance that nobody has.
  static let noInstance = "00000000-0000-4000-8000-000000000000"

  /// The world of the demo on a day on which nothing happens: one instance is too old to list its artifacts, and one
  /// repository is somebody else's.
  static func calm(beginning: Timestamp) -> World {
    var world = World.demo(beginning: beginning)
    for index in world.projects.indices.prefix(2) { world.projects[index].calmDown(beginning, isFirst: index == 0) }
    world.projects[3].instances = [.small("research-images")]
    world.projects[3].quotas = [SimulatedQuota(key: "namespace", limit: 5, used: 1)]
    var lab = SimulatedProject(id: "9d41f2a8b7d64e0f93a1806d2e7b94c3", name: "eu-west-101", instances: [.small("lab")])
    lab.instances[0].retentionPolicies = [.steady(41, "keep-all", beginning, namespace: "library")]
    (lab.instances[0].retentionPolicies[0].trigger, lab.instances[0].retentionPolicies[0].schedule) = ("manual", nil)
    lab.quotas = [SimulatedQuota(key: "namespace", limit: 5, used: 1)]
    world.projects.append(lab)
    return world
  }
}

extension SimulatedInstance {
  fileprivate static func small(_ name: String) -> SimulatedInstance {
    SimulatedInstance(
      id: "\(name)-1", name: name,
      registries: [SimulatedRegistry(id: 61, name: "far"), SimulatedRegistry(id: 62, name: "near")],
      namespaces: [SimulatedNamespace(id: 1, name: "library")])
  }

  /// So many artifacts of a GiB each, of which every so many are untagged.
  static func shelf(_ count: Int, bytes: Int64 = 1 << 30, untaggedBelow: Int = 0) -> ArtifactListing {
    ArtifactListing(
      (0..<count).map { index in
        SimulatedArtifact(
          id: Int64(index + 1), repositoryID: Int64(index % 5), repositoryName: "repository-\(index % 5)",
          namespaceID: 80, digest: "sha256:\(index)", size: bytes, pushedAt: .at(Timestamp(seconds: 1_700_000_000)),
          tags: index < untaggedBelow ? .absent : .names(["v\(index)"]))
      })
  }
}

extension SimulatedProject {
  fileprivate mutating func calmDown(_ beginning: Timestamp, isFirst: Bool) {
    for index in instances.indices {
      instances[index].status = .always("Running")
      for registry in instances[index].registries.indices {
        instances[index].registries[registry].status = .always("healthy")
      }
      for namespace in instances[index].namespaces.indices {
        instances[index].namespaces[namespace].isPublic = .always(.text(false))
      }
      for credential in instances[index].credentials.indices {
        instances[index].credentials[credential].isEnabled = .always(true)
        if instances[index].credentials[credential].name != "former-partner" {
          instances[index].credentials[credential].expiresAt = .at(beginning + .seconds(90 * 86_400))
        }
      }
    }
    instances[0].expiresAt = isFirst ? .null : .at(beginning + .seconds(200 * 86_400))
    instances[0].artifacts = SimulatedInstance.shelf(isFirst ? 200 : 60)
    instances[0].statistics = SimulatedStatistics()
    let every = Duration.seconds(600)
    instances[0].replicationPolicies = [
      .steady(1, "to-dr", beginning, every: every), .steady(2, "to-onprem", beginning, every: every),
      .steady(3, "to-hongkong", beginning, every: .seconds(1800), schedule: "0 */30 * * * *"),
      .steady(4, "pull-from-partner", beginning, every: every),
      .steady(5, "to-edge", beginning, every: .seconds(1800), schedule: "0 */30 * * * *"),
    ]
    instances[0].retentionPolicies = [
      .steady(11, "keep-ten", beginning, namespace: "platform"),
      .steady(12, "keep-a-month", beginning, namespace: "payments"),
      .steady(13, "try-out", beginning, namespace: "web"),
    ]
    for organisation in organisations.indices {
      for repository in organisations[organisation].repositories.indices {
        let rules = organisations[organisation].repositories[repository].rules
        organisations[organisation].repositories[repository].jobs = .steady(rules, beginning)
      }
    }
    for (index, repository) in codeRepositories.enumerated()
    where repository.mirror != nil || repository.name == "handbook" {
      codeRepositories[index].mirror = SimulatedMirror(
        id: Int64(11_887 + index), url: "https://git.example.com/mirrors/\(repository.name).git",
        course: .attempts(every: .seconds(6 * 3600), succeeding: 1000, failing: 1, phase: .seconds(86_400)))
    }
    if isFirst {
      codeRepositories += (1...12).map { SimulatedCodeRepository(id: Int64(2_111_986_000 + $0), name: "plain-\($0)") }
    }
    imageCaches = (0..<6).map { .fixed(.steady($0, beginning)) }
    quotas = [
      SimulatedQuota(key: "namespace", limit: 5, used: 2), SimulatedQuota(key: "repository", limit: 100, used: 40),
    ]
  }
}

extension SimulatedImageCache {
  /// Kept for a month from the beginning on.
  static func steady(_ number: Int, _ beginning: Timestamp, status: String = "Available") -> SimulatedImageCache {
    SimulatedImageCache(
      id: "cache-\(number)", name: "cache-\(number)", createdAt: .at(beginning), images: ["nginx:1.27"],
      retentionDays: 30, status: status)
  }
}

/// What began every so often up to a time, the newest last.
private func steps(every interval: Duration, from beginning: Timestamp, to now: Timestamp) -> [(
  number: Int, began: Timestamp
)] {
  let last = Int(((now - beginning) / interval).rounded(.down))
  return (last - 19...last).map { ($0, beginning + .seconds(interval / .seconds(1) * Double($0))) }
}

extension SimulatedReplicationPolicy {
  /// Runs that take a minute and are all good, until `end`; from `failure` on they fail.
  static func steady(
    _ id: Int64, _ name: String, _ beginning: Timestamp, every interval: Duration, schedule: String? = nil,
    failure: Timestamp? = nil, end: Timestamp? = nil
  ) -> SimulatedReplicationPolicy {
    SimulatedReplicationPolicy(
      id: .number(id), name: name, trigger: schedule == nil ? "event_based" : "scheduled",
      schedule: schedule.map { SimulatedSchedule(cron: $0, longestGap: interval) },
      executions: SimulatedHistory { now in
        steps(every: interval, from: beginning, to: min(now, end ?? now)).map { number, began in
          let isRunning = now - began < .seconds(60)
          let hasFailed = failure.map { began >= $0 } ?? false
          return SimulatedReplicationExecution(
            id: .number(id * 1_000_000 + 1000 + Int64(number)),
            status: isRunning ? "InProgress" : hasFailed ? "Failed" : "Succeed", createdAt: .at(began),
            updatedAt: .at(isRunning ? now : began + .seconds(60)))
        }
      })
  }
}

extension SimulatedRetentionPolicy {
  /// Runs every half hour that are all good, until `end`; from `failure` on they fail.
  static func steady(
    _ id: Int64, _ name: String, _ beginning: Timestamp, namespace: String, failure: Timestamp? = nil,
    end: Timestamp? = nil
  ) -> SimulatedRetentionPolicy {
    SimulatedRetentionPolicy(
      id: .number(id), name: name, namespaceID: 80, namespaceName: namespace, trigger: "scheduled",
      schedule: SimulatedSchedule(cron: "0 */30 * * * *", longestGap: .seconds(1800)),
      executions: SimulatedHistory { now in
        steps(every: .seconds(1800), from: beginning, to: min(now, end ?? now)).map { number, began in
          let isRunning = now - began < .seconds(60)
          let hasFailed = failure.map { began >= $0 } ?? false
          return SimulatedRetentionExecution(
            id: .number(id * 1_000_000 + 1000 + Int64(number)),
            status: isRunning ? "InProgress" : hasFailed ? "Failed" : "Succeed", startedAt: .at(began),
            endedAt: isRunning ? .never : .at(began + .seconds(60)))
        }
      })
  }
}

extension SimulatedHistory<SimulatedSyncJob> {
  /// A job every ten minutes for each rule, all good; from `failure` on they fail, from `halt` on they wait.
  static func steady(
    _ rules: [SimulatedSyncRule], _ beginning: Timestamp, failure: Timestamp? = nil, halt: Timestamp? = nil
  ) -> SimulatedHistory<SimulatedSyncJob> {
    SimulatedHistory { now in
      rules.flatMap { rule in
        steps(every: .seconds(600), from: beginning, to: now).map { number, began in
          let isWaiting = halt.map { began >= $0 } ?? false
          let hasFailed = failure.map { began >= $0 } ?? false
          return SimulatedSyncJob(
            id: .number(rule.id * 1_000_000 + 1000 + Int64(number)), tag: "build-\(number)",
            remoteRegionID: rule.remoteRegionID, remoteNamespace: rule.remoteNamespace,
            status: isWaiting ? "waiting" : hasFailed ? "failed" : "success", createdAt: .at(began),
            updatedAt: .at(began))
        }
      }
    }
  }
}
