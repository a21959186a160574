import HuaweiCloud

/// How a collector gets its rows: set up with a configuration, then run for each refresh of a target.
package struct Rows<Row: Sendable>: Sendable {
  /// A function that emits rows one by one, and returns how many objects they stand for, or nil for one object each.
  typealias List = @Sendable (Run, _ emit: (Row) throws(CloudError) -> Void) async throws(CloudError) -> Int?

  let setUp: @Sendable (inout Setup) throws(ConfigurationError) -> List

  /// Rows that a collector puts together in its own way.
  package static func of(
    _ row: Row.Type,
    _ setUp:
      @escaping @Sendable (inout Setup) throws(ConfigurationError) ->
      @Sendable (
        Run, (Row) throws(CloudError) -> Void
      ) async throws(CloudError) -> Void
  ) -> Rows {
    Rows { setup throws(ConfigurationError) in
      let list = try setUp(&setup)
      return { run, emit throws(CloudError) in
        try await list(run, emit)
        return nil
      }
    }
  }

  /// Rows that stand for many objects each; `setUp` gives a function that returns the number of objects.
  package static func folded(
    _ row: Row.Type,
    _ setUp:
      @escaping @Sendable (inout Setup) throws(ConfigurationError) ->
      @Sendable (
        Run, (Row) throws(CloudError) -> Void
      ) async throws(CloudError) -> Int
  ) -> Rows {
    Rows { setup throws(ConfigurationError) in
      let list = try setUp(&setup)
      return { run, emit throws(CloudError) in try await list(run, emit) }
    }
  }
}

extension Rows where Row: ListedObject {
  /// The objects of one listing.
  package static func listing(
    _ row: Row.Type, in field: String?, _ endpoint: Endpoint, pages: Paging = .one,
    query: KeyValuePairs<String, String> = [:], costs cost: Cost
  ) -> Rows {
    let listing = Listing(row, in: field, endpoint, pages: pages, query: query)
    return .of(row) { setup throws(ConfigurationError) in
      let asked = setup.asks(listing, costs: cost)
      return { run, emit throws(CloudError) in try await run.each(asked, emit) }
    }
  }
}

/// How a collector asks about one object: set up with a configuration, then run for each object.
package struct Asking<Object: Sendable, Row: Sendable>: Sendable {
  package enum Answer: Sendable {
    case found(Row)
    /// There is nothing to watch in the object, and it is not asked about again for a while.
    ///
    /// `isSure` means that the cloud said so; otherwise the answer was empty, and only a second one drops the data.
    case nothing(isSure: Bool)
    /// The object does not exist any more.
    case gone
  }

  typealias Ask = @Sendable (Run, Object) async throws(CloudError) -> Answer

  let setUp: @Sendable (inout Setup) throws(ConfigurationError) -> Ask

  package static func of(
    _ row: Row.Type,
    _ setUp:
      @escaping @Sendable (inout Setup) throws(ConfigurationError) ->
      @Sendable (
        Run, Object
      ) async throws(CloudError) -> Answer
  ) -> Asking {
    Asking(setUp: setUp)
  }
}

/// The fact that a collector's rows yield for others.
package struct Yield<Row: Sendable>: Sendable {
  let objectFact: ObjectFact
  /// The finding of some rows, empty without rows; nil if there are rows and the fact is about none of them.
  let finding: @Sendable ([Row]) -> Finding?

  /// `element` returns what a row yields, or nil for a row that the fact is not about.
  ///
  /// `keptFor` is how long an object that is asked about one by one keeps its element after it was last found.
  package init<Element>(
    _ fact: Fact<Element>, keptFor: Duration = .zero, _ element: @escaping @Sendable (Row) -> Element?
  ) {
    objectFact = ObjectFact(name: fact.name, isKeptFor: keptFor)
    finding = { rows in
      let elements = rows.compactMap(element)
      return elements.isEmpty && !rows.isEmpty ? nil : Finding(fact: fact.name, elements: elements)
    }
  }
}
