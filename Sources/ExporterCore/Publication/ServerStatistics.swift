import HTTPTransport
import System

/// Counts what this server answered.
final class ServerStatistics: Sendable {
  static let requests = MetricDescriptor(
    "huaweicloud_exporter_http_requests_total", .counter, labels: ["path", "code"],
    help: "Requests that this server answered, by route and HTTP status.")
  static let scrapeDuration = MetricDescriptor(
    "huaweicloud_exporter_scrape_duration_seconds", .histogram,
    help: "Time from the first line of a scrape to the last byte of its answer.")

  static let certificateExpiry = MetricDescriptor(
    "huaweicloud_exporter_web_certificate_expiry_timestamp_seconds",
    help: "Unix time at which the certificate that this server uses expires.")

  private struct Counted: Hashable {
    let route: Route
    let status: Int
  }

  private struct State {
    var certificateEnd: Double?
    var counts: [Counted: Int] = [:]
    var scrapes = Histogram(bounds: [0.0001, 0.00025, 0.0005, 0.001, 0.005, 0.025, 0.1, 0.5, 2.5])
  }

  private let telemetryPath: String
  /// Protects the counts.
  private let state = Locked(State())

  init(telemetryPath: String) { self.telemetryPath = telemetryPath }

  /// Counts an answer; `seconds` is nil unless the answer is a successful scrape.
  func count(_ route: Route, status: Int, seconds: Double?) {
    state.withLock { state in
      state.counts[Counted(route: route, status: status), default: 0] += 1
      if let seconds { state.scrapes.observe(seconds) }
    }
  }

  func certificateEnds(at time: Double?) { state.withLock { $0.certificateEnd = time } }

  /// Returns when the certificate expires, which is shown even if the metrics of requests are hidden.
  func certificate() -> [Family] {
    [Family(Self.certificateExpiry, state.withLock { $0.certificateEnd }.map { [Sample(LabelSet(), $0)] } ?? [])]
  }

  func families() -> [Family] {
    let (counts, scrapes) = state.withLock { ($0.counts, $0.scrapes) }
    let samples =
      counts.map { (path: $0.key.route.label(telemetryPath: telemetryPath), status: $0.key.status, count: $0.value) }
      .sorted { ($0.path, $0.status) < ($1.path, $1.status) }
      .map { Sample(LabelSet(["path": $0.path, "code": String($0.status)]), Double($0.count)) }
    return [
      Family(Self.requests, samples),
      Family(Self.scrapeDuration, histograms: [HistogramSample(LabelSet(), scrapes)]),
    ]
  }
}
