import Glibc

/// The clocks that the program uses: the time of day, the uptime, and waiting.
///
/// Everything that depends on time takes one, so that tests can move it by hand.
package struct TimeSource: Sendable {
  /// Unix time, which may jump.
  package var now: @Sendable () -> Timestamp
  /// Time since some fixed moment, which never goes back.
  package var uptime: @Sendable () -> Duration
  /// Waits until `uptime` has advanced this far; throws when the task is cancelled.
  package var sleep: @Sendable (Duration) async throws(CancellationError) -> Void

  package init(
    now: @escaping @Sendable () -> Timestamp,
    uptime: @escaping @Sendable () -> Duration,
    sleep: @escaping @Sendable (Duration) async throws(CancellationError) -> Void
  ) {
    self.now = now
    self.uptime = uptime
    self.sleep = sleep
  }

  /// The machine's own clocks.
  package static let system: TimeSource = {
    let start = ContinuousClock.now
    return TimeSource(
      now: {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int32(time.tv_nsec))
      },
      uptime: { ContinuousClock.now - start },
      sleep: { duration throws(CancellationError) in
        do { try await Task.sleep(for: duration) } catch { throw CancellationError() }
      })
  }()
}
