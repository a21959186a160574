import HuaweiCloud
import System

/// The totals of the artifacts of one type in one repository.
///
/// There may be many, so the order of the fields leaves few gaps, and what counts artifacts has 32 bits: the marks of
/// so many that it overflows would take 32 gigabytes.
struct RepositoryTotals: Sendable, Equatable {
  /// A sum that is absent until a value is added.
  struct Sum: Sendable, Equatable {
    var total: Double?
    mutating func add(_ value: Double) { total = (total ?? 0) + value }
  }

  /// The number of artifacts that are idle for one of the configured periods, and their bytes.
  struct Idle: Sendable, Equatable {
    var artifacts = 0
    var bytes = 0.0

    mutating func add(_ artifact: Artifact) {
      artifacts += 1
      bytes += artifact.size.map(Double.init) ?? 0
    }
  }

  var untaggedBytes = 0.0
  var tags = 0
  var bytes = Sum()
  var artifacts: UInt32 = 0
  var largest: Int64?
  var untagged: UInt32 = 0
  var lastPush: Timestamp?
  var oldestPush: Timestamp?
  var lastPull: Timestamp?
  var neverPulled: UInt32 = 0

  /// Whether the cloud gave the size of at least one artifact.
  var isSized: Bool { bytes.total != nil }

  mutating func add(_ artifact: Artifact) {
    let size = artifact.size.map(Double.init)
    artifacts += 1
    tags += artifact.tags
    if let size {
      bytes.add(size)
      largest = max(largest ?? 0, artifact.size ?? 0)
    }
    if artifact.tags == 0 {
      untagged += 1
      untaggedBytes += size ?? 0
    }
    if artifact.isNeverPulled { neverPulled += 1 }
    if let pushed = artifact.pushedAt {
      lastPush = max(lastPush ?? pushed, pushed)
      oldestPush = min(oldestPush ?? pushed, pushed)
    }
    if let pulled = artifact.pulledAt { lastPull = max(lastPull ?? pulled, pulled) }
  }
}

extension Artifact {
  /// When the artifact was last pulled or, if it never was, pushed; nil if that is not known.
  var lastUse: Timestamp? { pulledAt ?? (isNeverPulled ? pushedAt : nil) }
}
