import HTTPTransport
import HuaweiCloud

/// The page for people: every target and how it is doing, what needs attention first.
struct StatusPage {
  static let headers: [HTTPHeader] = []

  let statuses: [TargetStatus]
  let isReady: Bool
  let telemetryPath: String
  let version: String
  let now: Timestamp

  var html: String {
    "<!doctype html><title>huaweicloud-artifact-exporter</title><p><a href=\"\(telemetryPath)\">Metrics</a>"
  }
}
