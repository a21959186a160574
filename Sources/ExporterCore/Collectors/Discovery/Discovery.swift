import HuaweiCloud

/// What a project contains, as discovery found it; nil where that was not looked up yet.
package struct Inventory: Sendable, Hashable {
  package var projectID: String?
  package var instances: [RegistryInstance]?
  package var imageRepositories: [ImageRepository]?
  package var codeRepositories: [CodeRepository]?
}

/// One finding of discovery.
package enum Discovered: Sendable {
  case projectID(String)
  case instances([RegistryInstance])
  case imageRepositories([ImageRepository])
  case codeRepositories([CodeRepository])
}

extension Inventory {
  mutating func take(_ discovered: Discovered) {
    switch discovered {
    case .projectID(let id): projectID = id
    case .instances(let found): instances = found.uniqued(by: \.id)
    case .imageRepositories(let found): imageRepositories = found.uniqued { $0 }
    case .codeRepositories(let found): codeRepositories = found.uniqued(by: \.id)
    }
  }
}

/// Looks up what the configuration leaves out; each discovery is a target of its own.
package enum Discovery: String, Sendable, CaseIterable {
  case project
  case instances
  case imageRepositories = "swr_repositories"
  case codeRepositories = "codearts_repositories"

  static let metrics = InstanceMetrics.all

  /// `isOptional`: nothing depends on the answer, so that a refusal is no failure.
  func find(_ refresh: Refresh, isOptional: Bool) async throws(CloudError) -> Listing {
    switch self {
    case .project:
      return Listing([], objects: 1, discovered: .projectID(try await refresh.client.projectID()))
    case .instances:
      do throws(CloudError) {
        let found = try await refresh.client.registryInstances().uniqued(by: \.id)
        return Listing(
          InstanceMetrics.describe(found, project: refresh.target.project), objects: found.count,
          discovered: .instances(found))
      } catch {
        if isOptional, error.reason == .forbidden { return Listing([], objects: 0) }
        throw error
      }
    case .imageRepositories:
      let found = try await refresh.client.imageRepositories()
      return Listing([], objects: found.count, discovered: .imageRepositories(found))
    case .codeRepositories:
      let found = try await refresh.client.userRepositories()
      return Listing([], objects: found.count, discovered: .codeRepositories(found))
    }
  }
}

enum InstanceMetrics {
  private static let identity = ["project", "instance_id"]

  static let info = MetricDescriptor(
    "huaweicloud_swr_instance_info", .info,
    labels: identity + ["instance_name", "instance_version", "instance_spec"],
    help: "The SWR Enterprise instance.")
  static let status = MetricDescriptor(
    "huaweicloud_swr_instance_status", labels: identity + ["status"],
    help: "Status of the SWR Enterprise instance: 1 for the state it is in, 0 for the others.")
  static let created = MetricDescriptor(
    "huaweicloud_swr_instance_created_timestamp_seconds", labels: identity,
    help: "When the SWR Enterprise instance was created, in Unix time.")
  static let expiry = MetricDescriptor(
    "huaweicloud_swr_instance_expiry_timestamp_seconds", labels: identity,
    help: "When the SWR Enterprise instance expires, in Unix time.")

  static let all = [info, status, created, expiry]

  static func describe(_ instances: [RegistryInstance], project: String) -> [Family] {
    var info = Family(Self.info)
    var status = Family(Self.status)
    var created = Family(Self.created)
    var expiry = Family(Self.expiry)
    for instance in instances {
      let labels = LabelSet(["project": project, "instance_id": instance.id])
      info.add(
        labels.adding("instance_name", instance.name ?? "")
          .adding("instance_version", instance.version ?? "")
          .adding("instance_spec", instance.spec ?? ""),
        1.0)
      status.add(labels, state: instance.status, of: ["Initial", "Creating", "Running", "Unavailable"])
      created.add(labels, instance.createdAt)
      expiry.add(labels, instance.expiresAt)
    }
    return [info, status, created, expiry]
  }
}
