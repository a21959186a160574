extension Duration {
  private static let units: [(name: String, milliseconds: Int64)] = [
    ("y", 31_536_000_000), ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000),
    ("ms", 1),
  ]

  /// Reads a duration as Prometheus writes them: `5m`, `1h30m`, `30d`, `500ms`; units from large to small, each once.
  package init?(configuration text: String) {
    var total: Int64 = 0
    var rest = text[...]
    var remaining = Self.units[...]
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(digits.count)
      let name = rest.prefix { $0.isASCII && $0.isLetter }
      rest = rest.dropFirst(name.count)
      guard let count = Int64(digits), let index = remaining.firstIndex(where: { $0.name == name }) else { return nil }
      remaining = remaining[(index + 1)...]
      let (product, overflowed) = count.multipliedReportingOverflow(by: Self.units[index].milliseconds)
      let (sum, overflowedToo) = total.addingReportingOverflow(product)
      // A thousand years or more are a mistake; refusing them keeps later sums far from any limit.
      guard !overflowed, !overflowedToo, sum < 31_536_000_000_000 else { return nil }
      total = sum
    }
    self = .milliseconds(total)
  }

  /// The shortest way to write it, such as `90d`, `90m` or `1d1s`; of equally short ones that with the smallest unit.
  package var shortestForm: String {
    let (seconds, attoseconds) = components
    let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
    guard milliseconds > 0 else { return "0s" }
    var candidates = Self.units.reversed().filter { milliseconds % $0.milliseconds == 0 }
      .map { "\(milliseconds / $0.milliseconds)\($0.name)" }
    var compound = ""
    var rest = milliseconds
    for unit in Self.units where rest >= unit.milliseconds {
      compound += "\(rest / unit.milliseconds)\(unit.name)"
      rest %= unit.milliseconds
    }
    candidates.append(compound)
    return candidates.min { $0.utf8.count < $1.utf8.count } ?? compound
  }
}
