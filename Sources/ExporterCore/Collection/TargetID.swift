/// The name of a unit of collection: a collector in a project over one scope.
package struct TargetID: Sendable, Hashable, Comparable {
  package let project: String
  package let collector: String
  /// An instance id, an organisation, a discovery's name, or empty for the whole project.
  package let scope: String

  package init(project: String, collector: String, scope: String = "") {
    self.project = project
    self.collector = collector
    self.scope = scope
  }

  package static func < (left: Self, right: Self) -> Bool {
    (left.project, left.collector, left.scope) < (right.project, right.collector, right.scope)
  }
}

extension TargetID: CustomStringConvertible {
  package var description: String { scope.isEmpty ? "\(project)/\(collector)" : "\(project)/\(collector)/\(scope)" }
}
