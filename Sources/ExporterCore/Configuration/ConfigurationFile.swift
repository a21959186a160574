import HTTPTransport
import HuaweiCloud
import YAMLReader

extension Configuration {
  /// Reads and validates a configuration file; the error names file, line and key.
  package init(
    file: String, environment: [String: String], catalog: Catalog = .standard
  ) throws(ConfigurationError) {
    try self.init(yaml: [UInt8](configurationFile: file), source: file, environment: environment, catalog: catalog)
  }

  /// Validates the text of a configuration file; `source` is its name in errors.
  package init(
    yaml: [UInt8], source: String, environment: [String: String], catalog: Catalog = .standard
  ) throws(ConfigurationError) {
    let node: YAMLNode?
    do throws(YAMLError) {
      node = try YAMLReader.read(yaml)
    } catch {
      throw ConfigurationError(source: source, mark: error.mark, message: error.message)
    }
    guard let node, !node.isNull else { throw ConfigurationError(source: source, message: "is empty") }
    let root = ConfigurationField(node: node, key: "", source: source, environment: environment)
    let fields = try root.fields(["defaults", "projects"])
    let defaults =
      try fields["defaults"].map { field throws(ConfigurationError) in
        SettingsReader().overridden(by: try field.fields(SettingsReader.keys))
      } ?? SettingsReader()
    guard let list = fields["projects"] else { throw root.error("projects is missing") }
    var projects: [ProjectConfiguration] = []
    for field in try list.list() {
      let project = try ProjectConfiguration(reading: field, defaults: defaults, catalog: catalog)
      guard !projects.contains(where: { $0.name == project.name }) else {
        throw field.error("there is another project named \"\(project.name)\"")
      }
      projects.append(project)
    }
    self.init(projects: projects)
  }

  /// The configuration that the environment alone gives: one project, all collectors on, everything discovered.
  package init(environment: [String: String], catalog: Catalog = .standard) throws(ConfigurationError) {
    let names = ["HUAWEICLOUD_REGION", "HW_REGION_NAME"]
    guard let region = names.lazy.compactMap({ environment[$0] }).first(where: { !$0.isEmpty }) else {
      throw ConfigurationError(
        source: "environment",
        message:
          "no configuration file (--config.file or EXPORTER_CONFIG_FILE), and no \(names.joined(separator: " or "))")
    }
    var cloud = CloudProject(name: region, region: region)
    cloud.projectID = environment["HUAWEICLOUD_SDK_PROJECT_ID"].flatMap { $0.isEmpty ? nil : $0 }
    let defaults = SettingsReader()
    self.init(projects: [
      ProjectConfiguration(
        cloud: cloud, discovery: try defaults.discoverySettings(),
        collectors: try CollectorConfiguration.all(of: catalog, defaults))
    ])
  }
}

extension [UInt8] {
  /// The text of a configuration file, of at most 16 MiB.
  init(configurationFile file: String) throws(ConfigurationError) {
    do throws(FileError) {
      self = try FileSystem.contents(of: file, limit: 16 << 20)
    } catch {
      throw ConfigurationError(source: file, message: "cannot be read: \(error.reason)")
    }
  }
}
