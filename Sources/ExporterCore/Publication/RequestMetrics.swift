/// How the calls of the cloud's API are described.
enum RequestMetrics {
  static let durationBounds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

  static let requests = MetricDescriptor(
    "huaweicloud_exporter_api_requests_total", .counter, labels: ["project", "api", "operation", "code"],
    help: "Requests sent to the cloud's API, each attempt by its HTTP status, or error where no answer came.")
  static let duration = MetricDescriptor(
    "huaweicloud_exporter_api_request_duration_seconds", .histogram, labels: ["project", "api", "operation"],
    help: "Duration of one attempt of a request to the cloud's API.")
  static let wait = MetricDescriptor(
    "huaweicloud_exporter_api_wait_seconds_total", .counter, labels: ["project", "api"],
    help: "Time that requests were held back by pacing or by a pause that the cloud asked for.")
  static let retries = MetricDescriptor(
    "huaweicloud_exporter_api_retries_total", .counter, labels: ["project", "api"],
    help: "Attempts that repeated a failed one.")
  static let throttled = MetricDescriptor(
    "huaweicloud_exporter_api_throttled_total", .counter, labels: ["project", "api"],
    help: "Answers by which the cloud refused a request because there were too many.")
  static let pace = MetricDescriptor(
    "huaweicloud_exporter_requests_per_second_limit", labels: ["project", "api"],
    help: "Requests a second that are sent at most: what is configured, or less after a limit that the cloud stated.")
  static let credentialsExpiry = MetricDescriptor(
    "huaweicloud_exporter_credentials_expiry_timestamp_seconds", labels: ["project"],
    help: "Unix time at which the token or temporary key in use expires.")
  static let credentialsRenewals = MetricDescriptor(
    "huaweicloud_exporter_credentials_renewals_total", .counter, labels: ["project", "result"],
    help: "Attempts to get a token or temporary key, the first one too, by result.")

  static let all = [requests, duration, wait, retries, throttled, pace, credentialsExpiry, credentialsRenewals]
}
