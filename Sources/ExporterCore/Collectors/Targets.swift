import HuaweiCloud

/// Where the targets of a collector come from.
package struct Targets: Sendable {
  /// The label that holds a target's scope, beside `project`, and the name of the scope in paths.
  package struct ScopeLabel: Sendable {
    let label: String
    let name: String

    static let instance = ScopeLabel(label: "instance_id", name: "instance_id")
    static let organisation = ScopeLabel(label: "swr_namespace", name: "namespace")

    /// The labels that all series of a target begin with.
    static func labels(of target: TargetID, _ scope: ScopeLabel?) -> LabelSet {
      let project = LabelSet(["project": target.project])
      return scope.map { project.adding($0.label, target.scope) } ?? project
    }

    /// Their names.
    static func names(_ scope: ScopeLabel?) -> [String] { ["project"] + (scope.map { [$0.label] } ?? []) }
  }

  let scopeLabel: ScopeLabel?
  let setUp: @Sendable (inout Setup) throws(ConfigurationError) -> @Sendable (Facts) -> [String]

  /// The names of the labels that all series of a target begin with.
  var labels: [String] { Targets.ScopeLabel.names(scopeLabel) }

  /// One target for the whole project.
  package static let wholeProject = Targets(scopeLabel: nil) { _ in { _ in [""] } }

  /// One target for the whole project, with `key` as its scope, since discoveries share one collector name.
  static func discovery(_ key: String) -> Targets { Targets(scopeLabel: nil) { _ in { _ in [key] } } }

  /// The SWR Enterprise instances that `instances` lists, or otherwise all that run.
  package static let instances = Targets(scopeLabel: .instance) { setup throws(ConfigurationError) in
    let listed = try setup.option(
      "instances", [.init("instances", standard: "discovered", "ids of SWR Enterprise instances")],
      { field throws(ConfigurationError) in try field.unique(try field.texts()) },
      show: { $0.map { "\($0.count) instances" } ?? "instances discovered" })
    // Even with a list, discovery shows the instances' names and states if it may list them.
    let found = setup.uses(.instances, isOptional: listed != nil)
    return { facts in
      // Discovery shows all instances, but only running ones answer requests.
      listed ?? (facts[found] ?? []).filter { $0.status == nil || $0.status == "Running" }.map(\.id)
    }
  }
}

/// Where the objects of a collector that asks object by object come from, and with them its targets.
package struct Objects: Sendable {
  struct Watch: Sendable {
    let scopes: @Sendable (Facts) -> [String]
    /// The objects of a target; throws if an expression of the configuration takes too long.
    let objects: @Sendable (Facts, _ scope: String) throws(CloudError) -> [WatchedObject]
  }

  let scopeLabel: Targets.ScopeLabel?
  /// The key of the collector by which the targets are assigned to shards, or nil for their own.
  var follows: String?
  let setUp: @Sendable (inout Setup) throws(ConfigurationError) -> Watch

  init(
    scopeLabel: Targets.ScopeLabel?, follows: String? = nil,
    setUp: @escaping @Sendable (inout Setup) throws(ConfigurationError) -> Watch
  ) {
    self.scopeLabel = scopeLabel
    self.follows = follows
    self.setUp = setUp
  }

  /// The names of the labels that all series of a target begin with.
  var labels: [String] { Targets.ScopeLabel.names(scopeLabel) }

  /// Repositories of SWR basic, either listed by `repositories` or found for `fact`; each organisation is a target.
  package static func imageRepositories(
    foundBy fact: Fact<ImageRepository>, standard: String = "discovered", follows: String? = nil
  ) -> Objects {
    Objects(scopeLabel: .organisation, follows: follows) { setup throws(ConfigurationError) in
      let listed = try setup.option(
        "repositories",
        [
          .init(
            "repositories", standard: standard, "`NAMESPACE/REPOSITORY`; a nested repository is `NAMESPACE/a/b`")
        ],
        { field throws(ConfigurationError) in try field.repositories() },
        show: { $0.map { "\($0.count) repositories" } ?? "repositories discovered" })
      let excluded = try setup.excluded(by: "`NAMESPACE/REPOSITORY`")
      setup.listedObjects = listed?.count
      let found = listed == nil ? setup.uses(fact) : nil
      let repositories: @Sendable (Facts) -> [ImageRepository] = { facts in
        listed ?? found.flatMap { facts[$0] } ?? []
      }
      return Watch(
        scopes: { Set(repositories($0).map(\.namespace)).sorted() },
        objects: { facts, organisation throws(CloudError) in
          var objects: [WatchedObject] = []
          for repository in repositories(facts) where repository.namespace == organisation {
            guard try excluded.accepts(repository.identity) else { continue }
            objects.append(WatchedObject(key: repository.name, name: repository.name, isConfigured: listed != nil))
          }
          return objects
        })
    }
  }

  /// Repositories of CodeArts Repo, either those that `repository_ids` lists or all of the user's.
  package static let codeRepositories = Objects(scopeLabel: nil) { setup throws(ConfigurationError) in
    let listed = try setup.option(
      "repository_ids",
      [.init("repository_ids", standard: "the user's repositories", "numbers of CodeArts repositories")],
      { field throws(ConfigurationError) in try field.unique(try field.integers(in: 1...2_147_483_647)) },
      show: { $0.map { "\($0.count) repositories" } ?? "repositories discovered" })
    let excluded = try setup.excluded(by: "a repository's name or id")
    setup.listedObjects = listed?.count
    let fact = Fact<CodeRepository>.codeRepositories
    let found = listed == nil ? setup.uses(fact) : nil
    return Watch(
      scopes: { facts in listed == nil && found.flatMap { facts[$0] } == nil ? [] : [""] },
      objects: { facts, _ throws(CloudError) in
        // Names are used if they are known; for listed ids, that is only if another collector needs the discovery.
        let known = facts[fact] ?? []
        let names = Dictionary(known.map { ($0.id, $0.name ?? "") }, uniquingKeysWith: { first, _ in first })
        var objects: [WatchedObject] = []
        for id in listed.map({ $0.map { String($0) } }) ?? known.map(\.id) {
          let name = names[id] ?? ""
          guard try excluded.accepts(id) else { continue }
          if !name.isEmpty, try !excluded.accepts(name) { continue }
          objects.append(WatchedObject(key: id, name: name, isConfigured: listed != nil))
        }
        return objects
      })
  }
}
