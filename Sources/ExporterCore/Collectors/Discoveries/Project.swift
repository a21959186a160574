import HuaweiCloud

extension Collector {
  /// The project's id, if the configuration leaves it out.
  static let project = Collector.discovery(
    "project", "The project's id, looked up from IAM by the region's name.",
    rows: .of(String.self) { _ in { run, emit throws(CloudError) in try emit(try await run.client.projectID()) } },
    yields: Yield(.projectID) { $0 })
}

extension Fact where Element == String {
  /// The IAM id of the project.
  package static var projectID: Fact { Fact("project_id") }
}
