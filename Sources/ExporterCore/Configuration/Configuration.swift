import HuaweiCloud
import System

/// The validated configuration: what to watch, as whom, how often.
package struct Configuration: Sendable, Hashable {
  package var projects: [ProjectConfiguration]

  package init(projects: [ProjectConfiguration]) { self.projects = projects }
}

/// Where the configuration comes from, at the start and at each reload.
package enum ConfigurationSource: Sendable {
  case file(String)
  case environment
  case fixed(Configuration)

  /// The file that it is read from, if there is one.
  var files: [String] { if case .file(let path) = self { [path] } else { [] } }

  /// The name of the source in errors.
  var name: String { files.first ?? "environment" }

  /// Reads and validates the configuration; reading a file may block.
  package func read(environment: [String: String]) throws(ConfigurationError) -> Configuration {
    switch self {
    case .file(let path): try Configuration(file: path, environment: environment)
    case .environment: try Configuration(environment: environment)
    case .fixed(let configuration): configuration
    }
  }
}
