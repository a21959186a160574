import HuaweiCloud

/// All that decides how a target runs: one whose specification stays the same keeps its data and its schedule.
package struct TargetSpecification: Sendable, Hashable {
  package enum Work: Sendable, Hashable {
    case collector(Collector)
    case discovery(Discovery, isOptional: Bool)
  }

  package let id: TargetID
  package let work: Work
  package let settings: RefreshSettings
  package let options: CollectorOptions
  package let cloud: CloudProject
  /// False where another shard shows what this one only needs to know.
  package let isShown: Bool
}

/// Which targets there are, from the configuration and what discovery has found so far.
package enum TargetPlan {
  package static func targets(
    of configuration: Configuration, inventories: [String: Inventory] = [:], shard: Shard = .whole
  ) -> [TargetSpecification] {
    configuration.projects.flatMap { project in
      let inventory = inventories[project.name] ?? Inventory()
      let collected = project.collectors.flatMap { configured in
        scopes(of: configured, in: inventory).map { scope in
          specification(project, configured, scope)
        }
      }
      return discoveries(for: project, shard: shard) + collected.filter { shard.owns($0.id) }
    }
  }

  private static func discoveries(for project: ProjectConfiguration, shard: Shard) -> [TargetSpecification] {
    var needed: [(Discovery, isOptional: Bool)] = []
    let enabled = project.collectors.map { ($0.collector, $0.options) }
    if project.cloud.projectID == nil { needed.append((.project, false)) }
    let byInstance = enabled.filter { $0.0.scope == .instance }
    if !byInstance.isEmpty {
      needed.append((.instances, isOptional: byInstance.allSatisfy { $0.1.instances != nil }))
    }
    if enabled.contains(where: { $0.0.scope == .organisation && $0.1.repositories == nil }) {
      needed.append((.imageRepositories, false))
    }
    if enabled.contains(where: { $0.0.options.contains(.repositoryIDs) && $0.1.repositoryIDs == nil }) {
      needed.append((.codeRepositories, false))
    }
    return needed.map { discovery, isOptional in
      let id = TargetID(project: project.name, collector: CollectorCatalog.discovery, scope: discovery.rawValue)
      return TargetSpecification(
        id: id, work: .discovery(discovery, isOptional: isOptional), settings: project.discovery,
        options: CollectorOptions(), cloud: project.cloud,
        isShown: shard.owns(id))
    }
  }

  private static func scopes(of configured: CollectorConfiguration, in inventory: Inventory) -> [String] {
    let collector = configured.collector
    switch collector.scope {
    case .instance:
      if let listed = configured.options.instances { return listed }
      // Others than running ones are shown by discovery, but answer no questions.
      return (inventory.instances ?? []).filter { $0.status == nil || $0.status == "Running" }.map(\.id)
    case .organisation:
      let repositories = configured.options.repositories ?? inventory.imageRepositories ?? []
      return Set(repositories.map(\.namespace)).sorted()
    case .project:
      let needsList = collector.options.contains(.repositoryIDs)
      if needsList, configured.options.repositoryIDs == nil, inventory.codeRepositories == nil { return [] }
      return [""]
    }
  }

  private static func specification(
    _ project: ProjectConfiguration, _ configured: CollectorConfiguration, _ scope: String
  ) -> TargetSpecification {
    TargetSpecification(
      id: TargetID(project: project.name, collector: configured.collector.name, scope: scope),
      work: .collector(configured.collector), settings: configured.settings, options: configured.options,
      cloud: project.cloud, isShown: true)
  }
}

extension TargetSpecification {
  /// The objects that this target asks about one by one, in a stable order.
  func watchedObjects(in inventory: Inventory) -> [WatchedObject] {
    guard case .collector(let collector) = work else { return [] }
    if collector.options.contains(.repositoryIDs) {
      if let listed = options.repositoryIDs {
        let names = Dictionary(
          (inventory.codeRepositories ?? []).map { ($0.id, $0.name ?? "") }, uniquingKeysWith: { first, _ in first })
        return listed.map { WatchedObject(key: String($0), name: names[$0] ?? "", isConfigured: true) }
      }
      return (inventory.codeRepositories ?? []).map {
        WatchedObject(key: String($0.id), name: $0.name ?? "", isConfigured: false)
      }
    }
    let isConfigured = options.repositories != nil
    return (options.repositories ?? inventory.imageRepositories ?? [])
      .filter { $0.namespace == id.scope }
      .map { WatchedObject(key: $0.name, name: $0.name, isConfigured: isConfigured) }
  }
}
