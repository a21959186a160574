import HTTPTransport
import HuaweiCloud
import System
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
    try checkVariables(of: environment)
  }

  /// Creates the configuration from the environment alone: one project, all collectors on, everything discovered.
  package init(environment: [String: String], catalog: Catalog = .standard) throws(ConfigurationError) {
    let names = ["HUAWEICLOUD_REGION", "HW_REGION_NAME"]
    let region: String?
    let projectID: String?
    let projectName: String?
    do throws(CloudError) {
      let variables = EnvironmentVariables(environment)
      region = try variables.first(of: names)
      projectID = try variables.first(of: ["HUAWEICLOUD_SDK_PROJECT_ID", "HW_PROJECT_ID"])
      projectName = try variables.value(of: "HW_PROJECT_NAME", as: .line)
    } catch { throw ConfigurationError(environment: error.message) }
    guard let region else {
      throw ConfigurationError(
        environment:
          "no configuration file (--config.file or EXPORTER_CONFIG_FILE), and no \(names.joined(separator: " or "))")
    }
    guard CloudProject.isRegion(region) else {
      let name = names.first(where: EnvironmentVariables(environment).isSet) ?? names[0]
      throw ConfigurationError(environment: "\(name) must be a region's name such as cn-north-4")
    }
    var cloud = CloudProject(name: region, region: region)
    cloud.projectID = projectID
    cloud.projectName = projectName
    let defaults = SettingsReader()
    self.init(projects: [
      ProjectConfiguration(
        cloud: cloud, discovery: try defaults.discoverySettings(),
        collectors: try CollectorConfiguration.all(of: catalog, defaults))
    ])
    try checkVariables(of: environment)
  }

  /// Checks what the environment says beside the configuration, so that errors are reported before anything is sent.
  private func checkVariables(of environment: [String: String]) throws(ConfigurationError) {
    do throws(CloudError) {
      for project in projects { try project.cloud.credentials.checkVariables(of: environment) }
      for name in ["SSL_CERT_FILE", "SSL_CERT_DIR"] where projects.contains(where: { $0.cloud.caFile == nil }) {
        guard let path = try EnvironmentVariables(environment).value(of: name, as: .line) else { continue }
        guard FileSystem.exists(path) else { throw CloudError(.tls, message: "\(name): there is no \(path)") }
      }
      // libcurl reads these variables itself and does not trim them.
      for name in ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        guard let url = environment[name], try EnvironmentVariables(environment).value(of: name, as: .line) != nil,
          url.contains(where: \.isWhitespace)
        else { continue }
        throw CloudError(.connection, message: "\(name) holds white space")
      }
    } catch { throw ConfigurationError(environment: error.message) }
  }
}

extension ConfigurationError {
  fileprivate init(environment message: String) { self.init(source: "environment", message: message) }
}

extension [UInt8] {
  /// Reads a configuration file of at most 16 MiB.
  init(configurationFile file: String) throws(ConfigurationError) {
    do throws(FileError) {
      self = try FileSystem.contents(of: file, limit: 16 << 20)
    } catch {
      throw ConfigurationError(source: file, message: "cannot be read: \(error.reason)")
    }
  }
}
