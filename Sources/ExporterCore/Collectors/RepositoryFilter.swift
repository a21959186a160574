import HuaweiCloud

/// Anchored regular expressions over a repository's name: none means all; `exclude` wins.
struct RepositoryFilter: Sendable, Hashable {
  var include: [String] = []
  var exclude: [String] = []

  /// For a person; nil where it lets everything through.
  var summary: String? {
    let parts =
      (include.isEmpty ? [] : ["only " + include.joined(separator: " or ")])
      + (exclude.isEmpty ? [] : ["without " + exclude.joined(separator: " or ")])
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }
}

extension Setup {
  /// The option by which repositories are chosen; `subject` is what the expressions are matched with.
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

extension RepositoryFilter {
  init(reading field: ConfigurationField) throws(ConfigurationError) {
    let fields = try field.fields(["include", "exclude"])
    include = try fields["include"]?.expressions() ?? []
    exclude = try fields["exclude"]?.expressions() ?? []
  }
}

/// A `RepositoryFilter` ready to match.
struct CompiledFilter {
  private let include: [Regex<AnyRegexOutput>]
  private let exclude: [Regex<AnyRegexOutput>]

  /// The configuration has checked the expressions already; one that does not compile fails as `internal`.
  init(_ filter: RepositoryFilter) throws(CloudError) {
    do {
      include = try filter.include.map { try Regex($0) }
      exclude = try filter.exclude.map { try Regex($0) }
    } catch {
      throw CloudError(.internal, message: "a repository filter is no regular expression")
    }
  }

  /// Whether the whole name matches: none means all, and `exclude` wins.
  func accepts(_ name: String) -> Bool {
    if exclude.contains(where: { name.wholeMatch(of: $0) != nil }) { return false }
    return include.isEmpty || include.contains { name.wholeMatch(of: $0) != nil }
  }
}
