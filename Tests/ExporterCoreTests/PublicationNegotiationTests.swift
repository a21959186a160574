import HTTPTransport
import Testing

@testable import ExporterCore

@Suite struct PublicationNegotiationTests {
  @Test(arguments: [
    // What Prometheus 2.42 and 3.x send, 3.x also with native histograms on.
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,application/openmetrics-text;version=1.0.0;escaping=underscores;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
    "application/openmetrics-text", "application/openmetrics-text; version=1.0.0; charset=utf-8",
    "APPLICATION/OpenMetrics-Text ; Version=\"1.0.0\" ; Q=0.4 , text/plain;q=0.3",
    "application/openmetrics-text, text/plain", "application/openmetrics-text,*/*", "application/*",
    "text/plain;q=0, application/openmetrics-text;q=0.001", ",, application/openmetrics-text ,,",
    "application/openmetrics-text;note=\"a,b;c\\\"d\"",
  ])
  func picksOpenMetrics(_ accept: String) { #expect(format([accept]) == .openMetrics) }

  @Test(arguments: [
    "", "*/*", "text/plain", "text/plain;version=0.0.4", "text/*", "text/html,application/xhtml+xml,*/*;q=0.8",
    "text/plain, application/openmetrics-text", "application/openmetrics-text;q=0",
    "application/openmetrics-text;q=0,*/*", "application/openmetrics-text;q=0.5,text/plain;q=0.9",
    "application/openmetrics-text;version=0.0.1", "application/openmetrics-text;version=2.0.0",
    "application/openmetrics-text;q=0.5,*/*;q=0.9",
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited", "image/png",
    // Malformed: not even the part that is well-formed counts.
    "application/openmetrics-text;q=2", "application/openmetrics-text;q=1.0001", "application/openmetrics-text;q=-1",
    "application/openmetrics-text;q=abc", "application/openmetrics-text;q=", "application/openmetrics-text;q=0.1234",
    "application/openmetrics-text, ;", "application/openmetrics-text;", "application/openmetrics-text;version",
    "application/openmetrics-text;version=\"1.0.0", "application/openmetrics-text text/plain", "application/",
    "\u{0}", "application/openmetrics-text;q=NaN", "application/openmetrics-text;q=1.1",
  ])
  func fallsBackToText(_ accept: String) { #expect(format([accept]) == .text) }

  @Test func readsTheFieldsOfARequest() {
    let request = HTTPServerRequest(
      method: "GET", path: "/metrics",
      headers: [
        HTTPHeader("ACCEPT", "text/plain;q=0.5"), HTTPHeader("Host", "a"), HTTPHeader("X-Some", "application/x"),
        HTTPHeader("accept", "application/openmetrics-text"), HTTPHeader("Accept-Encoding", "br"),
        HTTPHeader("accept-encoding", "gzip"),
      ])
    let negotiation = ContentNegotiation(request)
    #expect(negotiation == ContentNegotiation(format: .openMetrics, usesGzip: true))
  }

  @Test func combinesRepeatedFields() {
    #expect(format(["text/plain;q=0.5", "application/openmetrics-text"]) == .openMetrics)
    #expect(format(["application/openmetrics-text;q=0.5", "text/plain"]) == .text)
    #expect(format([]) == .text)
  }

  @Test(arguments: [
    ("gzip", true), ("gzip, deflate, br", true), ("GZIP;q=0.5", true), ("x-gzip", true), ("*", true),
    ("br;q=1.0, gzip;q=0.8, *;q=0.1", true), ("identity;q=0.5, gzip", true), ("identity, gzip", true),
    ("deflate, *;q=0.5", true), ("", false), ("identity", false), ("gzip;q=0", false), ("gzip;q=0.000", false),
    ("*;q=0", false), ("gzip;q=0, *", false), ("br", false), ("gzip;q=0.5, identity", false), ("gzip;q=x", false),
    ("gzip;q=1.5", false), ("gzip;;", false), ("gzipped", false),
  ])
  func picksTheEncoding(_ acceptEncoding: String, _ usesGzip: Bool) {
    #expect(ContentNegotiation(accept: [], acceptEncoding: [acceptEncoding]).usesGzip == usesGzip)
  }

  @Test func withoutTheFieldNothingIsCompressed() {
    #expect(!ContentNegotiation(accept: [], acceptEncoding: []).usesGzip)
  }

  private func format(_ accept: [String]) -> ExpositionFormat {
    ContentNegotiation(accept: accept, acceptEncoding: []).format
  }
}
