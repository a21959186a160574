import System

extension Operation {
  package static let listImageCaches = Operation("ListImageCaches")
}

extension SimulatedService {
  package static let cce = SimulatedService(errors: .cce, refusedPage: "CCE.01400001", forbidden: "CCE.01403001")
}

extension Route {
  static let imageCaches = [
    Route(.listImageCaches, path: "/v5/imagecaches", service: .cce, answer: listImageCaches)
  ]

  private static func listImageCaches(_ request: RouteRequest) -> Reply {
    var caches = (request.project?.imageCaches ?? []).compactMap {
      $0.cache(at: request.now, since: request.world.beginning)
    }
    if let name = request.value("name") { caches = caches.filter { $0.name == name } }
    var json = request.writer()
    json.object {
      $0.array("image_caches") { json in
        for cache in caches { json.imageCache(cache, request) }
      }
    }
    return .json(json)
  }
}

extension JSONWriter {
  fileprivate mutating func imageCache(_ cache: SimulatedImageCache, _ request: RouteRequest) {
    object(replacing: cache.replacements) {
      $0.string("name", cache.name)
      $0.string("id", cache.id)
      $0.time("created_at", cache.createdAt, CloudDate.goString)
      $0.array("images") { json in
        for image in cache.images { json.string(nil, image) }
      }
      $0.integer("image_cache_size", cache.size)
      $0.integer("retention_days", cache.retentionDays)
      if cache.clusterID != nil || !cache.pullSecrets.isEmpty {
        $0.object("building_config") {
          $0.string("cluster", cache.clusterID)
          if !cache.pullSecrets.isEmpty {
            $0.array("image_pull_secrets") { json in
              for secret in cache.pullSecrets { json.string(nil, secret) }
            }
          }
        }
      }
      $0.string("status", cache.status)
      $0.string("message", cache.message ?? (request.tampering.secret == nil ? nil : ""))
    }
  }
}

/// An image cache of CCE Autopilot.
package struct SimulatedImageCache: Sendable {
  package var id: String
  package var name: String
  package var createdAt: SimulatedTime
  package var images: [String]
  /// The size in GiB.
  package var size: Int64?
  /// The days for which the cache is kept; 0 keeps it forever, and nil leaves the field out.
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

/// A slot for a cache: always the same cache, or one after the other.
package enum SimulatedCacheSlot: Sendable {
  case fixed(SimulatedImageCache)
  /// A cache that is created, available, then ends (expired if its retention is over, deleted otherwise), is gone, and
  /// is created anew under the same name with another id.
  case renewed(
    SimulatedImageCache, seed: SeededHash, creating: Duration, available: Duration, ending: Duration, away: Duration,
    phase: Duration)

  /// Returns the cache that is there at a time, if any.
  package func cache(at now: Timestamp, since beginning: Timestamp) -> SimulatedImageCache? {
    switch self {
    case .fixed(let cache): return cache
    case .renewed(var cache, let seed, let creating, let available, let ending, let away, let phase):
      let period = (creating + available + ending + away) / .seconds(1)
      let elapsed = (now - beginning + phase) / .seconds(1)
      let generation = Int((elapsed / period).rounded(.down))
      let age = Duration.seconds(elapsed - Double(generation) * period)
      let birth = beginning + .seconds(Double(generation) * period - phase / .seconds(1))
      // Go prints as many digits of a fraction as there are, so each generation is given some number of them, 0 to 9.
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

extension GeneratedProject {
  /// Returns caches in all states and an unknown one, with times of 0 to 9 digits of a fraction, kept forever, for some
  /// days, or for a time that is not sent.
  func imageCaches(_ count: Int) -> [SimulatedCacheSlot] {
    let states: [String?] = ["Available", "Creating", "Unavailable", "Deleting", "Failed", "Melting", nil]
    return (0..<count).map { index in
      var created = time(index, 11)
      // Zeros at the end aren't printed, so setting digits from the right to zero gives every number of digits in turn.
      let unit = (0..<index % 10).reduce(1) { value, _ in value * 10 }
      created.nanoseconds = index % 10 == 9 ? 0 : Int32((123_456_789 / unit) * unit)
      return .fixed(
        SimulatedImageCache(
          id: hash.uuid(12, index), name: name("cache", index),
          createdAt: .at(created), images: (0..<(1 + index % 4)).map { "registry.example.com/image-\($0):v\(index)" },
          size: Int64(20 + index % 381), retentionDays: index % 3 == 0 ? 0 : index % 8 == 7 ? nil : Int64(index % 30),
          clusterID: index % 6 == 5 ? nil : hash.uuid(13, index), status: states[index % states.count]))
    }
  }
}

extension DemoProject {
  /// The image caches of the demo: two that stay as they are, and others that expire or are deleted and come back.
  var imageCaches: [SimulatedCacheSlot] {
    var slots: [SimulatedCacheSlot] = [
      .fixed(
        SimulatedImageCache(
          id: hash.uuid(9), name: "base-images", createdAt: ago(60),
          images: ["swr.\(region).myhuaweicloud.com/platform/base/alpine:3.20", "busybox:latest"], size: 20,
          retentionDays: 0)),
      .fixed(
        SimulatedImageCache(
          id: hash.uuid(10), name: "gpu-runtime", createdAt: ago(1), images: ["nvidia/cuda:12.4"], size: 400,
          retentionDays: nil, status: "Failed", message: "pull image failed: manifest unknown")),
    ]
    // These are kept for a day: the first ends a minute after the beginning, the next ones later and later.
    for (index, seconds) in [60, 110, 200, 400, 900, 3600].prefix(isProduction ? 6 : 2).enumerated() {
      let lifetime = Self.day
      slots.append(
        .renewed(
          cache("web-\(index)", retentionDays: 1), seed: SeededHash(seed: hash.bits(11, index)),
          creating: .seconds(15), available: lifetime - .seconds(15), ending: .seconds(25), away: .seconds(5),
          phase: lifetime - .seconds(seconds)))
    }
    // This one is deleted and created again, over and over.
    slots.append(
      .renewed(
        cache("nightly", retentionDays: 7), seed: SeededHash(seed: hash.bits(12)), creating: .seconds(30),
        available: .seconds(60), ending: .seconds(15), away: .seconds(15), phase: .zero))
    return slots
  }

  private func cache(_ name: String, retentionDays: Int64) -> SimulatedImageCache {
    SimulatedImageCache(
      id: "", name: name, createdAt: .absent,
      images: ["swr.\(region).myhuaweicloud.com/web/\(name):latest", "nginx:1.27"],
      size: 25, retentionDays: retentionDays, clusterID: hash.uuid(13), pullSecrets: ["default:swr-pull"])
  }
}
