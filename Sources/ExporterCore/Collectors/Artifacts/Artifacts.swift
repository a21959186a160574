import HuaweiCloud

extension Collector {
  /// What is stored, how big, untagged, never pulled, idle?
  static let artifacts = Collector(
    name: "artifacts",
    summary: "Artifacts of SWR Enterprise instances, added up by repository and type.",
    operation: "ListInstanceAllArtifacts",
    defaultInterval: .seconds(1800),
    scope: .instance,
    options: [.instances, .repositoryFilter, .idleFor],
    metrics: ArtifactMetrics.all,
    method: .listing { refresh throws(CloudError) in try await collectArtifacts(refresh) })
}

private func collectArtifacts(_ refresh: Refresh) async throws(CloudError) -> Listing {
  let instance = refresh.target.scope
  if let version = refresh.instance?.version, !InstanceVersion(version).listsArtifacts {
    throw CloudError(
      .unsupported, operation: Collector.artifacts.operation,
      message: "instances up to version 25.6.0 have no artifact listing; this one has \(version)")
  }
  let periods = refresh.options.idleFor
  var fold = ArtifactFold(
    idleFor: periods, filter: try CompiledFilter(refresh.options.repositoryFilter), now: refresh.start,
    maximumRows: refresh.maximumSeries / ArtifactMetrics.seriesPerRepository(periods: periods.count))
  try await refresh.client.artifacts(ofInstance: instance) { page throws(CloudError) in try fold.add(page) }
  let families = ArtifactMetrics.describe(
    fold, namespaces: try await namespaceNames(refresh), idleFor: periods, of: refresh.target)
  return Listing(families, objects: fold.artifacts)
}

/// The names of the instance's namespaces, which artifacts only give by number; none where they may not be listed.
private func namespaceNames(_ refresh: Refresh) async throws(CloudError) -> [Int64: String] {
  do throws(CloudError) {
    let namespaces = try await refresh.client.registryNamespaces(ofInstance: refresh.target.scope)
    return Dictionary(namespaces.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
  } catch {
    if error.reason == .forbidden || error.reason == .notFound { return [:] }
    throw error
  }
}

/// The version of an SWR Enterprise instance, compared number by number.
struct InstanceVersion {
  private let numbers: [Int]

  init(_ text: String) {
    numbers = text.split { !$0.isNumber }.map { Int($0) ?? .max }
  }

  /// The listing of all artifacts came after 25.6.0; a version that has no number is given the benefit of the doubt.
  var listsArtifacts: Bool {
    if numbers.isEmpty { return true }
    let last = [25, 6, 0]
    for index in 0..<max(numbers.count, last.count) {
      let mine = index < numbers.count ? numbers[index] : 0
      let other = index < last.count ? last[index] : 0
      if mine != other { return mine > other }
    }
    return false
  }
}
