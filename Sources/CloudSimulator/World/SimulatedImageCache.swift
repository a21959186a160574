import HuaweiCloud

/// An image cache of CCE Autopilot.
package struct SimulatedImageCache: Sendable {
  package var id: String
  package var name: String
  package var createdAt: SimulatedTime
  package var images: [String]
  /// GiB.
  package var size: Int64?
  /// 0 keeps for ever; nil leaves the field out.
  package var retentionDays: Int64?
  package var clusterID: String?
  package var pullSecrets: [String]
  package var status: String?
  package var message: String?
  /// Raw JSON by field, as in `SimulatedInstance`.
  package var replacements: [String: String] = [:]

  package init(
    id: String, name: String, createdAt: SimulatedTime, images: [String], size: Int64? = 25,
    retentionDays: Int64? = 7, clusterID: String? = "c271e39f-1a6e-4d3d-8fa8-2a36329c68d2",
    pullSecrets: [String] = [], status: String? = "Available", message: String? = nil
  ) {
    self.id = id
    self.name = name
    self.createdAt = createdAt
    self.images = images
    self.size = size
    self.retentionDays = retentionDays
    self.clusterID = clusterID
    self.pullSecrets = pullSecrets
    self.status = status
    self.message = message
  }
}

/// A place for a cache: always the same one, or one after the other.
package enum SimulatedCacheSlot: Sendable {
  case fixed(SimulatedImageCache)
  /// Created, available, then ended (expired where its retention is over, deleted otherwise), away, and created anew
  /// under the same name with another id.
  case renewed(
    SimulatedImageCache, seed: SeededHash, creating: Duration, available: Duration, ending: Duration, away: Duration,
    phase: Duration)

  /// The cache that is there at a time, if any.
  package func cache(at now: Timestamp, since beginning: Timestamp) -> SimulatedImageCache? {
    switch self {
    case .fixed(let cache): return cache
    case .renewed(var cache, let seed, let creating, let available, let ending, let away, let phase):
      let period = (creating + available + ending + away) / .seconds(1)
      let elapsed = (now - beginning + phase) / .seconds(1)
      let generation = Int((elapsed / period).rounded(.down))
      let age = Duration.seconds(elapsed - Double(generation) * period)
      let birth = beginning + .seconds(Double(generation) * period - phase / .seconds(1))
      // Go prints as many digits of a fraction as there are: each generation has another number of them, 0 to 9.
      let unit = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000]
      let coarse = unit[seed.number(below: unit.count, 1, generation)]
      let nanoseconds = seed.number(below: 1_000_000_000, 2, generation) / coarse * coarse
      cache.id = seed.uuid(3, generation)
      cache.createdAt = .at(Timestamp(seconds: birth.seconds, nanoseconds: Int32(nanoseconds)))
      let lifetime = Duration.seconds((cache.retentionDays ?? 0) * 86400)
      if age < creating {
        cache.status = "Creating"
      } else if age < creating + available {
        cache.status = "Available"
      } else if age < creating + available + ending {
        let hasExpired = lifetime > .zero && age >= lifetime
        cache.status = hasExpired ? "Unavailable" : "Deleting"
        if hasExpired { cache.message = "the image cache has expired" }
      } else {
        return nil
      }
      return cache
    }
  }
}
