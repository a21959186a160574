import HuaweiCloud

/// How each endpoint answered when it was called once: a table for a terminal.
package struct ProbeReport: Sendable {
  private let statuses: [TargetStatus]

  package init(_ statuses: [TargetStatus]) { self.statuses = statuses.sorted { $0.target < $1.target } }

  package var text: String {
    let header = ["PROJECT", "COLLECTOR", "TARGET", "RESULT", "OBJECTS", "DETAIL"]
    let rows = [header] + statuses.map(row)
    let widths = header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return "\n"
      + rows.map { row in
        let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
        var line = cells.joined(separator: "  ")
        while line.hasSuffix(" ") { line.removeLast() }
        return line + "\n"
      }.joined()
  }

  private func row(_ status: TargetStatus) -> [String] {
    let target = status.target
    let scope = target.scope.isEmpty ? "-" : target.scope
    guard let error = status.lastError else {
      return [target.project, target.collector, scope, "ok", "\(status.objects)", ""]
    }
    return [target.project, target.collector, scope, error.reason.rawValue, "-", error.message]
  }
}
