import HuaweiCloud
import System

/// A comparison of what a real account answers with what the program expects, to be read and sent to its authors.
///
/// It holds what `AnswerShape` lets through, verdicts, and words of this program; nothing else that the cloud sent.
package struct AccountReport: Sendable {
  package struct Finding: Sendable {
    package let assumption: Assumption
    package let verdict: Assumption.Verdict
  }

  private struct Project: Sendable {
    let shapes: [(shape: AnswerShape, askers: [String])]
    let unasked: [String]
  }

  private let projects: [Project]
  /// The verdict on each assumption, over all projects.
  package let findings: [Finding]
  private let version: String

  package init(
    _ result: SingleCollection.Result, answers: AnswerLog, of configuration: Configuration,
    catalog: Catalog = .standard, version: String, now: Timestamp = TimeSource.system.now()
  ) {
    self.version = version
    let all = catalog.discoveries + catalog.collectors
    let loads = all.flatMap { $0.standard?.loads ?? [] }
    var fields = Dictionary(
      uniqueKeysWithValues: CloudClient.lookupEndpoints.map { ($0.operation, CloudClient.lookupFields) })
    for load in loads { fields[load.endpoint.operation, default: []] += load.fields }
    var evidence: [Evidence] = []
    projects = configuration.projects.map { project in
      let entries = answers.entries.filter { $0.project == project.name }
      let statuses = result.statuses.filter { $0.target.project == project.name }
      evidence.append(Evidence(entries, statuses: statuses, loads: loads, now: now))
      var operations: [String] = []
      for entry in entries where !operations.contains(entry.operation) { operations.append(entry.operation) }
      let shapes = operations.map { operation in
        let answers = entries.filter { $0.operation == operation }
        let shape = AnswerShape(of: answers, operation: operation, reads: fields[operation] ?? [])
        return (shape, Set(answers.map(\.asker)).sorted())
      }
      let asked = Set(entries.map(\.asker))
      return Project(shapes: shapes, unasked: catalog.collectors.map(\.key).filter { !asked.contains($0) })
    }
    findings = Assumption.all.map { Finding(assumption: $0, verdict: .all(evidence.map($0.judge))) }
  }

  /// Whether everything that was seen is as assumed.
  package var hasNoSurprise: Bool { findings.allSatisfy { $0.verdict != .fails } }

  package var markdown: String {
    var text = """
      # What a Huawei Cloud account answered

      Please look it over before you send it. It was made by huaweicloud-artifact-exporter \(version) from a few answers of the
      cloud, and shows of them statuses, error codes, names and types of fields, patterns of times (`d` is a digit), words of
      states, orders of magnitude and lengths: no value of a text, no identifier, URL, name or key.

      ## Assumptions

      | assumption | of | verdict |
      |---|---|---|

      """
    for finding in findings {
      text +=
        "| \(finding.assumption.statement) | \(finding.assumption.collectors.joined(separator: ", ")) "
        + "| \(finding.verdict.rawValue) |\n"
    }
    for (index, project) in projects.enumerated() {
      text += "\n## Project \(index + 1)\n"
      if !project.unasked.isEmpty { text += "\nNothing to ask about: \(project.unasked.joined(separator: ", ")).\n" }
      for (shape, askers) in project.shapes {
        text += "\nFor \(askers.joined(separator: ", ")):\n\n\(shape.markdown)"
      }
    }
    return text
  }
}
