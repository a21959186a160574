import HuaweiCloud
import System

/// All that is known, as a value: each target's state, and the last good data of objects that are asked one by one.
///
/// It decides what is shown, what is stale and what is gone; it neither waits nor renders. All ages are in
/// `TimeSource.uptime`.
package struct TargetStates: Sendable {
  private struct Entry: Sendable {
    var specification: TargetSpecification
    var status: TargetStatus
    /// When the last good listing ended, or nil if the target shows none.
    var goodAt: Duration?
    var objects = ObjectStates()
    /// The number of objects in the last good listing that have the labels of another one.
    var hidden = 0
    /// The number of objects in the last good listing that could not be used.
    var unusable = 0
    /// When a failure or a recovery was last logged.
    var saidAt: Duration?

    /// When the oldest data of the target becomes stale.
    var expiry: Duration? {
      let oldest = [goodAt, objects.oldestGood].compactMap(\.self).min()
      return oldest.map { $0 + status.settings.staleAfter }
    }
  }

  /// The consequences of an outcome for the page and the log.
  package struct Change: Sendable {
    /// The families that replace the target's data, or nil to leave it as it is.
    package var families: [Family]?
    package var transitions: [Transition] = []
  }

  /// An event that is worth a line in the log.
  package enum Transition: Sendable, Equatable {
    /// The target failed after it was good or unknown, or had failed for another reason.
    case failed(CloudError)
    case recovered(after: Duration)
    /// The target still fails an hour after that was last logged.
    case stillFailing(CloudError, since: Timestamp)
    /// The number of objects that have the labels of another one, when it grows.
    case hidden(Int)
    /// The number of objects that could not be used, when it grows.
    case unusable(Int)
    /// The fields with values that do not match the documents, and without any in the last good answer.
    case unexpected([String])
  }

  /// How often a failure that persists is logged again.
  private static let reminderInterval: Duration = .seconds(3600)

  private var entries: [TargetID: Entry] = [:]
  /// All targets, in ascending order.
  package private(set) var targets: [TargetID] = []
  /// A time before which `expire` has nothing to do; the next expiry may be later.
  package private(set) var nextExpiry: Duration?

  package init() {}

  package var statuses: [TargetStatus] {
    // There may be thousands of statuses, of some hundred bytes each, so room for all is reserved at once.
    var statuses: [TargetStatus] = []
    statuses.reserveCapacity(targets.count)
    for target in targets {
      if let status = entries[target]?.status { statuses.append(status) }
    }
    return statuses
  }

  /// Whether every target has ended its first refresh.
  package var isComplete: Bool { entries.values.allSatisfy { $0.status.lastSucceeded != nil } }

  package func status(of target: TargetID) -> TargetStatus? { entries[target]?.status }

  /// Adds a target; one that is known already keeps its state under the new specification.
  package mutating func add(_ specification: TargetSpecification) {
    let fresh = TargetStatus(
      target: specification.id, settings: specification.settings, isNamed: specification.collector.isNamed)
    var entry = entries[specification.id] ?? Entry(specification: specification, status: fresh)
    entry.specification = specification
    entry.status.settings = specification.settings
    entry.status.isNamed = specification.collector.isNamed
    keep(entry, of: specification.id)
  }

  package mutating func remove(_ target: TargetID) {
    guard entries.removeValue(forKey: target) != nil else { return }
    targets.remove(at: targets.partitioningIndex { $0 >= target })
  }

  private mutating func keep(_ entry: Entry, of target: TargetID) {
    if entries.updateValue(entry, forKey: target) == nil {
      targets.insert(target, at: targets.partitioningIndex { $0 >= target })
    }
    nextExpiry = [nextExpiry, entry.expiry].compactMap(\.self).min()
  }

  /// Records findings about objects before their refresh has ended.
  package mutating func record(_ findings: [ObjectFinding], of target: TargetID) {
    guard let staleAfter = entries[target]?.status.settings.staleAfter else { return }
    for finding in findings {
      entries[target]?.objects.record(finding)
      nextExpiry = min(nextExpiry ?? finding.at + staleAfter, finding.at + staleAfter)
    }
  }

  /// Records what a listing said before its objects are asked about, so that it shows however long asking takes.
  package mutating func record(_ listed: SweepResult.Listed, of target: TargetID) {
    guard var entry = entries[target] else { return }
    entry.objects.record(listed)
    keep(entry, of: target)
  }

  /// Records the end of a refresh and returns its consequences.
  package mutating func record(_ outcome: Outcome) -> Change {
    guard var entry = entries[outcome.target] else { return Change() }
    defer { keep(entry, of: outcome.target) }
    var change = Change()
    let error: CloudError?
    switch outcome.result {
    case .listing(.success(let listing)):
      error = nil
      entry.goodAt = outcome.endUptime
      entry.status.isStale = false
      entry.status.objects = listing.objects
      entry.status.failedObjects = listing.hidden + listing.unusable
      entry.status.series = listing.sheet.lineCount
      change.families = entry.specification.families(of: [listing.sheet])
      if listing.hidden > entry.hidden { change.transitions.append(.hidden(listing.hidden)) }
      if listing.unusable > entry.unusable { change.transitions.append(.unusable(listing.unusable)) }
      (entry.hidden, entry.unusable) = (listing.hidden, listing.unusable)
      change.transitions += entry.status.note(unexpected: listing.sheet.unexpected)
      entry.status.remarks = listing.sheet.remarks
    case .listing(.failure(let failure)):
      error = failure
      entry.status.objects = 0
      entry.status.failedObjects = 0
      entry.status.objectFailures = []
    case .objects(let sweep):
      error = sweep.error
      entry.objects.record(sweep)
      let unusable = sweep.listed?.unusable ?? 0
      entry.status.objects = sweep.asked + unusable
      entry.status.failedObjects = sweep.failed + unusable
      entry.status.objectFailures = sweep.objectFailures
      entry.status.watchedObjects = sweep.watched.count
      if unusable > entry.unusable { change.transitions.append(.unusable(unusable)) }
      entry.unusable = unusable
      change.families = shownObjects(&entry, hasSucceeded: error == nil)
      change.transitions += entry.status.note(unexpected: entry.objects.unexpected)
      entry.status.remarks = entry.objects.remarks
    }
    if let transition = entry.status.record(outcome, error: error) {
      entry.saidAt = outcome.endUptime
      change.transitions.append(transition)
    } else if let error, let said = entry.saidAt, outcome.endUptime - said >= Self.reminderInterval,
      !entry.status.isExcused, let since = entry.status.failingSince
    {
      entry.saidAt = outcome.endUptime
      change.transitions.append(.stillFailing(error, since: since))
    }
    return change
  }

  /// Returns the current families of a target that asks object by object, or nil if the target is unknown.
  package mutating func objectFamilies(of target: TargetID) -> [Family]? {
    guard var entry = entries[target] else { return nil }
    defer { entries[target] = entry }
    return shownObjects(
      &entry, hasSucceeded: entry.status.lastSucceeded == true, isCounted: entry.status.refreshes > 0)
  }

  /// Drops data that is older than its `staleAfter`; returns the targets whose data changed, with the families left.
  package mutating func expire(at now: Duration) -> [(target: TargetID, families: [Family])] {
    guard let nextExpiry, nextExpiry <= now else { return [] }
    var changed: [(TargetID, [Family])] = []
    for (target, var entry) in entries.filter({ $0.value.expiry.map { $0 <= now } ?? false }) {
      let limit = entry.status.settings.staleAfter
      if let goodAt = entry.goodAt, goodAt + limit <= now {
        entry.goodAt = nil
        entry.status.isStale = true
        entry.status.series = 0
        entry.status.remarks = []
        changed.append((target, []))
      }
      if entry.objects.expire(at: now, staleAfter: limit) {
        changed.append((target, shownObjects(&entry, hasSucceeded: false)))
        entry.status.remarks = entry.objects.remarks
      }
      entries[target] = entry
    }
    self.nextExpiry = entries.values.compactMap(\.expiry).min()
    return changed
  }

  /// Returns the families of a target's objects, and updates its status to match.
  ///
  /// `isCounted` includes the number of objects; before all were asked about it is left out, since it would climb.
  private func shownObjects(_ entry: inout Entry, hasSucceeded: Bool, isCounted: Bool = true) -> [Family] {
    let count: Collector.Method.Count
    switch entry.specification.collector.work.method {
    case .listing: return []
    case .objects(_, _, let counter), .listedObjects(_, let counter): count = counter
    }
    let all =
      isCounted && (hasSucceeded || entry.objects.hasData) ? [count(entry.objects.found, entry.specification.id)] : []
    let families = entry.specification.families(of: all + entry.objects.sheets)
    entry.status.isStale = entry.objects.isStale
    entry.status.series = families.seriesCount
    return families
  }
}

extension TargetStatus {
  /// Records what was unexpected in the last good answer; returns a transition if there are new fields in it.
  fileprivate mutating func note(unexpected fields: [String: Int]) -> [TargetStates.Transition] {
    let new = Set(fields.keys).subtracting(unexpected.keys).sorted()
    unexpected = fields
    return new.isEmpty ? [] : [.unexpected(new)]
  }

  /// Counts the refresh; returns the transition that it caused, if any.
  fileprivate mutating func record(_ outcome: Outcome, error: CloudError?) -> TargetStates.Transition? {
    let before = lastSucceeded
    let beforeReason = lastError?.reason
    refreshes += 1
    skipped += outcome.skipped
    requests = outcome.requests
    lastDuration = outcome.duration
    lastEnd = outcome.end
    nextRefresh = outcome.nextRefresh
    lastSucceeded = error == nil
    lastError = error
    if refreshes == 1 { isForbiddenFromTheStart = error?.reason == .forbidden }
    if error?.reason != .forbidden { isForbiddenFromTheStart = false }
    guard let error else {
      let recovered = before == false ? outcome.end - (failingSince ?? outcome.end) : nil
      lastSuccess = outcome.end
      failingSince = nil
      return recovered.map { .recovered(after: $0) }
    }
    failures[error.reason, default: 0] += 1
    if failingSince == nil { failingSince = outcome.end }
    return before == false && beforeReason == error.reason ? nil : .failed(error)
  }
}
