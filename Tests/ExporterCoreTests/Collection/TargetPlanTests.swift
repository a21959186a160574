import Testing

@testable import ExporterCore
@testable import HuaweiCloud

/// Which targets there are, from a configuration and what discovery has found.
@Suite struct TargetPlanTests {
  private func plan(
    _ collectors: String, projectID: String? = "p", _ facts: Facts = Facts(), shard: Shard = .whole
  ) throws -> [String] {
    let id = projectID.map { "project_id: \($0)," } ?? ""
    let configuration = try configuration(
      "projects:\n  - {name: prod, region: r, \(id) credentials: {token: t}, collectors: \(collectors)}\n")
    return TargetPlan.targets(of: configuration, facts: ["prod": facts], shard: shard).map {
      "\($0.id.collector)/\($0.id.scope)\($0.isOptional ? "?" : "")\($0.isShown ? "" : " (not shown)")"
    }
  }

  private let all = "{registries: {}, artifacts: {}, sync_rules: {}, mirrors: {}, image_caches: {}}"

  @Test func atTheStartThereIsDiscoveryAndWhatNeedsNone() throws {
    #expect(
      try plan(all, projectID: nil) == [
        "discovery/project", "discovery/instances", "discovery/swr_repositories", "discovery/codearts_repositories",
        "image_caches/",
      ])
  }

  @Test func nothingIsLookedUpThatIsConfigured() throws {
    #expect(try plan("{image_caches: {}}") == ["image_caches/"])
    #expect(try plan("{mirrors: {repository_ids: [1]}}") == ["mirrors/"])
    #expect(
      try plan("{sync_rules: {repositories: [b/x, a/y, b/z/w]}}") == ["sync_rules/a", "sync_rules/b"])
    // The instances' names and states are shown where they may be listed.
    #expect(
      try plan("{registries: {instances: [i, j]}}") == ["discovery/instances?", "registries/i", "registries/j"])
    #expect(try plan("{registries: {instances: [i]}, artifacts: {}}") == ["discovery/instances", "registries/i"])
  }

  @Test func whatIsFoundIsCollected() throws {
    var facts = Facts()
    facts.find(
      .instances,
      try [("run", "Running"), ("new", "Creating"), ("odd", nil), ("bad", "Unavailable")].map {
        try instance($0, status: $1)
      })
    facts.find(
      .imageRepositories,
      [ImageRepository(namespace: "b", name: "x"), ImageRepository(namespace: "a", name: "y/z")])
    facts.find(.codeRepositories, [])
    #expect(
      try plan(all, facts).filter { !$0.hasPrefix("discovery") } == [
        "registries/run", "registries/odd", "artifacts/run", "artifacts/odd", "sync_rules/a", "sync_rules/b",
        "mirrors/", "image_caches/",
      ])
  }

  @Test(arguments: 2...5) func shardsShareTheTargetsAndAllDiscover(_ total: Int) throws {
    var facts = Facts()
    facts.find(.instances, try (0..<20).map { try instance("i\($0)", status: "Running") })
    let whole = try plan(all, facts)
    let parts = try (0..<total).map { try plan(all, facts, shard: Shard(index: $0, total: total)) }
    let shown = parts.flatMap { $0 }.filter { !$0.hasSuffix("(not shown)") }
    #expect(shown.sorted() == whole.sorted())
    for part in parts { #expect(part.count { $0.hasPrefix("discovery") } == 3) }
  }

  @Test func objectsAreThoseOfTheTarget() throws {
    var facts = Facts()
    facts.find(
      .imageRepositories,
      [("a", "x"), ("b", "y"), ("a", "z/w")].map { ImageRepository(namespace: $0, name: $1) })
    facts.find(
      .codeRepositories,
      try [#"{"id":7,"name":"seven"}"#, #"{"id":8}"#].map { try read(CodeRepository.self, $0) })
    let found = facts
    func objects(_ collectors: String, _ scope: String) throws -> [WatchedObject] {
      let configuration = try configuration(
        "projects:\n  - {name: prod, region: r, credentials: {token: t}, collectors: \(collectors)}\n")
      let targets = TargetPlan.targets(of: configuration, facts: ["prod": found])
      let target = try #require(targets.first { $0.id.collector != "discovery" && $0.id.scope == scope })
      guard case .objects(let watched, _, _) = target.collector.work.method else { return [] }
      return try watched(found, scope)
    }
    #expect(try objects("{sync_rules: {}}", "a").map(\.key) == ["x", "z/w"])
    #expect(try objects("{sync_rules: {}}", "a").allSatisfy { !$0.isConfigured })
    #expect(
      try objects("{sync_rules: {repositories: [b/q]}}", "b") == [
        WatchedObject(key: "q", name: "q", isConfigured: true)
      ])
    // What is excluded is not watched, found or listed; the whole name or id must match.
    #expect(try objects("{sync_rules: {exclude: [a/x, z]}}", "a").map(\.key) == ["z/w"])
    #expect(try objects("{sync_rules: {exclude: ['a/.*']}}", "a").isEmpty)
    #expect(try objects("{sync_rules: {repositories: [b/q, b/r], exclude: ['.*/q']}}", "b").map(\.key) == ["r"])
    #expect(try objects("{mirrors: {exclude: [seven]}}", "").map(\.key) == ["8"])
    #expect(try objects("{mirrors: {exclude: ['8', seve]}}", "").map(\.key) == ["7"])
    #expect(try objects("{mirrors: {repository_ids: [7, 9], exclude: ['s.*']}}", "").map(\.key) == ["9"])
    #expect(throws: CloudError.self) {
      try objects("{mirrors: {repository_ids: [2147483647], exclude: ['(([0-9]|[0-9])+)+[_!]']}}", "")
    }
    #expect(
      try objects("{mirrors: {}}", "") == [
        WatchedObject(key: "7", name: "seven", isConfigured: false),
        WatchedObject(key: "8", name: "", isConfigured: false),
      ])
    #expect(
      try objects("{mirrors: {repository_ids: [9, 7]}}", "") == [
        WatchedObject(key: "9", name: "", isConfigured: true),
        WatchedObject(key: "7", name: "seven", isConfigured: true),
      ])
  }

  /// Jobs are asked for once all rules of an organisation are known, and not of the first repositories with some.
  @Test func whatIsFoundObjectByObjectIsKnownWhenAllWereAsked() throws {
    var facts = Facts()
    let rules = TargetID(project: "prod", collector: "sync_rules", scope: "group")
    let fact = try #require(Collector.syncRules.foundFact)
    let repository = ImageRepository(namespace: "group", name: "web")
    facts.record(
      Finding(fact: fact.name, elements: [repository]), fact, object: "web", of: rules, at: .zero)
    #expect(facts[Fact.repositoriesWithRules] == nil)
    facts.keep(["web"], fact: fact.name, of: rules)
    #expect(facts[Fact.repositoriesWithRules] == [repository])
    #expect(try plan("{sync_rules: {}, sync_jobs: {}}", facts).contains("sync_jobs/group"))
  }

  private func instance(_ id: String, status: String?) throws -> Instance {
    try read(Instance.self, #"{"id":"\#(id)","status":\#(status.map { "\"\($0)\"" } ?? "null")}"#)
  }

  private func read<Object: ListedObject>(_ object: Object.Type, _ text: String) throws -> Object {
    try JSONReader.read(Array(text.utf8)) { reader throws(JSONFault) in try Object(try reader.value()) }
  }
}

extension Facts {
  /// What a discovery found.
  fileprivate mutating func find<Element>(_ fact: Fact<Element>, _ elements: [Element]) {
    let target = TargetID(project: "prod", collector: Collector.discoveries, scope: fact.name)
    record(Finding(fact: fact.name, elements: elements), of: target)
  }
}
