import HuaweiCloud
import System

/// A project as the page names it.
package struct ProjectIdentity: Sendable, Hashable {
  package var name: String
  package var region: String
  /// Empty while it is not known.
  package var projectID: String

  package init(name: String, region: String, projectID: String) {
    self.name = name
    self.region = region
    self.projectID = projectID
  }
}

/// How the last attempt to read the configuration went.
package struct ReloadStatus: Sendable, Hashable {
  package var lastSucceeded: Bool
  /// When the configuration in use was read.
  package var lastSuccess: Timestamp

  package init(lastSucceeded: Bool, lastSuccess: Timestamp) {
    self.lastSucceeded = lastSucceeded
    self.lastSuccess = lastSuccess
  }
}

extension SelfMetrics {
  /// The target under whose name the page holds what is about no target: `overview`, in the section `status`.
  package static let exporter = TargetID(project: "", collector: "exporter")

  /// What a target's status says, for the section `status` of the page.
  package static func families(_ status: TargetStatus) -> [Family] {
    let target = status.target
    let labels = LabelSet(["project": target.project, "collector": target.collector, "target": target.scope])
    func family(_ descriptor: MetricDescriptor, _ value: Double?) -> Family {
      Family(descriptor, value.map { [Sample(labels, $0)] } ?? [])
    }
    let hasRefreshed = status.lastSucceeded != nil
    return [
      family(refreshSuccess, status.lastSucceeded.map { $0 ? 1 : 0 }),
      family(refreshDuration, status.lastDuration?.seconds),
      family(lastSuccess, status.lastSuccess?.unixTime),
      family(dataStale, status.isStale ? 1 : 0),
      family(refreshInterval, status.settings.interval.seconds),
      family(staleAfter, status.settings.staleAfter.seconds),
      family(seriesLimit, Double(status.settings.maximumSeries)),
      family(refreshes, Double(status.refreshes)),
      Family(
        refreshFailures,
        FailureReason.allCases.map { reason in
          Sample(labels.adding("reason", reason.rawValue), Double(status.failures[reason] ?? 0))
        }),
      family(refreshesSkipped, Double(status.skipped)),
      family(objects, hasRefreshed ? Double(status.objects) : nil),
      family(objectsFailed, hasRefreshed ? Double(status.failedObjects) : nil),
      family(watchedObjects, status.watchedObjects.map(Double.init)),
      family(series, Double(status.series)),
      family(unsupported, hasRefreshed ? (status.isUnsupported ? 1 : 0) : nil),
      Family(
        unexpectedValues,
        status.unexpected.sorted { $0.key < $1.key }.map { Sample(labels.adding("field", $0.key), Double($0.value)) }),
    ]
  }

  /// What is about the exporter as a whole, for the section `status` of the page under `exporter`.
  ///
  /// `collectors` are those that are on, without a scope: one that has no target now counts 0.
  package static func overview(
    targets: [TargetID], collectors: [TargetID] = [], projects: [ProjectIdentity], reload: ReloadStatus?,
    shard: Shard = .whole, memoryLimit: Double? = nil, build: BuildInformation
  ) -> [Family] {
    var counted = Dictionary(collectors.map { ($0, 0) }, uniquingKeysWith: { first, _ in first })
    for target in targets { counted[TargetID(project: target.project, collector: target.collector), default: 0] += 1 }
    let counts = counted.sorted { $0.key < $1.key }
    return [
      Family(
        self.targets,
        counts.map { Sample(LabelSet(["project": $0.key.project, "collector": $0.key.collector]), Double($0.value)) }),
      Family(
        projectInfo,
        projects.sorted { $0.name < $1.name }.map { project in
          Sample(
            LabelSet([
              "project": project.name, "cloud_region": project.region, "project_id": project.projectID,
            ]), 1)
        }),
      Family(reloadSuccessful, reload.map { [Sample(LabelSet(), $0.lastSucceeded ? 1 : 0)] } ?? []),
      Family(reloadTime, reload.map { [Sample(LabelSet(), $0.lastSuccess.unixTime)] } ?? []),
      Family(shardOrdinal, [Sample(LabelSet(), Double(shard.index))]),
      Family(totalShards, [Sample(LabelSet(), Double(shard.total))]),
      Family(self.memoryLimit, memoryLimit.map { [Sample(LabelSet(), $0)] } ?? []),
      Family(
        buildInfo,
        [Sample(LabelSet(["version": build.version, "swift_version": build.swiftVersion]), 1)]),
    ]
  }
}
