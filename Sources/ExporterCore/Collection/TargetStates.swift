import HuaweiCloud
import System

/// What we know, as a value: each target's state, and the last good data of objects that are asked one by one.
///
/// It decides what is shown, what is stale and what is gone; it neither waits nor renders. All ages are in
/// `TimeSource.uptime`.
package struct TargetStates: Sendable {
  private struct Entry: Sendable {
    var specification: TargetSpecification
    var status: TargetStatus
    /// End of the last good answer of a listing whose data is shown.
    var goodAt: Duration?
    var objects = ObjectStates()
    /// Objects of the last good listing that have the labels of another one.
    var hidden = 0
    /// Objects of the last good listing that were of no use.
    var unusable = 0
    /// When the failure that goes on was said last.
    var saidAt: Duration?

    /// When something of it will have become too old.
    var expiry: Duration? {
      let oldest = [goodAt, objects.oldestGood].compactMap(\.self).min()
      return oldest.map { $0 + status.settings.staleAfter }
    }
  }

  /// What a change means for the page.
  package struct Change: Sendable {
    /// The target's data is replaced by these families; nil leaves it as it is.
    package var families: [Family]?
    package var transitions: [Transition] = []
  }

  /// What is worth a line in the log.
  package enum Transition: Sendable, Equatable {
    /// It was good, or unknown, or failed for another reason.
    case failed(CloudError)
    case recovered(after: Duration)
    /// It goes on failing, as it was said an hour ago.
    case stillFailing(CloudError, since: Timestamp)
    /// So many objects have the labels of another one, which was not so before.
    case hidden(Int)
    /// So many objects are of no use, which was not so before.
    case unusable(Int)
    /// Values that are not as the documents have them, in fields in which there were none before.
    case unexpected([String])
  }

  /// How often a failure that goes on is said again.
  private static let reminderInterval: Duration = .seconds(3600)

  private var entries: [TargetID: Entry] = [:]
  /// In their order.
  package private(set) var targets: [TargetID] = []
  /// When `expire` may have something to do next: not later than that, and perhaps earlier.
  package private(set) var nextExpiry: Duration?

  package init() {}

  package var statuses: [TargetStatus] {
    // Room for all at once: there may be thousands, of some hundred bytes each.
    var statuses: [TargetStatus] = []
    statuses.reserveCapacity(targets.count)
    for target in targets {
      if let status = entries[target]?.status { statuses.append(status) }
    }
    return statuses
  }

  /// Every target has ended its first refresh.
  package var isComplete: Bool { entries.values.allSatisfy { $0.status.lastSucceeded != nil } }

  package func status(of target: TargetID) -> TargetStatus? { entries[target]?.status }

  /// Takes in a target; one that is known already goes on with what it has, under the new specification.
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

  /// Takes in what some objects said, before their refresh has ended.
  package mutating func record(_ findings: [ObjectFinding], of target: TargetID) {
    guard let staleAfter = entries[target]?.status.settings.staleAfter else { return }
    for finding in findings {
      entries[target]?.objects.record(finding)
      nextExpiry = min(nextExpiry ?? finding.at + staleAfter, finding.at + staleAfter)
    }
  }

  /// Takes in what a listing said of the objects that are now asked one by one: it moves on, however long that takes.
  package mutating func record(_ listed: SweepResult.Listed, of target: TargetID) {
    guard var entry = entries[target] else { return }
    entry.objects.record(listed)
    keep(entry, of: target)
  }

  /// Takes in the end of a refresh.
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

  /// The families of a target that is asked object by object, as they stand now.
  package mutating func objectFamilies(of target: TargetID) -> [Family]? {
    guard var entry = entries[target] else { return nil }
    defer { entries[target] = entry }
    return shownObjects(
      &entry, hasSucceeded: entry.status.lastSucceeded == true, isCounted: entry.status.refreshes > 0)
  }

  /// Drops what is older than its `staleAfter`; returns the targets whose data changed, with what is left.
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

  /// Where it `isCounted` the number of its objects is shown: not before all were asked, so that it does not climb.
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
  /// Takes over what was unexpected in the last good answer, and says which fields are new in it.
  fileprivate mutating func note(unexpected fields: [String: Int]) -> [TargetStates.Transition] {
    let new = Set(fields.keys).subtracting(unexpected.keys).sorted()
    unexpected = fields
    return new.isEmpty ? [] : [.unexpected(new)]
  }

  /// Counts the refresh and says what changed.
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
