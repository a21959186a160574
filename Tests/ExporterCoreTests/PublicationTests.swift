import HTTPTransport
import HuaweiCloud
import System
import Testing

@testable import ExporterCore

@Suite struct PublicationTests {
  @Test func answersScrapesInBothFormats() throws {
    let publication = publication()
    publication.publish(snapshot(value: 3), statuses: [], readiness: Readiness())
    let text = get(publication, "/metrics")
    #expect(text.status == 200)
    #expect(text.headers.first(named: "Content-Type") == "text/plain; version=0.0.4; charset=utf-8")
    #expect(text.headers.first(named: "Vary") == "Accept, Accept-Encoding")
    #expect(text.headers.first(named: "Content-Encoding") == nil)
    #expect(text.text.hasPrefix("# HELP a_size Size.\n# TYPE a_size gauge\na_size{x=\"y\"} 3\n"))
    #expect(!text.text.contains("EOF"))
    let openMetrics = get(publication, "/metrics", [HTTPHeader("Accept", "application/openmetrics-text")])
    #expect(
      openMetrics.headers.first(named: "Content-Type") == "application/openmetrics-text; version=1.0.0; charset=utf-8")
    #expect(openMetrics.text.hasSuffix("\n# EOF\n"))
    #expect(samples(text.text) == samples(openMetrics.text))
  }

  @Test func showsTheExporterBeforeAnythingWasCollected() {
    let page = get(publication(), "/metrics")
    #expect(page.status == 200)
    #expect(page.text.contains("\nprocess_start_time_seconds "))
  }

  @Test func hidesTheExportersOwnMetricsWhereAsked() {
    var options = PublicationOptions()
    options.hidesExporterMetrics = true
    let requests = RequestStatistics()
    requests.observer(project: "p").attempt(.swr, "ListInstanceRegistries", 200, .milliseconds(20))
    let publication = Publication(options: options, requests: requests)
    _ = get(publication, "/metrics")
    let page = get(publication, "/metrics").text
    #expect(
      page.contains(
        #"huaweicloud_exporter_api_requests_total{project="p",api="swr",operation="ListInstanceRegistries",code="200"} 1"#
      ))
    #expect(!page.contains("process_") && !page.contains("http_requests_total") && !page.contains("scrape_duration"))
  }

  @Test func sharesOneAnswerUntilSomethingChanges() {
    let clock = Locked(Duration.zero)
    let publication = publication(uptime: { clock.withLock { $0 } })
    publication.publish(snapshot(value: 1), statuses: [], readiness: Readiness())
    let gzip = [HTTPHeader("Accept-Encoding", "gzip")]
    let first = prepared(publication, gzip)
    #expect(first != nil)
    #expect(prepared(publication, gzip) === first)
    let openMetrics = HTTPHeader("Accept", "application/openmetrics-text")
    #expect(prepared(publication, gzip + [openMetrics]) !== first)
    clock.withLock { $0 = .milliseconds(999) }
    #expect(prepared(publication, gzip) === first)
    clock.withLock { $0 = .milliseconds(1000) }
    let second = prepared(publication, gzip)
    #expect(second !== first)
    publication.publish(snapshot(value: 2), statuses: [], readiness: Readiness())
    #expect(prepared(publication, gzip) !== second)
    #expect(get(publication, "/metrics").text.contains("a_size{x=\"y\"} 2\n"))
  }

  @Test func countsWhatItAnswered() {
    let clock = Locked(Duration.zero)
    let publication = publication(uptime: { clock.withLock { $0 } })
    _ = get(publication, "/metrics")
    publication.count(path: "/metrics", status: 200, seconds: 0.002)
    publication.count(path: "/metrics", status: 401, seconds: 0.1)
    publication.count(path: "/nowhere", status: 404, seconds: 0)
    publication.count(path: "/also/nowhere", status: 404, seconds: 0)
    publication.count(path: "/-/healthy", status: 405, seconds: 0)
    clock.withLock { $0 = .seconds(2) }
    let page = get(publication, "/metrics").text
    let counts = page.split(separator: "\n").filter { $0.hasPrefix("huaweicloud_exporter_http_requests_total") }
    #expect(
      counts == [
        #"huaweicloud_exporter_http_requests_total{path="/-/healthy",code="405"} 1"#,
        #"huaweicloud_exporter_http_requests_total{path="/metrics",code="200"} 1"#,
        #"huaweicloud_exporter_http_requests_total{path="/metrics",code="401"} 1"#,
        #"huaweicloud_exporter_http_requests_total{path="other",code="404"} 2"#,
      ])
    #expect(page.contains("\nhuaweicloud_exporter_scrape_duration_seconds_bucket{le=\"0.001\"} 0\n"))
    #expect(page.contains("\nhuaweicloud_exporter_scrape_duration_seconds_bucket{le=\"0.005\"} 1\n"))
    #expect(page.contains("\nhuaweicloud_exporter_scrape_duration_seconds_sum 0.002\n"))
  }

  @Test func isReadyOnceFirstRefreshesEndedOrTheTimeIsUp() {
    let clock = Locked(Duration.zero)
    let waiting = Readiness(
      waitingFor: [
        TargetID(project: "p", collector: "mirrors"), TargetID(project: "p", collector: "artifacts", scope: "i"),
      ],
      deadline: .seconds(60))
    let publication = publication(uptime: { clock.withLock { $0 } })
    publication.publish(.empty, statuses: [], readiness: waiting)
    #expect(get(publication, "/-/ready").status == 503)
    #expect(get(publication, "/-/ready").text == "Waiting for the first refresh of:\n  p/artifacts/i\n  p/mirrors\n")
    #expect(get(publication, "/-/healthy").status == 200)
    clock.withLock { $0 = .seconds(60) }
    #expect(get(publication, "/-/ready").status == 200)
    clock.withLock { $0 = .zero }
    publication.publish(.empty, statuses: [], readiness: Readiness(deadline: .seconds(60)))
    #expect(get(publication, "/-/ready").status == 200)
  }

  @Test func routesByPathAndMethod() {
    let publication = publication()
    #expect(get(publication, "/nowhere").status == 404)
    #expect(get(publication, "/metrics/").status == 404)
    for path in ["/", "/metrics", "/-/healthy", "/-/ready"] {
      #expect(get(publication, path, method: "HEAD").status == 200)
      let refused = get(publication, path, method: "DELETE")
      #expect(refused.status == 405)
      #expect(refused.headers.first(named: "Allow") == "GET, HEAD")
    }
    #expect(get(publication, "/-/reload").status == 405)
    #expect(get(publication, "/-/reload").headers.first(named: "Allow") == "POST")
    #expect(get(publication, "/-/reload", method: "POST").status == 403)
  }

  @Test func servesMetricsWhereItIsTold() {
    var options = PublicationOptions()
    options.telemetryPath = "/probe"
    let publication = Publication(options: options)
    #expect(get(publication, "/probe").text.contains("process_"))
    #expect(get(publication, "/metrics").status == 404)
    #expect(get(publication, "/").text.contains("href=\"./probe\""))
  }

  @Test(arguments: [
    (ReloadOutcome.reloaded, 200, "Reloaded.\n"), (.failed("config.yml:3: no"), 500, "config.yml:3: no\n"),
  ])
  func reloads(_ outcome: ReloadOutcome, _ status: Int, _ text: String) throws {
    var options = PublicationOptions()
    options.allowsReload = true
    let publication = Publication(options: options, reload: { $0(outcome) })
    let response = get(publication, "/-/reload", method: "POST")
    #expect(response.status == status)
    #expect(response.text == text)
  }

  private func publication(uptime: @escaping @Sendable () -> Duration = { .zero }) -> Publication {
    var time = TimeSource.system
    time.uptime = uptime
    return Publication(time: time)
  }

  private func snapshot(value: Double) -> Snapshot {
    let descriptor = MetricDescriptor("a_size", help: "Size.")
    var page = Page(catalogue: [descriptor])
    page.set(
      [Family(descriptor, [Sample(LabelSet(["x": "y"]), value)])], of: TargetID(project: "p", collector: "c"))
    return page.snapshot()
  }

  private func samples(_ text: String) -> [Substring] {
    text.split(separator: "\n").filter { !$0.hasPrefix("#") }
  }

  private func prepared(_ publication: Publication, _ headers: [HTTPHeader] = []) -> PreparedResponse? {
    guard
      case .prepared(let prepared) = publication.answer(
        HTTPServerRequest(method: "GET", path: "/metrics", headers: headers))
    else { return nil }
    return prepared
  }

  private func get(
    _ publication: Publication, _ path: String, _ headers: [HTTPHeader] = [], method: String = "GET"
  ) -> HTTPServerResponse {
    let answer = publication.answer(HTTPServerRequest(method: method, path: path, headers: headers))
    switch answer {
    case .response(let response): return response
    case .prepared(let prepared): return prepared.response
    case .deferred(let start):
      let response = Locked(HTTPServerResponse(status: 0))
      start { answer in response.withLock { $0 = answer } }
      return response.withLock { $0 }
    }
  }
}

extension HTTPServerResponse {
  /// The body as it is sent.
  var bytes: [UInt8] {
    switch body {
    case .bytes(let bytes): bytes
    case .blocks(let blocks): blocks.flatMap(\.bytes)
    case .inflating(let blocks, _): blocks.flatMap { $0.inflated() }
    case .stream: []
    }
  }

  var text: String { String(decoding: bytes, as: UTF8.self) }
}
