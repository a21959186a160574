import YAMLReader

/// A value of a configuration file with its place and its key, which every error names.
///
/// The value itself is never part of an error: it may be a secret that stands in the wrong place.
///
/// `${NAME}` in any text stands for the environment's value, where there is an environment.
struct ConfigurationField {
  let node: YAMLNode
  let key: String
  let source: String
  let environment: [String: String]?

  func error(_ message: String) -> ConfigurationError {
    ConfigurationError(source: source, mark: node.mark, key: key, message: message)
  }

  func child(_ node: YAMLNode, _ key: String) -> ConfigurationField {
    ConfigurationField(node: node, key: key, source: source, environment: environment)
  }

  /// The text of a scalar, with the environment filled in.
  func text() throws(ConfigurationError) -> String {
    guard case .scalar(let raw, _, _) = node, !node.isNull else { throw error("must be a text") }
    guard let environment, raw.utf8.contains(UInt8(ascii: "$")) else { return raw }
    var text = ""
    var rest = raw[...]
    while let start = rest.firstRange(of: "${") {
      guard let end = rest[start.upperBound...].firstIndex(of: "}") else { throw error("${ without its }") }
      let name = String(rest[start.upperBound..<end])
      guard let value = environment[name] else { throw error("the environment has no ${\(name)}") }
      text += rest[..<start.lowerBound] + value
      rest = rest[rest.index(after: end)...]
    }
    return text + rest
  }

  func nonEmptyText() throws(ConfigurationError) -> String {
    let text = try text()
    guard !text.isEmpty else { throw error("must not be empty") }
    return text
  }

  func integer(in range: ClosedRange<Int>) throws(ConfigurationError) -> Int {
    guard let value = Int(try text()), range.contains(value) else {
      let expected =
        range.upperBound == .max ? "of at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
      throw error("must be a whole number \(expected)")
    }
    return value
  }

  func positiveNumber() throws(ConfigurationError) -> Double {
    guard let value = Double(try text()), (0.001...1_000_000).contains(value) else {
      throw error("must be a number from 0.001 to 1000000")
    }
    return value
  }

  func flag() throws(ConfigurationError) -> Bool {
    switch try text() {
    case "true": return true
    case "false": return false
    default: throw error("must be true or false")
    }
  }

  func duration() throws(ConfigurationError) -> Duration {
    let text = try text()
    guard let duration = Duration(configuration: text) else {
      throw error("must be a duration such as 30s, 5m or 1h30m")
    }
    guard duration > .zero else { throw error("must be more than 0") }
    return duration
  }

  /// The elements of a list that may be left out, but not be empty.
  func list() throws(ConfigurationError) -> [ConfigurationField] {
    guard case .sequence(let elements, _) = node else { throw error("must be a list") }
    guard !elements.isEmpty else { throw error("is an empty list; leave the key out instead") }
    return elements.enumerated().map { child($0.element, "\(key)[\($0.offset)]") }
  }

  func texts() throws(ConfigurationError) -> [String] {
    var texts: [String] = []
    for element in try list() { texts.append(try element.nonEmptyText()) }
    return texts
  }

  /// The fields of a mapping; `allowed` are all the keys that it may have.
  func fields(_ allowed: [String]) throws(ConfigurationError) -> [String: ConfigurationField] {
    guard case .mapping(let entries, _) = node else { throw error("must be a mapping of keys to values") }
    var fields: [String: ConfigurationField] = [:]
    for entry in entries {
      let name = key.isEmpty ? entry.key : "\(key).\(entry.key)"
      guard allowed.contains(entry.key) else {
        throw ConfigurationError(
          source: source, mark: entry.keyMark, key: name,
          message: "unknown key; known here: \(allowed.joined(separator: ", "))")
      }
      fields[entry.key] = child(entry.value, name)
    }
    return fields
  }
}
