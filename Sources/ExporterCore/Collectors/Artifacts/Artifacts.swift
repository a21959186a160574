import HuaweiCloud

extension Collector {
  /// What is stored, how big it is, and what of it is untagged, never pulled or idle.
  package static let artifacts = Collector(
    "artifacts", "Artifacts of SWR Enterprise instances, added up by repository and type.", every: .seconds(1800),
    targets: .instances,
    rows: .folded(InstanceArtifacts.self) { setup throws(ConfigurationError) in
      let filter = try setup.repositoryFilter("`repository_name`")
      let periods = try setup.idlePeriods()
      // Versions are not compared: assumption `artifacts-everywhere`.
      let artifacts = setup.asks(
        .get(
          .swr, "ListInstanceAllArtifacts", "/v2/{project_id}/instances/{instance_id}/artifacts",
          permission: "swr:instance:listAllArtifacts"),
        pages: Artifact.pages, reads: ArtifactPage.readFields, costs: .pages(of: .artifacts))
      let namespaces = setup.asks(
        Listing(Namespace.self, in: "namespaces", .instanceNamespaces, pages: .offset()), costs: .pages(of: .namespaces)
      )
      return { run, emit throws(CloudError) in
        var fold = ArtifactFold(
          idleFor: periods, filter: filter, now: run.start, maximumSeries: run.maximumSeries)
        try await run.foldArtifacts(artifacts, into: &fold, onTransferThread: filter.isEmpty)
        guard fold.unusable <= fold.seenArtifacts else {
          throw CloudError(
            .malformed, operation: artifacts.endpoint.operation,
            message:
              "\(fold.unusable) of \(fold.unusable + fold.seenArtifacts) artifacts have no id, or a text that is none")
        }
        run.notes.add(unusable: fold.unusable)
        try emit(fold.result(namespaces: try await run.names(of: namespaces)))
        return fold.artifacts
      }
    },
    labels: [:],
    metrics: [
      .each(
        { $0.repositories },
        ["repository_id": { $0.id.map(String.init) }, "repository": { $0.name }],
        [
          .each({ $0.types }, ["artifact_type": { $0.type }], ofType),
          .info(
            "huaweicloud_swr_repository_info", "The namespace of the repository.",
            ["namespace_id": { $0.namespaceID.map(String.init) }, "swr_namespace": { $0.namespace }]),
        ]),
      .gauges(
        "huaweicloud_swr_artifacts_by_media_type",
        "Artifacts of the instance by the media type of their manifest: the 32 most frequent, the rest as other.",
        by: "manifest_media_type"
      ) { $0.mediaTypes },
    ])

  private static let ofType: [Metric<InstanceArtifacts.OfType>] = [
    .gauge("huaweicloud_swr_artifacts", "Artifacts in the repository.") { $0.totals.artifacts },
    .gauge(
      "huaweicloud_swr_artifacts_size_bytes",
      "Sum of the artifacts' sizes; layers that artifacts share count in each, so this is not the storage used."
    ) { $0.totals.bytes.total },
    .gauge("huaweicloud_swr_artifacts_largest_size_bytes", "Size of the largest artifact.") { $0.totals.largest },
    .gauge("huaweicloud_swr_artifacts_tags", "Tags of the artifacts.") { $0.totals.tags },
    .gauge("huaweicloud_swr_artifacts_untagged", "Artifacts with no tag.") { $0.totals.untagged },
    .gauge("huaweicloud_swr_artifacts_untagged_size_bytes", "Sum of the sizes of the artifacts with no tag.") {
      $0.totals.isSized || $0.totals.untagged == 0 ? $0.totals.untaggedBytes : nil
    },
    .gauge("huaweicloud_swr_artifacts_never_pulled", "Artifacts that were never pulled.") { $0.totals.neverPulled },
    .gauges(
      "huaweicloud_swr_artifacts_idle",
      "Artifacts not pulled (or, if never pulled, not pushed) for at least this long.", by: "idle_for"
    ) { $0.idle(\.artifacts) },
    .gauges(
      "huaweicloud_swr_artifacts_idle_size_bytes",
      "Sum of the sizes of the artifacts that are idle for at least this long: what a clean-up would free at most.",
      by: "idle_for"
    ) { row in row.idle { row.totals.isSized || $0.artifacts == 0 ? $0.bytes : nil } },
    .gauge(
      "huaweicloud_swr_artifacts_last_push_timestamp_seconds", "When an artifact was last pushed, in Unix time."
    ) { $0.totals.lastPush },
    .gauge(
      "huaweicloud_swr_artifacts_last_pull_timestamp_seconds",
      "When an artifact was last pulled, in Unix time; absent when none ever was."
    ) { $0.totals.lastPull },
    .gauge(
      "huaweicloud_swr_artifacts_oldest_push_timestamp_seconds",
      "When the artifact that was pushed first of those that are there was pushed, in Unix time."
    ) { $0.totals.oldestPush },
  ]
}

extension Run {
  /// Reads all artifacts of the instance page by page, so that memory follows repositories and not artifacts.
  fileprivate func foldArtifacts(
    _ asked: AskedEndpoint, into fold: inout ArtifactFold, onTransferThread: Bool
  ) async throws(CloudError) {
    // An operator's expressions may take long, and other transfers would wait for that thread.
    guard onTransferThread else { return try await foldArtifacts(asked, into: &fold) }
    try await client.onTransferThread { () async throws(CloudError) in try await foldArtifacts(asked, into: &fold) }
  }

  private func foldArtifacts(_ asked: AskedEndpoint, into fold: inout ArtifactFold) async throws(CloudError) {
    var page = ArtifactPage()
    try await client.eachPage(
      of: asked.endpoint, filling: filled([:]), pages: Artifact.pages,
      read: { bytes throws(JSONError) in
        try page.read(bytes)
        return page.facts
      },
      take: { () throws(CloudError) in
        try fold.add(page)
        page.forget()
      })
  }

  /// Returns the names of the instance's namespaces by id; none if they can't be listed.
  fileprivate func names(of asked: AskedListing<Namespace>) async throws(CloudError) -> [Int64: String] {
    do throws(CloudError) {
      let namespaces = try await all(asked)
      return Dictionary(
        namespaces.compactMap { namespace in Int64(namespace.id).map { ($0, namespace.name ?? "") } },
        uniquingKeysWith: { first, _ in first })
    } catch {
      if [.forbidden, .notFound, .unsupported].contains(error.reason) { return [:] }
      throw error
    }
  }
}

extension Setup {
  fileprivate mutating func idlePeriods() throws(ConfigurationError) -> [IdlePeriod] {
    let standard = [IdlePeriod(days: 30), IdlePeriod(days: 90)]
    return try option(
      "idle_for",
      [
        .init(
          "idle_for", standard: "`[30d, 90d]`",
          "how long an artifact must not have been pulled to count as idle, one series each")
      ],
      { field throws(ConfigurationError) in
        var periods: [IdlePeriod] = []
        for duration in try field.durations() {
          periods.append(IdlePeriod(duration: duration, label: duration.shortestForm))
        }
        return try field.unique(periods)
      },
      show: { "idle for " + ($0 ?? standard).map(\.label).joined(separator: ", ") }) ?? standard
  }
}

/// A threshold of `idle_for`, with its shortest form as the label.
struct IdlePeriod: Sendable, Hashable {
  let duration: Duration
  /// The value of the label, such as `30d`.
  let label: String

  init(duration: Duration, label: String) {
    self.duration = duration
    self.label = label
  }

  init(days: Int) { self.init(duration: .seconds(days * 86_400), label: "\(days)d") }
}
