import HuaweiCloud
import System

/// The tables in the documents that are made from the catalog.
package struct CatalogTables: Sendable {
  private let catalog: Catalog

  package init(_ catalog: Catalog) { self.catalog = catalog }

  /// The intervals and options of the collectors, for `docs/configuration.md`.
  package var options: String {
    var lines = ["| collector | every | key | default | meaning |", "|---|---|---|---|---|"]
    for collector in catalog.collectors {
      let rows = collector.standard?.rows ?? []
      let first = "| `\(collector.key)` | \(collector.interval.shortestForm) "
      if rows.isEmpty { lines.append(first + "| | | |") }
      for (index, row) in rows.enumerated() {
        lines.append((index == 0 ? first : "| | ") + "| `\(row.key)` | \(row.standard) | \(row.meaning) |")
      }
    }
    return lines.map { $0 + "\n" }.joined()
  }

  /// The endpoints that are asked and the permissions that they need, for `docs/security.md`.
  package var permissions: String {
    var lines = ["| collector | asks | permission |", "|---|---|---|"]
    for collector in catalog.collectors { lines += rows("`\(collector.key)`", of: collector) }
    for discovery in catalog.discoveries {
      let users = catalog.collectors.filter { collector in
        collector.standard?.needs.contains { $0.fact == discovery.fact } ?? false
      }
      guard !users.isEmpty else { continue }
      lines += rows("discovery for \(users.map { "`\($0.key)`" }.joined(separator: ", "))", of: discovery)
    }
    return lines.map { $0 + "\n" }.joined()
  }

  /// The permissions in short, for the README: the actions of each collector and of the discoveries that it needs.
  package var actions: String {
    catalog.collectors.map { collector in
      let actions = endpoints(of: collector).map(\.permission).unique.map { permission in
        permission == .notDocumented ? "—" : words(for: permission)
      }
      return "| `\(collector.key)` | \(actions.joined(separator: ", ")) |\n"
    }.joined()
  }

  /// The policy that allows every collector to ask its endpoints.
  package var policy: String {
    let actions = Set(catalog.collectors.flatMap(endpoints).compactMap(\.permission.action))
    return "```json\n" + ProbeReport.policy("5.0", Array(actions), "*") + "```\n"
  }

  /// Returns the endpoints that a collector asks, and those of the collectors and discoveries that find what it needs.
  private func endpoints(of collector: Collector) -> [Endpoint] {
    let facts = collector.standard?.needs.map(\.fact) ?? []
    let finders = facts.compactMap { fact in (catalog.discoveries + catalog.collectors).first { $0.fact == fact } }
    return (collector.standard?.endpoints ?? []) + finders.flatMap(endpoints)
  }

  /// The cost of the collectors in requests, for `docs/deployment.md`: in general, and in its example account.
  package var costs: String {
    let account = AccountSize.example
    var lines = ["| collector | every | requests of a refresh | in an hour |", "|---|---|---|---|"]
    var sum = 0.0
    for collector in catalog.collectors + catalog.discoveries {
      guard let setup = collector.standard, !setup.loads.isEmpty else { continue }
      let hourly = setup.requestsPerHour(in: account, every: collector.interval)
      // A collector that finds the same fact saves the requests of the discovery.
      let saver = collector.isDiscovery ? catalog.collectors.first { $0.fact == collector.fact } : nil
      if saver == nil { sum += hourly }
      let name = collector.isDiscovery ? "discovery `\(collector.key)`" : "`\(collector.key)`"
      lines.append(
        "| \(name) | \(collector.interval.shortestForm) | \(setup.costText) | "
          + (saver.map { "0 beside `\($0.key)`" } ?? "\(Int(hourly.rounded(.up)))") + " |")
    }
    lines.append("| all | | | \(Int(sum.rounded(.up))) |")
    lines.append("")
    lines.append("The last column is for \(account.text).")
    return lines.map { $0 + "\n" }.joined()
  }

  private func rows(_ name: String, of collector: Collector) -> [String] {
    (collector.standard?.endpoints ?? []).enumerated().map { index, endpoint in
      "| \(index == 0 ? name : "") | \(endpoint.operation), `GET \(endpoint.path)` | \(words(for: endpoint.permission)) |"
    }
  }

  private func words(for permission: Endpoint.Permission) -> String {
    switch permission {
    case .action(let action): "`\(action)`"
    case .notDocumented: "not documented"
    case .notNeeded: "none"
    }
  }
}
