import HuaweiCloud

/// What identifies an aggregate over artifacts.
package struct ArtifactGroup: Sendable, Hashable {
  package var repositoryID: Int64?
  package var repositoryName: String?
  package var type: String?

  package init(repositoryID: Int64?, repositoryName: String?, type: String?) {
    self.repositoryID = repositoryID
    self.repositoryName = repositoryName
    self.type = type
  }
}

/// What is true of the artifacts of a group, counted from the world itself.
package struct ArtifactTruth: Sendable, Hashable {
  package var artifacts = 0
  package var bytes: Int64 = 0
  package var largestBytes: Int64?
  package var tags = 0
  package var untagged = 0
  package var untaggedBytes: Int64 = 0
  package var neverPulled = 0
  package var lastPush: Timestamp?
  package var lastPull: Timestamp?
  /// By how long nobody pulled it (or, never pulled, pushed it).
  package var idle: [Duration: Int] = [:]
  package var idleBytes: [Duration: Int64] = [:]
  package var namespaceID: Int64?

  mutating func add(_ artifact: SimulatedArtifact, now: Timestamp, idleFor: [Duration]) {
    let size = artifact.size ?? 0
    artifacts += 1
    bytes += size
    if let size = artifact.size { largestBytes = max(largestBytes ?? size, size) }
    tags += artifact.tags.count
    if artifact.tags.count == 0 {
      untagged += 1
      untaggedBytes += size
    }
    if artifact.pulledAt == .never { neverPulled += 1 }
    lastPush = [lastPush, artifact.pushedAt.timestamp].compactMap(\.self).max()
    lastPull = [lastPull, artifact.pulledAt.timestamp].compactMap(\.self).max()
    namespaceID = namespaceID ?? artifact.namespaceID
    let lastUse = artifact.pulledAt == .never ? artifact.pushedAt.timestamp : artifact.pulledAt.timestamp
    for limit in idleFor {
      let isIdle = lastUse.map { now - $0 >= limit } ?? false
      idle[limit, default: 0] += isIdle ? 1 : 0
      idleBytes[limit, default: 0] += isIdle ? size : 0
    }
  }
}

extension World {
  /// The truth about an instance's artifacts at a time, by repository and type; an artifact listed twice counts once.
  package func artifactTruth(
    instanceID: String, at now: Timestamp, idleFor: [Duration] = []
  ) -> [ArtifactGroup: ArtifactTruth] {
    guard let shelf = instance(instanceID)?.artifacts else { return [:] }
    var truth: [ArtifactGroup: ArtifactTruth] = [:]
    var seen: Set<Int64> = []
    for index in 0..<shelf.count(now) {
      let artifact = shelf.artifact(index, now)
      if let id = artifact.id, !seen.insert(id).inserted { continue }
      let group = ArtifactGroup(
        repositoryID: artifact.repositoryID, repositoryName: artifact.repositoryName, type: artifact.type)
      truth[group, default: ArtifactTruth()].add(artifact, now: now, idleFor: idleFor)
    }
    return truth
  }
}
