import HuaweiCloud
import System

/// The metrics about the exporter itself and its targets.
package enum SelfMetrics {
  private static let targetLabels = ["project", "collector", "target"]

  static let refreshSuccess = MetricDescriptor(
    "huaweicloud_exporter_refresh_success", labels: targetLabels,
    help: "1 if the last refresh of the target succeeded, 0 if it failed.")
  static let refreshDuration = MetricDescriptor(
    "huaweicloud_exporter_refresh_duration_seconds", labels: targetLabels,
    help: "Duration of the target's last refresh.")
  static let lastSuccess = MetricDescriptor(
    "huaweicloud_exporter_last_success_timestamp_seconds", labels: targetLabels,
    help: "Unix time at which the target's last good refresh ended.")
  static let dataStale = MetricDescriptor(
    "huaweicloud_exporter_data_stale", labels: targetLabels,
    help: "1 while last good data of the target is gone because it was older than the configured stale_after.")
  static let refreshInterval = MetricDescriptor(
    "huaweicloud_exporter_refresh_interval_seconds", labels: targetLabels,
    help: "Configured time between two refreshes of the target.")
  static let staleAfter = MetricDescriptor(
    "huaweicloud_exporter_stale_after_seconds", labels: targetLabels,
    help: "Configured time for which the last good data of a failing target is still served.")
  static let seriesLimit = MetricDescriptor(
    "huaweicloud_exporter_series_limit", labels: targetLabels,
    help: "Configured number of series beyond which a refresh of the target fails.")
  static let refreshes = MetricDescriptor(
    "huaweicloud_exporter_refreshes_total", .counter, labels: targetLabels,
    help: "Refreshes of the target that have ended, good or bad.")
  static let refreshFailures = MetricDescriptor(
    "huaweicloud_exporter_refresh_failures_total", .counter, labels: targetLabels + ["reason"],
    help: "Refreshes of the target that failed, by reason.")
  static let refreshesSkipped = MetricDescriptor(
    "huaweicloud_exporter_refreshes_skipped_total", .counter, labels: targetLabels,
    help: "Refreshes of the target that were due while the last one ran or waited for its turn.")
  static let objects = MetricDescriptor(
    "huaweicloud_exporter_objects", labels: targetLabels,
    help: "Objects that the target's last refresh listed or asked about.")
  static let objectsFailed = MetricDescriptor(
    "huaweicloud_exporter_objects_failed", labels: targetLabels,
    help: "Objects that the target's last refresh could not get or had to leave out.")
  static let series = MetricDescriptor(
    "huaweicloud_exporter_series", labels: targetLabels,
    help: "Series that the target contributes to the page.")
  static let watchedObjects = MetricDescriptor(
    "huaweicloud_exporter_watched_objects", labels: targetLabels,
    help: "Objects that a target asks about one by one, asked in its last refresh or not.")
  static let unsupported = MetricDescriptor(
    "huaweicloud_exporter_target_unsupported", labels: targetLabels,
    help: "1 while the last answer said that the cloud has no such function here, 0 otherwise.")
  static let unexpectedValues = MetricDescriptor(
    "huaweicloud_exporter_unexpected_values", labels: targetLabels + ["field"],
    help: "Values in the target's last good answer that are not as the cloud's documents have them, by field.")
  static let targets = MetricDescriptor(
    "huaweicloud_exporter_targets", labels: ["project", "collector"],
    help: "Targets that are refreshed now.")
  static let projectInfo = MetricDescriptor(
    "huaweicloud_exporter_project_info", .info, labels: ["project", "cloud_region", "project_id"],
    help: "A configured project, its region, and its id as far as it is known.")
  static let reloadSuccessful = MetricDescriptor(
    "huaweicloud_exporter_config_last_reload_successful",
    help: "1 if the configuration was read without an error the last time, 0 if the one before is still in use.")
  static let reloadTime = MetricDescriptor(
    "huaweicloud_exporter_config_last_reload_success_timestamp_seconds",
    help: "Unix time at which the configuration in use was read.")
  static let shardOrdinal = MetricDescriptor(
    "huaweicloud_exporter_shard_ordinal",
    help: "Which shard this process is, from 0; 0 where targets are not divided.")
  static let totalShards = MetricDescriptor(
    "huaweicloud_exporter_total_shards",
    help: "How many shards divide the targets as this process was told; 1 where they are not divided.")
  static let memoryLimit = MetricDescriptor(
    "huaweicloud_exporter_memory_limit_bytes",
    help: "Memory that the cgroup of the process may have, as read at the start; absent where there is no limit.")
  static let buildInfo = MetricDescriptor(
    "huaweicloud_exporter_build_info", .info, labels: ["version", "swift_version"],
    help: "The exporter's version and the Swift version it was built with.")

  /// Every family about the exporter, in page order.
  package static let descriptors =
    [
      refreshSuccess, refreshDuration, lastSuccess, dataStale, refreshInterval, staleAfter, seriesLimit, refreshes,
      refreshFailures, refreshesSkipped, objects, objectsFailed, watchedObjects, series, unsupported, unexpectedValues,
      targets, projectInfo, reloadSuccessful, reloadTime, shardOrdinal, totalShards, memoryLimit, buildInfo,
    ] + RequestMetrics.all + [
      ServerStatistics.certificateExpiry, ServerStatistics.requests, ServerStatistics.scrapeDuration,
    ] + ProcessMetrics.all
}

extension SelfMetrics {
  /// The target that stands for the exporter as a whole: the page holds `overview` under it, in the section `status`.
  package static let exporter = TargetID(project: "", collector: "exporter")

  /// Returns the families about a target's status, for the section `status` of the page.
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
          Sample(labels.adding("reason", reason.label), Double(status.failures[reason] ?? 0))
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

  /// Returns the families about the exporter as a whole, for the section `status` of the page under `exporter`.
  ///
  /// `collectors` are those that are on, without a scope; one that has no target now counts 0.
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
