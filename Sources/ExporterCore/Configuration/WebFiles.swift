import HTTPTransport
import System

/// The web configuration, followed with the certificates and keys that it names.
struct WebFiles: Sendable {
  private let path: String
  private var files: FollowedFiles

  init(configuration path: String) {
    self.path = path
    files = FollowedFiles([path])
  }

  /// The configuration, where it or a file that it names has changed since the last call, and at the first; else nil.
  ///
  /// Reading may block. Throws, once for each change, what keeps it from being used.
  mutating func takeChange() throws(ConfigurationError) -> WebConfiguration? {
    // Before it is loaded: what changes meanwhile is seen by the next call.
    guard files.takeChange() else { return nil }
    while true {
      let configuration = try WebConfiguration(file: path)
      let paths = [path] + configuration.security.files
      if files.paths == paths { return configuration }
      files = FollowedFiles(paths)
      _ = files.takeChange()
    }
  }
}
