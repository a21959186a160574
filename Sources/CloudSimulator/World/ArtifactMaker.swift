import HuaweiCloud

/// Makes the artifact at an index, from the index alone.
struct ArtifactMaker: Sendable {
  var hash: SeededHash
  var repositories: Int
  var namespaces = 1
  var isHostile = false
  var beginning: Timestamp
  /// Where set, artifacts that are pulled now and then are pulled again after this long.
  var pullInterval: Duration?
  /// How many artifacts stood there at the beginning; the later ones are pushed one each `growth`.
  var initialCount = Int.max
  var growth: Duration = .seconds(15)
  /// The repositories' names, in turn, where they shall not be made up.
  var names: [String] = []

  func namespaceID(_ index: Int) -> Int64 { Int64(80 + index) }

  func name(_ kind: String, _ index: Int) -> String {
    World.generatedName(kind, index, isHostile: isHostile)
  }

  /// The repository with this number; its name is nil where the cloud gives none.
  func repository(_ number: Int) -> (id: Int64, name: String?, namespaceID: Int64) {
    let namespace = namespaceID(number % namespaces)
    if !names.isEmpty { return (Int64(400 + number), names[number / namespaces % names.count], namespace) }
    // The same name stands in every namespace; one repository of 37 has none.
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

  private func type(_ index: Int) -> String {
    switch index % repositories % 12 {
    case 5: "CHART"
    case 7: "INDEX"
    case 9: index / repositories % 3 == 0 ? "SBOM" : "IMAGE"
    default: "IMAGE"
    }
  }

  private func tags(_ index: Int) -> SimulatedTags {
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
      // Pulled once, somewhere between the push and the beginning.
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
