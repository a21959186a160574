import HuaweiCloud
import System

extension String {
  /// The text without control characters, which a terminal would act on.
  fileprivate var printable: String {
    String(String.UnicodeScalarView(unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }))
  }
}

/// A report for a terminal: how each endpoint answered when it was called once, and what the credentials may do.
package struct ProbeReport: Sendable {
  private let configuration: Configuration
  private let statuses: [TargetStatus]
  private let result: SingleCollection.Result
  private let catalog: Catalog
  private let now: Timestamp

  package init(
    _ result: SingleCollection.Result, of configuration: Configuration, catalog: Catalog = .standard,
    now: Timestamp = TimeSource.system.now()
  ) {
    self.result = result
    self.configuration = configuration
    self.catalog = catalog
    self.now = now
    statuses = result.statuses.sorted { $0.target < $1.target }
  }

  package var text: String {
    "\n" + table + failures + "\n" + configuration.projects.map(permissions).joined(separator: "\n")
      + configuration.projects.map(policies).joined()
  }

  // MARK: - Answers

  private var table: String {
    let header = ["PROJECT", "COLLECTOR", "TARGET", "RESULT", "OBJECTS", "DETAIL"]
    let rows = [header] + statuses.map(row)
    let widths = header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
      var line = cells.joined(separator: "  ")
      while line.hasSuffix(" ") { line.removeLast() }
      return line + "\n"
    }.joined()
  }

  private func row(_ status: TargetStatus) -> [String] {
    let target = status.target
    // The scope may be a name that the cloud sent, and this goes to a terminal.
    let scope = target.scope.isEmpty ? "-" : target.scope.printable
    guard let error = status.lastError else {
      return [target.project, target.collector, scope, "ok", "\(status.objects)", ""]
    }
    return [target.project, target.collector, scope, error.reason.label, "-", error.message]
  }

  /// The objects that failed, if there are several: a line of the table has room for the first only.
  private var failures: String {
    statuses.filter { $0.objectFailures.count > 1 }.flatMap { status in
      status.objectFailures.map { failure in
        let words = [failure.object.printable, failure.reason.label, failure.message]
        return "\n\(status.target.project) \(status.target.collector): \(words.joined(separator: ": "))"
      } + ["\n"]
    }.joined()
  }

  // MARK: - Permissions

  /// Returns one line for each collector that tells what it may do.
  private func permissions(of project: ProjectConfiguration) -> String {
    let end = result.expiries[project.name].map { end in
      end > now ? ", which end at \(end.rfc3339()), in \((end - now).words)" : ", which ended at \(end.rfc3339())"
    }
    let width = project.collectors.map(\.collector.key.count).max() ?? 0
    let lines = project.collectors.map { collector in
      let key = collector.collector.key
      return
        "  \(key)\(String(repeating: " ", count: width - key.count))  \(words(for: endpoints(of: collector), project))\n"
    }
    return "\(project.name): what the credentials may do\(end ?? "")\n" + lines.joined()
  }

  private func words(for endpoints: [Endpoint], _ project: ProjectConfiguration) -> String {
    let access = result.access[project.name] ?? OperationAccess()
    let refused = endpoints.filter { access.refused.contains($0.operation) }
      .map { $0.permission.action ?? "a permission for \($0.operation)" }
    let allowed = endpoints.map(\.operation).filter(access.allowed.contains)
    let parts = [
      refused.isEmpty ? nil : "lacks \(refused.unique.joined(separator: ", "))",
      allowed.isEmpty ? nil : "may \(allowed.unique.joined(separator: ", "))",
    ].compactMap(\.self)
    return parts.isEmpty ? "not known, since no answer came" : parts.joined(separator: "; ")
  }

  /// Returns the endpoints that a collector asks, and those of the discoveries that it needs.
  private func endpoints(of collector: CollectorConfiguration) -> [Endpoint] {
    let facts = collector.setup.needs.map(\.fact)
    let discoveries = catalog.discoveries.filter { $0.fact.map(facts.contains) ?? false }
    return collector.setup.endpoints + discoveries.flatMap { $0.standard?.endpoints ?? [] }
  }

  // MARK: - Policies

  /// Returns the policy that grants exactly what a project lacks, in both forms, or an empty text if it lacks nothing.
  private func policies(for project: ProjectConfiguration) -> String {
    let access = result.access[project.name] ?? OperationAccess()
    let asked = project.collectors.flatMap(endpoints) + CloudClient.lookupEndpoints
    let missing = Set(asked.filter { access.refused.contains($0.operation) }.compactMap(\.permission.action)).sorted()
    guard !missing.isEmpty else { return "" }
    let known = missing.filter { action in Self.actionsOfRoles.contains(where: action.hasPrefix) }
    let unknown = missing.filter { !known.contains($0) }
    var text =
      "\nThis identity policy grants \(project.name) what it lacks:\n\n" + Self.policy("5.0", known + unknown, "*")
      + "\n"
    if !known.isEmpty {
      text +=
        "This custom policy does in accounts with role and policy based authorisation:\n\n"
        + Self.policy("1.1", known, nil) + "\n"
    }
    if !unknown.isEmpty {
      text +=
        "The documents name no action of role and policy based authorisation for \(unknown.joined(separator: ", ")): "
        + "there, the read-only system policies of the service contain it.\n"
    }
    return text
  }

  /// The prefixes of actions that have the same names in the older form, role and policy based authorisation.
  ///
  /// The vendor's guides to custom policies of SWR Enterprise and of IAM have these names; those of SWR basic, CodeArts
  /// Repo and image caches have none for what is asked here.
  private static let actionsOfRoles = ["swr:instance:", "swr:repository:", "iam:projects:"]

  /// Returns a policy that allows these actions, as JSON.
  static func policy(_ version: String, _ actions: [String], _ resource: String?) -> String {
    let list = actions.sorted().map { "        \"\($0)\"" }.joined(separator: ",\n")
    let resource = resource.map { ",\n      \"Resource\": [\"\($0)\"]" } ?? ""
    return """
      {
        "Version": "\(version)",
        "Statement": [
          {
            "Effect": "Allow",
            "Action": [
      \(list)
            ]\(resource)
          }
        ]
      }

      """
  }
}
