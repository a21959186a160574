import HuaweiCloud
import System

/// Regular expressions that choose names by matching all of one. No `include` chooses every name; `exclude` wins.
struct RepositoryFilter: Sendable, Hashable {
  var include: [RegularExpression] = []
  var exclude: [RegularExpression] = []

  var isEmpty: Bool { include.isEmpty && exclude.isEmpty }

  /// Returns whether the name is chosen; throws `internal` if an expression takes too long.
  func accepts(_ name: String) throws(CloudError) -> Bool {
    for expression in exclude where try expression.isMatch(of: name) { return false }
    for expression in include where try expression.isMatch(of: name) { return true }
    return include.isEmpty
  }

  /// The filter for people, or nil if it accepts everything.
  var summary: String? {
    let parts =
      (include.isEmpty ? [] : ["only " + include.map(\.text).joined(separator: " or ")])
      + (exclude.isEmpty ? [] : ["without " + exclude.map(\.text).joined(separator: " or ")])
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }
}

extension Setup {
  /// Reads the option that chooses repositories; `subject` is what the expressions are matched against.
  mutating func repositoryFilter(_ subject: String) throws(ConfigurationError) -> RepositoryFilter {
    try option(
      "repositories",
      [
        .init(
          "repositories.include", standard: "all",
          "regular expressions for \(subject); each must match the whole name"),
        .init("repositories.exclude", standard: "none", "likewise; wins over `include`"),
      ],
      { field throws(ConfigurationError) in try RepositoryFilter(reading: field) },
      show: { $0?.summary }) ?? RepositoryFilter()
  }
}

extension Setup {
  /// Reads the option that excludes objects, listed ones too; `subject` is what the expressions are matched against.
  mutating func excluded(by subject: String) throws(ConfigurationError) -> RepositoryFilter {
    let exclude = try option(
      "exclude",
      [
        .init(
          "exclude", standard: "none",
          "regular expressions for \(subject), of which one must match the whole; what matches is not watched, listed or not"
        )
      ],
      { field throws(ConfigurationError) in try field.expressions() },
      show: { RepositoryFilter(exclude: $0 ?? []).summary })
    return RepositoryFilter(exclude: exclude ?? [])
  }
}

extension RepositoryFilter {
  init(reading field: ConfigurationField) throws(ConfigurationError) {
    let fields = try field.fields(["include", "exclude"])
    include = try fields["include"]?.expressions() ?? []
    exclude = try fields["exclude"]?.expressions() ?? []
  }
}

extension RegularExpression {
  /// Returns whether the whole name matches; throws `internal` if that takes too long.
  func isMatch(of name: String) throws(CloudError) -> Bool {
    do throws(TakesTooLong) { return try matches(name) } catch {
      throw CloudError(
        .internal,
        message: "the regular expression \(text) takes too long on a name of \(name.count) characters: "
          + "do without nested repetition")
    }
  }
}
