/// Whether the first refresh of every target has ended, good or bad, which is what a readiness probe asks.
package struct Readiness: Sendable, Hashable {
  /// Targets and discoveries whose first refresh has not ended.
  package var waitingFor: [TargetID]
  /// The `TimeSource.uptime` from which it counts as ready in any case, so that a slow cloud takes no Pod down.
  package var deadline: Duration

  package init(waitingFor: [TargetID] = [], deadline: Duration = .zero) {
    self.waitingFor = waitingFor
    self.deadline = deadline
  }

  package func isReady(at uptime: Duration) -> Bool { waitingFor.isEmpty || uptime >= deadline }
}
