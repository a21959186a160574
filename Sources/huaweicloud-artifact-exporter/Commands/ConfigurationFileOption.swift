import ArgumentParser
import ExporterCore
import HuaweiCloud

// `--config.file`, which several commands take.

extension NameSpecification {
  static let configurationFile: NameSpecification = .customLong("config.file")
}

extension ArgumentHelp {
  static let configurationFile = ArgumentHelp(
    "Configuration file (environment: EXPORTER_CONFIG_FILE). Without one, the environment alone gives one project.",
    valueName: "file")
}

extension ConfigurationSource {
  /// The file that the command line names, else the one that the environment names, else the environment alone.
  init(file: String?, environment: [String: String]) {
    let fromEnvironment = environment["EXPORTER_CONFIG_FILE"]?.trimmed ?? ""
    self = (file ?? (fromEnvironment.isEmpty ? nil : fromEnvironment)).map { .file($0) } ?? .environment
  }
}
