extension Assumption {
  /// The document `docs/assumptions.md`, with all assumptions.
  package static var document: String {
    var text = """
      # Assumptions

      What this program takes for true of the cloud and no document settles, or documents settle in two ways. None of it could
      be tried while the program was written. Whoever has an account can:

      ```sh
      huaweicloud-artifact-exporter check --probe --report report.md
      ```

      asks each collector's endpoints, at most \(Probe.requests) requests for each, and writes which of these hold. The report has no value of a
      text, no identifier, URL, name or key in it; please look it over, and send it to us. Comments in the sources name the
      assumption that they rest on.

      | name | assumption | of | known from | what follows where it does not hold |
      |---|---|---|---|---|

      """
    for assumption in all {
      text +=
        "| `\(assumption.name)` | \(assumption.statement) | \(assumption.collectors.joined(separator: ", ")) "
        + "| \(assumption.basis.rawValue) | \(assumption.remark) |\n"
    }
    return text
  }
}
