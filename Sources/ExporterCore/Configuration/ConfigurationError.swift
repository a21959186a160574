import YAMLReader

/// What is wrong with a configuration, and where: one line for a person.
package struct ConfigurationError: Error, Equatable, CustomStringConvertible {
  /// The name of the file, or `environment`.
  package var source: String
  package var mark: YAMLMark?
  /// The key, such as `projects[0].collectors.artifacts.interval`; empty for the whole file.
  package var key: String
  package var message: String

  package init(source: String, mark: YAMLMark? = nil, key: String = "", message: String) {
    self.source = source
    self.mark = mark
    self.key = key
    self.message = message
  }

  package var description: String {
    let place = mark.map { ":\($0.line):\($0.column)" } ?? ""
    return key.isEmpty ? "\(source)\(place): \(message)" : "\(source)\(place): \(key): \(message)"
  }
}
