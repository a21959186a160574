import HTTPTransport
import HuaweiCloud
import System

/// The page for people: all targets and their conditions, those that need attention first.
///
/// The page needs neither scripts nor further requests, and shows ages as of the time of the request.
struct StatusPage {
  static let projectHome = "https://github.com/huaweicloud-artifact-exporter/huaweicloud-artifact-exporter"

  /// The headers of the page: nothing may be loaded or run, whatever a name on the page holds, and nothing may be
  /// stored, since the page shows a moment.
  static let headers = [
    HTTPHeader(
      "Content-Security-Policy",
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'none'"),
    HTTPHeader("X-Content-Type-Options", "nosniff"),
    HTTPHeader("Referrer-Policy", "no-referrer"),
    HTTPHeader("Cache-Control", "no-store"),
  ]

  let statuses: [TargetStatus]
  let readiness: Readiness
  let isReady: Bool
  let telemetryPath: String
  let version: String
  let now: Timestamp

  var html: String {
    let rows = statuses.map { (condition: TargetCondition($0), status: $0) }
      .sorted { ($0.condition, $0.status.target) < ($1.condition, $1.status.target) }
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(title(rows.map(\.condition)))</title>
      <link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E\
      %3Crect width='16' height='16' rx='4' fill='%23\(iconColour(rows.map(\.condition)))'/%3E%3C/svg%3E">
      <style>\(Self.style)</style>
      </head>
      <body>
      <header>
      <div><h1>Huawei Cloud artifact exporter</h1><p class="version">\(version.htmlEscaped)</p></div>
      <nav>
      <a href="\(link(telemetryPath))">Metrics</a>
      <a href="./-/healthy">Healthy</a>
      <a href="./-/ready">Ready</a>
      <a href="\(Self.projectHome)" rel="noreferrer">Project home</a>
      </nav>
      </header>
      <main>
      \(summary(rows.map(\.condition)))
      \(rows.isEmpty ? "<p class=\"empty\">No targets yet. They appear once discovery has found something to watch.</p>" : table(rows))
      </main>
      <footer><p>As of \(time(now)). Reload the page for newer numbers.</p></footer>
      </body>
      </html>

      """
  }

  private func title(_ conditions: [TargetCondition]) -> String {
    let troubled = conditions.count { $0 < .waiting }
    return (troubled > 0 ? "(\(troubled)) " : "") + "Huawei Cloud artifact exporter"
  }

  private func iconColour(_ conditions: [TargetCondition]) -> String {
    switch conditions.min() {
    case .dataGone?, .failing?: "d1373f"
    case .partlyFailing?: "c98a00"
    case .waiting?, .unsupported?, nil: "7a8594"
    case .well?: "2a9d5c"
    }
  }

  private func summary(_ conditions: [TargetCondition]) -> String {
    let tiles = TargetCondition.allCases.map { condition in
      let count = conditions.count { $0 == condition }
      let style = count == 0 ? "none" : condition.styleClass
      return "<li class=\"\(style)\"><b>\(count)</b> <span>\(condition.words)</span></li>"
    }
    let waiting = readiness.waitingFor.count
    let note =
      isReady
      ? "" : "<p class=\"note\">Not ready: \(waiting) first \(waiting == 1 ? "refresh" : "refreshes") to go.</p>"
    return "<ul class=\"summary\">\(tiles.joined())</ul>\(note)"
  }

  /// The columns beside the target's name; on a narrow page `style` places some of them by their names.
  private enum Column: String, CaseIterable {
    case state = "State"
    case lastSuccess = "Last success"
    case duration = "Took"
    case objects = "Objects"
    case series = "Series"
    case requests = "Requests"
    case nextRefresh = "Next refresh"

    /// The class of its cells, as an attribute.
    var style: String { self == .state || self == .lastSuccess ? "" : " class=\"number\"" }
  }

  private func cell(_ column: Column, _ condition: TargetCondition, _ status: TargetStatus) -> String {
    let hasRefreshed = status.lastSucceeded != nil
    return switch column {
    case .state: "<span class=\"state\">\(condition.words)</span>"
    case .lastSuccess: status.lastSuccess.map(age) ?? (hasRefreshed ? "never" : "–")
    case .duration: status.lastDuration?.words ?? "–"
    case .objects: hasRefreshed ? objects(status) : "–"
    case .series: hasRefreshed ? status.series.grouped : "–"
    case .requests: hasRefreshed ? status.requests.grouped : "–"
    case .nextRefresh: next(status)
    }
  }

  private func table(_ rows: [(condition: TargetCondition, status: TargetStatus)]) -> String {
    let heads = Column.allCases.map { "<th scope=\"col\"\($0.style)>\($0.rawValue)</th>" }
    return """
      <table>
      <thead><tr><th scope="col">Target</th>\(heads.joined())</tr></thead>
      \(rows.map(row).joined(separator: "\n"))
      </table>
      """
  }

  private func row(_ condition: TargetCondition, _ status: TargetStatus) -> String {
    let target = status.target
    let scope = target.scope.isEmpty ? "" : "<span class=\"scope\">\(target.scope.htmlEscaped)</span>"
    let cells = Column.allCases.map {
      "<td data-name=\"\($0.rawValue)\"\($0.style)>\(cell($0, condition, status))</td>"
    }
    return """
      <tbody class="\(condition.styleClass)"><tr>
      <th scope="row"><b>\(target.collector.htmlEscaped)</b> <span class="project">\(target.project.htmlEscaped)</span>\
      \(scope)</th>
      \(cells.joined(separator: "\n"))
      </tr>\(trouble(condition, status))</tbody>
      """
  }

  private func objects(_ status: TargetStatus) -> String {
    guard status.failedObjects > 0 else { return status.objects.grouped }
    return "\(status.objects.grouped) <span class=\"failed\">(\(status.failedObjects.grouped) failed)</span>"
  }

  private func trouble(_ condition: TargetCondition, _ status: TargetStatus) -> String {
    guard status.lastSucceeded != nil, condition != .well || !status.remarks.isEmpty else { return "" }
    var lines: [String] = []
    if let error = status.lastError {
      let message = error.message.isEmpty ? "" : ": \(error.message)"
      lines.append("<p><b>\(error.reason.words)</b>\(message.htmlEscaped)</p>")
      lines.append(details(of: error))
    }
    lines.append(failedObjects(status))
    lines.append(consequence(condition, status))
    lines += status.remarks.map {
      "<p>Huawei Cloud says of <b>\($0.object.htmlEscaped)</b>: \($0.text.htmlEscaped)</p>"
    }
    return "<tr class=\"trouble\"><td colspan=\"\(Column.allCases.count + 1)\">\(lines.joined())</td></tr>"
  }

  /// Returns which objects failed and why, if there are several: the error above is of one of them only.
  private func failedObjects(_ status: TargetStatus) -> String {
    guard status.lastError != nil, status.objectFailures.count > 1 else { return "" }
    let items = status.objectFailures.sorted { $0.object < $1.object }.map {
      "<li><b>\($0.object.htmlEscaped)</b>: \($0.reason.words)\($0.message.isEmpty ? "" : ": ")\($0.message.htmlEscaped)</li>"
    }
    let more = status.failedObjects - items.count
    let rest = more > 0 ? "<li>and \(more.grouped) more</li>" : ""
    return "<ul class=\"objects\">\(items.joined())\(rest)</ul>"
  }

  private func details(of error: CloudError) -> String {
    var parts: [String] = []
    if !error.operation.isEmpty { parts.append(error.operation) }
    if let status = error.status { parts.append("HTTP \(status)") }
    if let code = error.code { parts.append(code) }
    if let requestID = error.requestID { parts.append("request \(requestID)") }
    return parts.isEmpty ? "" : "<p class=\"details\">\(parts.joined(separator: " · ").htmlEscaped)</p>"
  }

  /// Returns what the trouble means for the metrics.
  private func consequence(_ condition: TargetCondition, _ status: TargetStatus) -> String {
    // What a discovery found stays known while it fails, and most discoveries have no series.
    guard status.target.collector != Collector.discoveries || status.series > 0 else { return "" }
    switch condition {
    case .dataGone where status.lastSuccess == nil:
      return "<p>Nothing of it was collected yet, so it has no series.</p>"
    case .dataGone:
      return "<p>Its last good data was older than \(status.settings.staleAfter.words), so its series are gone.</p>"
    case .failing:
      guard let lastSuccess = status.lastSuccess else { return "" }
      let rest = (lastSuccess + status.settings.staleAfter) - now
      return rest > .zero ? "<p>Its last good data is served for another \(rest.words).</p>" : ""
    case .partlyFailing where status.lastError == nil:
      return "<p>They came without an identity, or with the labels of another, and have no series.</p>"
    case .partlyFailing:
      let kept = status.isStale ? "; of some, it is gone already" : ""
      return
        "<p>The others move on; what failed keeps its last good data, if it had any, for \(status.settings.staleAfter.words)\(kept).</p>"
    case .unsupported:
      return "<p>It is asked again at its next refresh.</p>"
    case .waiting, .well:
      return ""
    }
  }

  private func next(_ status: TargetStatus) -> String {
    guard let next = status.nextRefresh else { return "now" }
    let rest = next - now
    return rest >= .seconds(1) ? "in \(rest.words)" : "now"
  }

  private func age(_ moment: Timestamp) -> String {
    let age = now - moment
    let words = age < .seconds(1) ? "just now" : "\(age.words) ago"
    return "<time datetime=\"\(moment.rfc3339())\" title=\"\(moment.rfc3339())\">\(words)</time>"
  }

  private func time(_ moment: Timestamp) -> String {
    "<time datetime=\"\(moment.rfc3339())\">\(moment.rfc3339())</time>"
  }

  /// Returns a relative link, which also works behind a proxy that adds a prefix.
  private func link(_ path: String) -> String { ".\(path)".htmlEscaped }
}

/// The condition of a target in the words of a person; more trouble sorts first.
enum TargetCondition: Int, CaseIterable, Comparable {
  /// The target fails, and the page of metrics has no data of it (any more).
  case dataGone
  /// The target fails, and its last good data is still served.
  case failing
  /// Some objects of the target fail.
  case partlyFailing
  /// The first refresh of the target has not ended.
  case waiting
  /// The cloud has no such function here.
  case unsupported
  case well

  init(_ status: TargetStatus) {
    let somethingFailed = status.failedObjects > 0
    switch status.lastSucceeded {
    case nil: self = .waiting
    case true?: self = somethingFailed ? .partlyFailing : .well
    case false? where status.isUnsupported: self = .unsupported
    // If objects are asked about one by one, those that answered have their data.
    case false? where somethingFailed && status.failedObjects < status.objects: self = .partlyFailing
    case false?:
      let hasGone = status.isStale || status.lastSuccess == nil
      self = hasGone && status.series == 0 ? .dataGone : .failing
    }
  }

  static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

  var words: String {
    switch self {
    case .dataGone: "No data"
    case .failing: "Failing"
    case .partlyFailing: "Partly failing"
    case .waiting: "Waiting"
    case .unsupported: "Not supported"
    case .well: "Well"
    }
  }

  /// The CSS class that sets the colour.
  var styleClass: String {
    switch self {
    case .dataGone: "gone"
    case .failing: "failing"
    case .partlyFailing: "partly"
    case .waiting, .unsupported: "waiting"
    case .well: "well"
    }
  }
}
