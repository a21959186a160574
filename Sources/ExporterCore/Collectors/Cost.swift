import HuaweiCloud

/// How many requests an endpoint gets in one refresh of all targets of a collector.
package enum Cost: Sendable, Hashable {
  /// One for each page of a listing of these; at least one for each instance if they are listed by instance.
  case pages(of: Things)
  /// One for each of these and, once in a discovery interval, one for each of the others that is not among them.
  case each(Things, othersAtDiscovery: Things? = nil)
  case one
  /// None, since the endpoint is asked only if another one is not open to the user.
  case none
}

/// The things in an account for which requests are made.
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

  /// The name for people.
  package var name: String { rawValue.replacing("_", with: " ") }
}

/// The size of an account: how many it has of each thing.
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

  /// Reads a text such as `artifacts=5000,instances=1`; the other numbers are the example's. Nil for any other form.
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

  /// The size for people, such as `2 instances, 20000 artifacts`.
  package var text: String { Things.allCases.map { "\(self[$0]) \($0.name)" }.joined(separator: ", ") }
}

extension Setup {
  /// An endpoint that is asked, and what it costs.
  package struct Load: Sendable, Hashable {
    package let endpoint: Endpoint
    let pages: Paging
    let cost: Cost
    /// The fields that are read from the answers.
    package let fields: [ReadField]

    private var isPerInstance: Bool { endpoint.holes.contains("instance_id") }

    /// Returns the requests in one refresh of all targets, and the additional ones in one discovery interval.
    ///
    /// Instances are assumed to be of equal size.
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

    /// The cost for people, or nil if there is none.
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

  /// Returns the approximate number of requests in an hour if nothing fails.
  package func requestsPerHour(
    in account: AccountSize, every interval: Duration, discovery: Duration = .seconds(3600)
  ) -> Double {
    loads.reduce(0) { sum, load in
      let requests = load.requests(in: account)
      return sum + Double(requests.refresh) * (.seconds(3600) / interval)
        + Double(requests.discovery) * (.seconds(3600) / discovery)
    }
  }

  /// The cost of a refresh of all targets, for people.
  package var costText: String { loads.compactMap(\.text).joined(separator: "; ") }
}
