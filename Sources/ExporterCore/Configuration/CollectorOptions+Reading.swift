import HuaweiCloud

extension CollectorOption {
  /// The key in the configuration.
  var key: String { self == .repositoryFilter ? "repositories" : rawValue }
}

extension CollectorOptions {
  init(reading fields: [String: ConfigurationField], for collector: Collector) throws(ConfigurationError) {
    self.init()
    for option in CollectorOption.allCases where collector.options.contains(option) {
      guard let field = fields[option.key] else { continue }
      switch option {
      case .instances: instances = try Self.unique(try field.texts(), field)
      case .repositories: repositories = try Self.repositories(field)
      case .repositoryIDs: repositoryIDs = try Self.identifiers(field)
      case .repositoryFilter: repositoryFilter = try RepositoryFilter(reading: field)
      case .idleFor: idleFor = try Self.periods(field)
      }
    }
  }

  private static func unique<Element: Hashable>(
    _ elements: [Element], _ field: ConfigurationField
  ) throws(ConfigurationError) -> [Element] {
    var seen: Set<Element> = []
    if let twice = elements.firstIndex(where: { !seen.insert($0).inserted }) {
      throw field.error("element \(twice) has stood before")
    }
    return elements
  }

  private static func repositories(_ field: ConfigurationField) throws(ConfigurationError) -> [ImageRepository] {
    var repositories: [ImageRepository] = []
    for element in try field.list() {
      let text = try element.nonEmptyText()
      guard let slash = text.firstIndex(of: "/"), slash != text.startIndex, text.last != "/" else {
        throw element.error("must be NAMESPACE/REPOSITORY")
      }
      let repository = ImageRepository(
        namespace: String(text[..<slash]), name: String(text[text.index(after: slash)...]))
      guard !repositories.contains(repository) else { throw element.error("has stood before") }
      repositories.append(repository)
    }
    return repositories
  }

  private static func identifiers(_ field: ConfigurationField) throws(ConfigurationError) -> [Int64] {
    var identifiers: [Int64] = []
    for element in try field.list() { identifiers.append(Int64(try element.integer(in: 1...2_147_483_647))) }
    return try unique(identifiers, field)
  }

  private static func periods(_ field: ConfigurationField) throws(ConfigurationError) -> [IdlePeriod] {
    var periods: [IdlePeriod] = []
    for element in try field.list() {
      let duration = try element.duration()
      periods.append(IdlePeriod(duration: duration, label: duration.shortestForm))
    }
    return try unique(periods.map(\.label), field).isEmpty ? [] : periods
  }
}

extension RepositoryFilter {
  fileprivate init(reading field: ConfigurationField) throws(ConfigurationError) {
    let fields = try field.fields(["include", "exclude"])
    self.init(include: try Self.expressions(fields["include"]), exclude: try Self.expressions(fields["exclude"]))
  }

  private static func expressions(_ field: ConfigurationField?) throws(ConfigurationError) -> [String] {
    guard let field else { return [] }
    var expressions: [String] = []
    for element in try field.list() {
      let text = try element.nonEmptyText()
      guard (try? Regex(text)) != nil else { throw element.error("is no regular expression") }
      expressions.append(text)
    }
    return expressions
  }
}
