import HuaweiCloud

/// How many requests an endpoint gets in one refresh of all targets of a collector.
package enum Cost: Sendable, Hashable {
  /// One for each page of a listing of these; at least one for each instance, where the instances list them.
  case pages(of: Things)
  /// One for each of these; and for each of the others once in a discovery interval.
  case each(Things, othersAtDiscovery: Things? = nil)
  case one
  /// None: another way, for where the first is closed.
  case none
}

/// What an account has, of what requests are made for.
package enum Things: String, Sendable, CaseIterable {
  case instances
  case registries
  case artifacts
  case namespaces
  case repositories
  case replicationPolicies = "replication_policies"
  case retentionPolicies = "retention_policies"
  case credentials
  case basicRepositories = "basic_repositories"
  case syncedRepositories = "synced_repositories"
  case codeRepositories = "code_repositories"
  case mirrors

  /// For a person.
  package var name: String { rawValue.replacing("_", with: " ") }
}

/// An account, by how many it has of each.
package struct AccountSize: Sendable {
  private var counts: [Things: Int]

  package init(_ counts: [Things: Int]) { self.counts = counts }

  /// The account that the documents and `check` calculate with.
  package static let example = AccountSize([
    .instances: 2, .registries: 10, .artifacts: 20_000, .namespaces: 20, .repositories: 500, .replicationPolicies: 20,
    .retentionPolicies: 4, .credentials: 20, .basicRepositories: 800, .syncedRepositories: 60, .codeRepositories: 200,
    .mirrors: 50,
  ])

  package subscript(things: Things) -> Int { counts[things] ?? 0 }

  /// Reads `artifacts=5000,instances=1`, with the example's numbers for the rest; nil where that is not what it is.
  package init?(_ text: String) {
    self = .example
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let words = part.split(separator: "=", omittingEmptySubsequences: false)
      guard words.count == 2, let things = Things(rawValue: String(words[0])), let count = Int(words[1]),
        0...1_000_000_000 ~= count
      else { return nil }
      counts[things] = count
    }
  }

  /// For a person: `2 instances, 20000 artifacts`.
  package var text: String { Things.allCases.map { "\(self[$0]) \($0.name)" }.joined(separator: ", ") }
}

extension Setup {
  /// An endpoint that is asked, and what it costs.
  package struct Load: Sendable, Hashable {
    package let endpoint: Endpoint
    let pages: Paging
    let cost: Cost
    /// What is read of its answers.
    package let fields: [ReadField]

    private var isPerInstance: Bool { endpoint.holes.contains("instance_id") }

    /// Requests in one refresh of all targets, and in one discovery interval beside them.
    ///
    /// Instances are taken to be of one size.
    func requests(in account: AccountSize) -> (refresh: Int, discovery: Int) {
      switch cost {
      case .none: return (0, 0)
      case .one: return (1, 0)
      case .each(let things, let others): return (account[things], others.map { account[$0] - account[things] } ?? 0)
      case .pages(let things):
        let listings = isPerInstance ? account[.instances] : 1
        guard listings > 0 else { return (0, 0) }
        let size = listings * (pages.limit ?? .max / listings)
        return (listings * max(1, (account[things] + size - 1) / size), 0)
      }
    }

    /// For a person; nil where it is none.
    var text: String? {
      switch cost {
      case .none: return nil
      case .one: return "1"
      case .each(let things, nil): return "1 for each of the \(things.name)"
      case .each(let things, let others?):
        return "1 for each of the \(things.name), the other \(others.name) at the discovery interval"
      case .pages(let things):
        let page = "1 for \(pages.limit.map(String.init) ?? "all") \(things.name)"
        return page + (isPerInstance ? ", at least 1 for each of the instances" : "")
      }
    }
  }

  /// About so many requests in an hour, where nothing fails.
  package func requestsPerHour(
    in account: AccountSize, every interval: Duration, discovery: Duration = .seconds(3600)
  ) -> Double {
    loads.reduce(0) { sum, load in
      let requests = load.requests(in: account)
      return sum + Double(requests.refresh) * (.seconds(3600) / interval)
        + Double(requests.discovery) * (.seconds(3600) / discovery)
    }
  }

  /// What a refresh of all targets costs, for a person.
  package var costText: String { loads.compactMap(\.text).joined(separator: "; ") }
}
