/// How a target is refreshed: defaults, project and collector taken together.
package struct RefreshSettings: Sendable, Hashable {
  /// Between the starts of two refreshes.
  package var interval: Duration
  /// How long a failing target's last good data is still served.
  package var staleAfter: Duration
  /// A whole refresh, all pages and retries included.
  package var refreshTimeout: Duration
  /// One HTTP request.
  package var requestTimeout: Duration
  /// Of one response, decompressed.
  package var maximumResponseBytes: Int
  /// Per target, counted while it is collected.
  package var maximumSeries: Int
  /// How long a repository without anything to watch is not asked again.
  package var discoveryInterval: Duration

  package init(
    interval: Duration, staleAfter: Duration? = nil, refreshTimeout: Duration? = nil,
    requestTimeout: Duration = .seconds(30), maximumResponseBytes: Int = 33_554_432, maximumSeries: Int = 250_000,
    discoveryInterval: Duration = .seconds(3600)
  ) {
    self.interval = interval
    self.staleAfter = staleAfter ?? interval * 3
    self.refreshTimeout = refreshTimeout ?? max(interval * 2, .seconds(600))
    self.requestTimeout = requestTimeout
    self.maximumResponseBytes = maximumResponseBytes
    self.maximumSeries = maximumSeries
    self.discoveryInterval = discoveryInterval
  }
}
