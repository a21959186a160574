/// The settings of a target's refreshes, combined from those of the defaults, the project and the collector.
package struct RefreshSettings: Sendable, Hashable {
  /// The time between the starts of two refreshes.
  package var interval: Duration
  /// How long a failing target's last good data is still served.
  package var staleAfter: Duration
  /// The longest that a whole refresh may take, with all pages and retries.
  package var refreshTimeout: Duration
  /// The longest that one HTTP request may take.
  package var requestTimeout: Duration
  /// The most bytes of one response, decompressed.
  package var maximumResponseBytes: Int
  /// The most series of one target, counted while it is collected.
  package var maximumSeries: Int
  /// How long to wait before asking again about an object with nothing to watch, or for an unsupported target.
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
