/// The name of a target: a collector in a project over one scope.
///
/// A page names each target in dozens of places, so this is a reference: one word each time instead of three strings.
package struct TargetID: Sendable {
  private final class Name: Sendable {
    let project: String
    let collector: String
    let scope: String

    init(project: String, collector: String, scope: String) {
      self.project = project
      self.collector = collector
      self.scope = scope
    }
  }

  private let name: Name

  package init(project: String, collector: String, scope: String = "") {
    name = Name(project: project, collector: collector, scope: scope)
  }

  package var project: String { name.project }
  package var collector: String { name.collector }
  /// An instance id, an organisation, a discovery's name, or empty for the whole project.
  package var scope: String { name.scope }
}

extension TargetID: Hashable, Comparable {
  package static func == (left: Self, right: Self) -> Bool {
    left.name === right.name
      || (left.scope == right.scope && left.collector == right.collector && left.project == right.project)
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(project)
    hasher.combine(collector)
    hasher.combine(scope)
  }

  package static func < (left: Self, right: Self) -> Bool {
    left.name !== right.name
      && (left.project, left.collector, left.scope) < (right.project, right.collector, right.scope)
  }
}

extension TargetID: CustomStringConvertible {
  package var description: String { scope.isEmpty ? "\(project)/\(collector)" : "\(project)/\(collector)/\(scope)" }
}
