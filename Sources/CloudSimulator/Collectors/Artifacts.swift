import System

extension Operation {
  package static let listInstanceAllArtifacts = Operation("ListInstanceAllArtifacts")
}

extension Route {
  static let artifacts = [
    Route(
      .listInstanceAllArtifacts, path: "/v2/{project_id}/instances/{instance_id}/artifacts", service: .swrEnterprise,
      answer: listInstanceAllArtifacts)
  ]

  private static func listInstanceAllArtifacts(_ request: RouteRequest) throws(PageError) -> Reply {
    guard let instance = request.instance else { return request.missingInstance }
    guard instance.listsArtifacts else { return request.unpublished }
    let markerText = request.value("marker")
    let limitText = request.value("limit")
    guard (markerText == nil) == (limitText == nil) else {
      throw PageError(message: "marker and limit must be used together")
    }
    guard let marker = markerText.map(Int.init) ?? 1, marker >= 0 else { throw PageError(message: "invalid marker") }
    guard let limit = limitText.map(Int.init) ?? 10, (1...100).contains(limit) else {
      throw PageError(message: "limit must be 1 to 100")
    }
    let count = instance.artifacts.count(request.now)
    let first = max(0, marker - 1)
    var indices = request.indices(from: first, limit: limit, of: count)
    if request.paging == .endlessMarkers, indices.isEmpty, count > 0 {
      indices = (first..<first + limit).map { $0 % count }
    }
    var json = request.writer()
    json.object {
      request.writeMarker("next_marker", asked: marker, next: count - first > limit ? first + limit + 1 : nil, &$0)
      $0.array("artifacts") { json in
        for index in indices { json.artifact(instance.artifacts.artifact(index, request.now)) }
      }
    }
    return .json(json)
  }
}

extension JSONWriter {
  fileprivate mutating func artifact(_ artifact: SimulatedArtifact) {
    object(replacing: artifact.replacements) {
      $0.integer("id", artifact.id)
      $0.time("pull_time", artifact.pulledAt) { CloudDate.rfc3339($0, digits: 3) }
      $0.time("push_time", artifact.pushedAt) { CloudDate.rfc3339($0, digits: 3) }
      $0.integer("repository_id", artifact.repositoryID)
      $0.string("repository_name", artifact.repositoryName)
      $0.string("digest", artifact.digest)
      $0.string("manifest_media_type", artifact.manifestMediaType)
      $0.string("media_type", artifact.mediaType)
      $0.integer("namespace_id", artifact.namespaceID)
      $0.integer("size", artifact.size)
      $0.string("type", artifact.type)
      switch artifact.tags {
      case .absent: break
      case .null: $0.null("tags")
      case .names(let names):
        $0.array("tags") { json in
          for (index, name) in names.enumerated() {
            json.object {
              $0.integer("id", (artifact.id ?? 0) * 10 + Int64(index))
              $0.integer("repository_id", artifact.repositoryID)
              $0.integer("artifact_id", artifact.id)
              $0.string("name", name)
              $0.time("push_time", artifact.pushedAt) { CloudDate.rfc3339($0, digits: 3) }
              $0.time("pull_time", artifact.pulledAt) { CloudDate.rfc3339($0, digits: 3) }
            }
          }
        }
      }
    }
  }
}

/// One artifact of an instance; properties that are nil are left out of the answer.
package struct SimulatedArtifact: Sendable {
  package var id: Int64?
  package var repositoryID: Int64?
  package var repositoryName: String?
  package var namespaceID: Int64?
  package var type: String?
  package var mediaType: String?
  package var manifestMediaType: String?
  package var digest: String?
  /// The size in bytes.
  package var size: Int64?
  package var pushedAt: SimulatedTime
  package var pulledAt: SimulatedTime
  package var tags: SimulatedTags
  /// Raw JSON by field, as in `SimulatedInstance`.
  package var replacements: [String: String] = [:]

  package init(
    id: Int64?, repositoryID: Int64?, repositoryName: String?, namespaceID: Int64?, type: String? = "IMAGE",
    digest: String?, size: Int64?, pushedAt: SimulatedTime, pulledAt: SimulatedTime = .never,
    tags: SimulatedTags = .absent
  ) {
    self.id = id
    self.repositoryID = repositoryID
    self.repositoryName = repositoryName
    self.namespaceID = namespaceID
    self.type = type
    self.mediaType = "application/vnd.docker.container.image.v1+json"
    self.manifestMediaType = "application/vnd.docker.distribution.manifest.v2+json"
    self.digest = digest
    self.size = size
    self.pushedAt = pushedAt
    self.pulledAt = pulledAt
    self.tags = tags
  }
}

/// The tags of an artifact; there are three ways to have none.
package enum SimulatedTags: Sendable, Hashable {
  case absent
  case null
  /// The names of the tags; their times and ids follow from the artifact.
  case names([String])

  package var count: Int { if case .names(let names) = self { names.count } else { 0 } }
}

/// The artifacts of an instance in the order of their listing: a list, or made one by one when a page needs them.
///
/// New ones come at the end, so that markers of earlier pages stay right.
package struct ArtifactListing: Sendable {
  /// Returns the number of artifacts at a time.
  package var count: @Sendable (Timestamp) -> Int
  /// Returns the artifact at an index, as it is at a time; a pure function.
  package var artifact: @Sendable (Int, Timestamp) -> SimulatedArtifact

  package init(_ artifacts: [SimulatedArtifact]) {
    count = { _ in artifacts.count }
    artifact = { index, _ in artifacts[index] }
  }

  package init(
    count: @escaping @Sendable (Timestamp) -> Int,
    artifact: @escaping @Sendable (Int, Timestamp) -> SimulatedArtifact
  ) {
    self.count = count
    self.artifact = artifact
  }
}

/// Makes the artifact at an index, from the index and the time alone.
struct ArtifactMaker: Sendable {
  var hash: SeededHash
  var repositories: Int
  var namespaces = 1
  var isHostile = false
  var beginning: Timestamp
  /// The minimum time between two pulls of an artifact that is pulled repeatedly; nil if none is.
  var pullInterval: Duration?
  /// The number of artifacts at the beginning; after each `growth` one more is pushed.
  var initialCount = Int.max
  var growth: Duration = .seconds(15)
  /// The names of the repositories, in turn; if empty, names are made up.
  var names: [String] = []

  func namespaceID(_ index: Int) -> Int64 { Int64(80 + index) }

  func name(_ kind: String, _ index: Int) -> String {
    GeneratedProject.name(kind, index, isHostile: isHostile)
  }

  /// Returns the repository with this number; its name is nil if the cloud gives none.
  func repository(_ number: Int) -> (id: Int64, name: String?, namespaceID: Int64) {
    let namespace = namespaceID(number % namespaces)
    if !names.isEmpty { return (Int64(400 + number), names[number / namespaces % names.count], namespace) }
    // All namespaces have the same names; one repository of 37 has no name.
    let name = number % 37 == 36 ? nil : name("repository", number / namespaces)
    return (Int64(400 + number), name, namespace)
  }

  func artifact(_ index: Int, at now: Timestamp) -> SimulatedArtifact {
    let place = repository(index % repositories)
    let pushed = pushTime(index)
    var artifact = SimulatedArtifact(
      id: Int64(3804 + index), repositoryID: place.id, repositoryName: place.name, namespaceID: place.namespaceID,
      type: type(index), digest: "sha256:" + hash.hexadecimal(64, 1, index),
      size: Int64(1_000_000 + hash.number(below: 900_000_000, 2, index)), pushedAt: .at(pushed),
      pulledAt: pullTime(index, pushed: pushed, now: now), tags: tags(index))
    if artifact.type == "INDEX" {
      artifact.mediaType = nil
      artifact.manifestMediaType = "application/vnd.oci.image.index.v1+json"
    }
    return artifact
  }

  /// The artifacts of the beginning, and one more after each `growth`, up to 100,000 more.
  var listing: ArtifactListing {
    let growth = growth / .seconds(1)
    return ArtifactListing(
      count: { now in initialCount + max(0, min(100_000, Int((now - beginning) / .seconds(1) / growth))) },
      artifact: { index, now in artifact(index, at: now) })
  }

  private func type(_ index: Int) -> String {
    switch index % repositories % 12 {
    case 5: "CHART"
    case 7: "INDEX"
    case 9: index / repositories % 3 == 0 ? "SBOM" : "IMAGE"
    default: "IMAGE"
    }
  }

  func tags(_ index: Int) -> SimulatedTags {
    switch hash.number(below: 20, 4, index) {
    case 0: .absent
    case 1: .null
    case 2: .names([])
    case 3: .names(["v\(index)", "latest"])
    default: .names(["v\(index)"])
    }
  }

  private func pushTime(_ index: Int) -> Timestamp {
    if index >= initialCount { return beginning + growth * (index - initialCount + 1) }
    let age = hash.number(below: 200 * 86400, 5, index)
    return Timestamp(
      seconds: beginning.seconds - Int64(age), nanoseconds: Int32(hash.number(below: 1000, 6, index)) * 1_000_000)
  }

  private func pullTime(_ index: Int, pushed: Timestamp, now: Timestamp) -> SimulatedTime {
    switch hash.number(below: 16, 7, index) {
    case 0..<3: return .never
    case 3: return .absent
    case 4..<9:
      // These were pulled once, at some time between the push and the beginning.
      let span = max(1, Int((beginning - pushed).components.seconds))
      return .at(Timestamp(seconds: pushed.seconds + Int64(hash.number(below: span, 8, index))))
    default:
      guard let pullInterval, now > pushed else { return .at(max(pushed, beginning)) }
      let interval = pullInterval / .seconds(1) * (1 + hash.fraction(9, index))
      let pulls = ((now - pushed) / .seconds(1) / interval).rounded(.down)
      return .at(Timestamp(seconds: (pushed + .seconds(pulls * interval)).seconds))
    }
  }
}

extension GeneratedProject {
  /// Returns the maker of the artifacts of the instance with this number.
  func artifactMaker(instance number: Int, repositories: Int) -> ArtifactMaker {
    var maker = ArtifactMaker(
      hash: SeededHash(seed: seed.bits(1, number)), repositories: max(1, repositories), isHostile: isHostile,
      beginning: beginning)
    maker.namespaces = max(1, min(repositories / 2, 40))
    return maker
  }
}

extension DemoProject {
  /// Returns the maker of artifacts of which one is pushed every few seconds, and many are pulled repeatedly.
  func artifactMaker(repositories: Int, initially: Int) -> ArtifactMaker {
    var maker = ArtifactMaker(hash: SeededHash(seed: hash.bits(6)), repositories: repositories, beginning: beginning)
    maker.namespaces = 3
    maker.names = ["api", "worker", "web-frontend", "jobs/cleanup", "base/alpine", "charts/gateway"]
    maker.initialCount = initially
    maker.growth = .seconds(isProduction ? 12 : 20)
    maker.pullInterval = .seconds(40)
    return maker
  }
}

/// The identity of an aggregate over artifacts.
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

/// The truth about the artifacts of a group, counted from the world itself.
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
  /// The number of artifacts that were not pulled (or, never pulled, not pushed) for at least this long.
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
  /// Returns the truth about an instance's artifacts at a time, by repository and type; an artifact listed twice counts
  /// once.
  package func artifactTruth(
    instanceID: String, at now: Timestamp, idleFor: [Duration] = []
  ) -> [ArtifactGroup: ArtifactTruth] {
    guard let listing = instance(instanceID)?.artifacts else { return [:] }
    var truth: [ArtifactGroup: ArtifactTruth] = [:]
    var seen: Set<Int64> = []
    for index in 0..<listing.count(now) {
      let artifact = listing.artifact(index, now)
      if let id = artifact.id, !seen.insert(id).inserted { continue }
      let group = ArtifactGroup(
        repositoryID: artifact.repositoryID, repositoryName: artifact.repositoryName, type: artifact.type)
      truth[group, default: ArtifactTruth()].add(artifact, now: now, idleFor: idleFor)
    }
    return truth
  }
}
