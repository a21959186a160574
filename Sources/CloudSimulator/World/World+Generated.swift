import HuaweiCloud

extension World {
  /// A world of any size whose artifacts are made one by one when a page needs them, so that a million cost no memory.
  ///
  /// One project, `instances` instances of `artifacts` artifacts in `repositories` repositories each (the same counts in
  /// every one); repository names repeat in other namespaces. `isHostile` puts quotes, backslashes, newlines, emoji and
  /// right-to-left text into names. Every odd shape the documents allow occurs once there are some dozens of a kind.
  package static func generated(
    instances: Int = 1, repositories: Int = 10, artifacts: Int = 100, imageRepositories: Int = 0,
    codeRepositories: Int = 0, imageCaches: Int = 0, seed: UInt64 = 1, isHostile: Bool = false,
    projectID: String = "0b7a3c5d9e1f42688ab1c2d3e4f50617", region: String = "cn-north-4",
    beginning: Timestamp = Timestamp(seconds: 1_735_700_000)
  ) -> World {
    let hash = SeededHash(seed: seed)
    let made = (0..<instances).map { number in
      var maker = ArtifactMaker(
        hash: SeededHash(seed: hash.bits(1, number)), repositories: max(1, repositories), isHostile: isHostile,
        beginning: beginning)
      maker.namespaces = max(1, min(repositories / 2, 40))
      let shelf = ArtifactShelf(count: { _ in artifacts }, artifact: { [maker] in maker.artifact($0, at: $1) })
      return SimulatedInstance(
        id: hash.uuid(2, number), name: "instance-\(number)",
        registries: (0..<3).map { SimulatedRegistry(id: Int64($0 + 1), name: maker.name("registry", $0)) },
        namespaces: (0..<maker.namespaces).map {
          SimulatedNamespace(id: maker.namespaceID($0), name: maker.name("namespace", $0))
        },
        artifacts: shelf)
    }
    let maker = ObjectMaker(hash: SeededHash(seed: hash.bits(3)), isHostile: isHostile, beginning: beginning)
    let project = SimulatedProject(
      id: projectID, name: region, instances: made, organisations: maker.organisations(imageRepositories),
      codeRepositories: maker.codeRepositories(codeRepositories), imageCaches: maker.imageCaches(imageCaches))
    return World(projects: [project], beginning: beginning)
  }

  /// A name of a generated object.
  static func generatedName(_ kind: String, _ index: Int, isHostile: Bool) -> String {
    guard isHostile else { return "\(kind)-\(index)" }
    let tails = [#" "quoted""#, #" back\slash"#, "\nnewline", " 🐳🔥", " مرحبا", "{a=\"b\"} 1", "\ttab\u{1}", "é中文", ""]
    return "\(kind)-\(index)" + tails[index % tails.count]
  }
}
