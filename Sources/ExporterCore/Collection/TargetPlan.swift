import HuaweiCloud

/// Everything that decides how a target runs; a target whose specification stays the same keeps its data and schedule.
package struct TargetSpecification: Sendable, Hashable {
  package let id: TargetID
  package let collector: CollectorConfiguration
  /// Whether this shard shows the target; false if this shard only needs the facts and another one shows them.
  package let isShown: Bool
  /// Whether nothing depends on the answer, so that a refusal is no failure.
  package let isOptional: Bool

  package var settings: RefreshSettings { collector.settings }

  /// Returns the families that have series in `sheets`, in page order.
  func families(of sheets: [Sheet]) -> [Family] {
    collector.collector.metrics.enumerated().map { Family($0.element, column: $0.offset, of: sheets) }
      .filter { $0.seriesCount > 0 }
  }

  var emptySheet: Sheet {
    Sheet(common: LabelSet(["project": id.project]), columns: collector.collector.metrics.count)
  }
}

/// The plan of targets, made from the configuration and the facts found so far.
package enum TargetPlan {
  package static func targets(
    of configuration: Configuration, facts: [String: Facts] = [:], shard: Shard = .whole, catalog: Catalog = .standard,
    oneEach: Bool = false
  ) -> [TargetSpecification] {
    configuration.projects.flatMap { project in
      let facts = facts[project.name] ?? Facts()
      let collected = project.collectors.flatMap { configured in
        scopes(of: configured, facts, oneEach: oneEach).map { scope in
          TargetSpecification(
            id: configured.collector.target(scope, of: project.name), collector: configured, isShown: true,
            isOptional: false)
        }
      }
      let own = collected.filter { shard.owns($0.collector.collector.shardKey($0.id)) }
      return discoveries(for: project, catalog, shard, besides: own) + own
    }
  }

  /// Returns the scopes of a collector; with `oneEach` only one, which is a running instance if there is one.
  private static func scopes(of configured: CollectorConfiguration, _ facts: Facts, oneEach: Bool) -> [String] {
    let scopes = configured.work.scopes(facts)
    guard oneEach else { return scopes }
    let running = Set((facts[.instances] ?? []).filter { $0.status == "Running" }.map(\.id))
    return [scopes.first(where: running.contains) ?? scopes.first].compactMap(\.self)
  }

  /// Returns the discoveries that the project's collectors need; each shard runs them, and one shows them.
  private static func discoveries(
    for project: ProjectConfiguration, _ catalog: Catalog, _ shard: Shard, besides own: [TargetSpecification]
  ) -> [TargetSpecification] {
    // A fact that a collector of this shard finds anyway needs no discovery of its own.
    let found = Set(own.compactMap(\.collector.collector.fact))
    var needs = project.collectors.flatMap(\.setup.needs)
    if project.cloud.projectID == nil { needs.append(Setup.Need(fact: Fact<String>.projectID.name, isOptional: false)) }
    return catalog.discoveries.flatMap { discovery -> [TargetSpecification] in
      let needed = needs.filter { $0.fact == discovery.fact && !found.contains($0.fact) }
      guard !needed.isEmpty,
        let configured = try? CollectorConfiguration(discovery, settings: project.discovery)
      else { return [] }
      return configured.work.scopes(Facts()).map { scope in
        let id = discovery.target(scope, of: project.name)
        return TargetSpecification(
          id: id, collector: configured, isShown: shard.owns(id),
          isOptional: needed.allSatisfy(\.isOptional))
      }
    }
  }
}
