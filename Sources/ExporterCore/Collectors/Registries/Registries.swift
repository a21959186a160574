import HuaweiCloud

extension Collector {
  /// Are the registries we replicate images to healthy?
  static let registries = Collector(
    name: "registries",
    summary: "Health of the target registries of SWR Enterprise instances.",
    operation: "ListInstanceRegistries",
    defaultInterval: .seconds(300),
    scope: .instance,
    options: [.instances],
    metrics: RegistryMetrics.all,
    method: .listing { refresh throws(CloudError) in
      let listed = try await refresh.client.registries(ofInstance: refresh.target.scope)
      let registries = listed.uniqued { [String($0.id), $0.name ?? ""] }
      return Listing(
        RegistryMetrics.describe(registries, of: refresh.target),
        objects: listed.count, failedObjects: listed.count - registries.count)
    })
}

enum RegistryMetrics {
  private static let identity = ["project", "instance_id", "registry_id", "registry"]

  static let count = MetricDescriptor(
    "huaweicloud_swr_registries", labels: ["project", "instance_id"],
    help: "Target registries of the SWR Enterprise instance.")
  static let healthy = MetricDescriptor(
    "huaweicloud_swr_registry_healthy", labels: identity,
    help: "Whether the cloud reports the target registry as healthy.")
  static let status = MetricDescriptor(
    "huaweicloud_swr_registry_status", labels: identity + ["status"],
    help: "Status of the target registry: 1 for the state it is in, 0 for the others.")
  static let created = MetricDescriptor(
    "huaweicloud_swr_registry_created_timestamp_seconds", labels: identity,
    help: "When the target registry was created, in Unix time.")
  static let updated = MetricDescriptor(
    "huaweicloud_swr_registry_updated_timestamp_seconds", labels: identity,
    help: "When the target registry was last changed, in Unix time.")
  static let info = MetricDescriptor(
    "huaweicloud_swr_registry_info", .info,
    labels: identity + ["registry_type", "url", "remote_region", "remote_instance_id", "insecure"],
    help: "What the target registry is and where; insecure as the cloud sends it.")

  static let all = [count, healthy, status, created, updated, info]

  static func describe(_ registries: [Registry], of target: TargetID) -> [Family] {
    let scope = LabelSet(["project": target.project, "instance_id": target.scope])
    let count = Family(Self.count, [Sample(scope, Double(registries.count))])
    var healthy = Family(Self.healthy)
    var status = Family(Self.status)
    var created = Family(Self.created)
    var updated = Family(Self.updated)
    var info = Family(Self.info)
    for registry in registries {
      let labels = scope.adding("registry_id", String(registry.id)).adding("registry", registry.name ?? "")
      healthy.add(labels, registry.status == "healthy")
      status.add(labels, state: registry.status, of: ["healthy", "unhealthy"])
      created.add(labels, registry.createdAt)
      updated.add(labels, registry.updatedAt)
      info.add(
        labels.adding("registry_type", registry.type ?? "")
          .adding("url", publicURL(registry.url ?? ""))
          .adding("remote_region", registry.regionID ?? "")
          .adding("remote_instance_id", registry.instanceID ?? "")
          .adding("insecure", registry.insecure.map(String.init) ?? ""),
        1.0)
    }
    return [count, healthy, status, created, updated, info]
  }
}
