import HuaweiCloud

/// The tables of the documents that are made from the catalog.
package struct CatalogTables: Sendable {
  private let catalog: Catalog

  package init(_ catalog: Catalog) { self.catalog = catalog }

  /// Intervals and options, as `docs/configuration.md` has them.
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

  /// What is asked and what must be granted for it, as `docs/security.md` has it.
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

  private func rows(_ name: String, of collector: Collector) -> [String] {
    (collector.standard?.endpoints ?? []).enumerated().map { index, endpoint in
      let permission =
        switch endpoint.permission {
        case .action(let action): "`\(action)`"
        case .notDocumented: "not documented"
        case .notNeeded: "none"
        }
      return "| \(index == 0 ? name : "") | \(endpoint.operation), `GET \(endpoint.path)` | \(permission) |"
    }
  }
}
