import HuaweiCloud

/// Makes the objects of a generated project that are few enough to be kept.
struct ObjectMaker {
  var hash: SeededHash
  var isHostile: Bool
  var beginning: Timestamp

  /// Organisations of up to a thousand repositories: names repeat among them, every fifth is nested, and rules are none,
  /// one or two.
  func organisations(_ repositories: Int) -> [SimulatedOrganisation] {
    let count = max(1, min(repositories / 4, 3), (repositories + 999) / 1000)
    guard repositories > 0 else { return [] }
    return (0..<count).map { number in
      let own = stride(from: number, to: repositories, by: count).enumerated().map { index, overall in
        let nested = index % 5 == 4 ? "team/" : ""
        var repository = SimulatedImageRepository(
          name: "\(nested)repository-\(index)", createdAt: time(overall, 1), updatedAt: time(overall, 2))
        repository.rules = (0..<hash.number(below: 3, 3, overall)).map { rule(overall * 2 + $0) }
        return repository
      }
      return SimulatedOrganisation(id: Int64(number + 1), name: "organisation-\(number)", repositories: own)
    }
  }

  private func rule(_ index: Int) -> SimulatedSyncRule {
    var rule = SimulatedSyncRule(
      id: Int64(45 + index), remoteRegionID: ["cn-north-1", "cn-south-1", "ap-southeast-1"][index % 3],
      remoteNamespace: World.generatedName("backup", index % 9, isHostile: isHostile),
      isAutomatic: hash.number(below: 4, 4, index) > 0, overrides: hash.number(below: 2, 5, index) == 0)
    rule.createdAt = index % 17 == 16 ? .null : .at(time(index, 6))
    rule.updatedAt = index % 13 == 12 ? .absent : .at(time(index, 7))
    return rule
  }

  /// Every seventh has no mirror, every eleventh is forbidden; the others' mirrors are in all known states and one
  /// unknown.
  func codeRepositories(_ count: Int) -> [SimulatedCodeRepository] {
    let states: [String?] = [
      "finished", "failed", "started", "none", "scheduled", "canceled", "to_retry", "hibernating", nil,
    ]
    let errors: [String?] = [
      nil, #"{"msg":"exit status 128","code":"7"}"#, "plain text", "", #"{"msg":"no code"}"#,
      #"{"code":"not a code!"}"#,
    ]
    return (0..<count).map { index in
      let state = MirrorState(
        status: states[index % states.count], failures: index % 19 == 18 ? nil : Int64(hash.number(below: 5, 8, index)),
        lastUpdate: index % 23 == 22 ? .null : .at(time(index, 9)),
        lastSuccess: index % 5 == 4 ? .empty : .at(time(index, 10)), lastError: errors[index % errors.count])
      var repository = SimulatedCodeRepository(
        id: Int64(2_000_000 + index), name: World.generatedName("code", index, isHostile: isHostile))
      repository.isForbidden = index % 11 == 10
      repository.mirror =
        index % 7 == 6
        ? nil
        : SimulatedMirror(
          id: Int64(10_000 + index), url: "https://user:password@example.com/mirrors/\(index).git?ref=main#top",
          isEnabled: index % 2 == 0, isPrivate: index % 3 == 0 ? nil : true, course: .fixed(state))
      return repository
    }
  }

  /// In all states and one unknown; times with 0 to 9 digits of a fraction; kept for ever, for some days, or unsaid.
  func imageCaches(_ count: Int) -> [SimulatedCacheSlot] {
    let states: [String?] = ["Available", "Creating", "Unavailable", "Deleting", "Failed", "Melting", nil]
    return (0..<count).map { index in
      var created = time(index, 11)
      // Dropping digits from the right gives each number of them its turn, since zeros at the end aren't printed.
      let unit = (0..<index % 10).reduce(1) { value, _ in value * 10 }
      created.nanoseconds = index % 10 == 9 ? 0 : Int32((123_456_789 / unit) * unit)
      return .fixed(
        SimulatedImageCache(
          id: hash.uuid(12, index), name: World.generatedName("cache", index, isHostile: isHostile),
          createdAt: .at(created), images: (0..<(1 + index % 4)).map { "registry.example.com/image-\($0):v\(index)" },
          size: Int64(20 + index % 381), retentionDays: index % 3 == 0 ? 0 : index % 8 == 7 ? nil : Int64(index % 30),
          clusterID: index % 6 == 5 ? nil : hash.uuid(13, index), status: states[index % states.count]))
    }
  }

  private func time(_ index: Int, _ purpose: UInt64) -> Timestamp {
    Timestamp(
      seconds: beginning.seconds - Int64(hash.number(below: 400 * 86400, purpose, index)),
      nanoseconds: Int32(hash.number(below: 1_000_000_000, purpose, index)))
  }
}
