import HuaweiCloud
import System
import YAMLReader

/// A value of a configuration file with its place and its key, which every error names.
///
/// The value itself is never part of an error: it may be a secret in the wrong place.
///
/// With an `environment`, `${NAME}` in any text stands for that variable's value, without the white space around it.
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

  /// Returns the text of a scalar, with the environment's values filled in.
  func text() throws(ConfigurationError) -> String {
    guard case .scalar(let raw, _, _) = node, !node.isNull else { throw error("must be a text") }
    guard let environment, raw.utf8.contains(UInt8(ascii: "$")) else { return raw }
    var text = ""
    var rest = raw[...]
    while let start = rest.firstRange(of: "${") {
      guard let end = rest[start.upperBound...].firstIndex(of: "}") else { throw error("${ without its }") }
      let name = String(rest[start.upperBound..<end])
      text += rest[..<start.lowerBound] + (try value(of: name, in: environment))
      rest = rest[rest.index(after: end)...]
    }
    return text + rest
  }

  private func value(of name: String, in environment: [String: String]) throws(ConfigurationError) -> String {
    guard let value = environment[name]?.trimmed else { throw error("the environment has no ${\(name)}") }
    guard !value.isEmpty else { throw error("the environment's ${\(name)} is empty") }
    if let problem = CredentialText.problem(with: value, as: .line) {
      throw error("the environment's ${\(name)} \(problem)")
    }
    return value
  }

  /// The name of the variable if the whole text is `${NAME}`, or nil.
  var variable: String? {
    guard case .scalar(let raw, _, _) = node, environment != nil, raw.hasPrefix("${"), raw.hasSuffix("}") else {
      return nil
    }
    let name = raw.dropFirst(2).dropLast()
    return name.contains("}") ? nil : String(name)
  }

  /// Returns a text that is sent to the cloud, and throws if it can't be right.
  func nonEmptyText(as form: CredentialText.Form) throws(ConfigurationError) -> String {
    let text = try nonEmptyText()
    if let problem = CredentialText.problem(with: text, as: form) { throw error(problem) }
    return text
  }

  func nonEmptyText() throws(ConfigurationError) -> String {
    let text = try text()
    guard !text.isEmpty else { throw error("must not be empty") }
    return text
  }

  /// Returns a URL with a host and without white space; if `isBase`, it must have no query and no fragment.
  func url(schemes: [String], isBase: Bool = true) throws(ConfigurationError) -> String {
    let text = try nonEmptyText()
    let start = schemes.lazy.map { $0 + "://" }.first(where: text.lowercased().hasPrefix)
    guard let start, let first = text.utf8.dropFirst(start.utf8.count).first, first != UInt8(ascii: "/"),
      text.utf8.allSatisfy(\.isVisibleASCII)
    else {
      throw error("must be a URL that begins with \(schemes.map { $0 + "://" }.joined(separator: " or "))")
    }
    guard !isBase || !text.contains(where: { "?#".contains($0) }) else {
      throw error("must have no query or fragment")
    }
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

  /// Returns the elements of a list, which may be left out but must not be empty.
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

  /// Returns the elements; throws if one of them occurs twice.
  func unique<Element: Hashable>(_ elements: [Element]) throws(ConfigurationError) -> [Element] {
    var seen: Set<Element> = []
    if let twice = elements.firstIndex(where: { !seen.insert($0).inserted }) {
      throw error("element \(twice) has stood before")
    }
    return elements
  }

  func integers(in range: ClosedRange<Int>) throws(ConfigurationError) -> [Int] {
    var integers: [Int] = []
    for element in try list() { integers.append(try element.integer(in: range)) }
    return integers
  }

  func durations() throws(ConfigurationError) -> [Duration] {
    var durations: [Duration] = []
    for element in try list() { durations.append(try element.duration()) }
    return durations
  }

  func expressions() throws(ConfigurationError) -> [RegularExpression] {
    var expressions: [RegularExpression] = []
    for element in try list() {
      let text = try element.nonEmptyText()
      do throws(RegularExpression.SyntaxError) { expressions.append(try RegularExpression(text)) } catch {
        throw element.error("is no regular expression: \(error.reason), at byte \(error.offset + 1)")
      }
    }
    return expressions
  }

  /// Returns the elements of a list of `NAMESPACE/REPOSITORY`; throws if one of them occurs twice.
  func repositories() throws(ConfigurationError) -> [ImageRepository] {
    var repositories: [ImageRepository] = []
    var seen: Set<ImageRepository> = []
    for element in try list() {
      let text = try element.nonEmptyText()
      guard let slash = text.firstIndex(of: "/"), slash != text.startIndex, text.last != "/" else {
        throw element.error("must be NAMESPACE/REPOSITORY")
      }
      let repository = ImageRepository(
        namespace: String(text[..<slash]), name: String(text[text.index(after: slash)...]))
      guard seen.insert(repository).inserted else { throw element.error("has stood before") }
      repositories.append(repository)
    }
    return repositories
  }

  /// The whole contents as one text, which differs if the meaning does.
  var flattened: String {
    switch node {
    case .scalar(let raw, _, _): "\((try? text()) ?? raw)\u{0}"
    case .sequence(let elements, _): "[" + elements.map { child($0, key).flattened }.joined() + "]"
    case .mapping(let entries, _):
      "{" + entries.map { "\($0.key)\u{0}" + child($0.value, key).flattened }.joined() + "}"
    }
  }

  /// Returns the fields of a mapping that may be left empty: `key:` alone means `key: {}`.
  func optionalFields(_ allowed: [String]) throws(ConfigurationError) -> [String: ConfigurationField] {
    node.isNull ? [:] : try fields(allowed)
  }

  /// Returns the fields of a mapping; throws if it has a key that is not in `allowed`.
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
