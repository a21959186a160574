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
    guard files.takeChange() else { return nil }
    let configuration = try WebConfiguration(file: path)
    // Whoever uses it loads the files after this, so what changes from here on is seen by the next call.
    files.follow([path] + configuration.security.files)
    return configuration
  }
}
