import HuaweiCloud

/// How a collector is set up from its part of a configuration: reading is declaring.
///
/// A collector gets its options, its endpoints and the facts of others only by asking here. So what it asked for is
/// complete: the keys that it knows, the line of `check`, the tables of the documents, the permissions, and which
/// discoveries must run. It must ask for all of it unconditionally, and succeed with an empty configuration.
package struct Setup: Sendable {
  /// A row of the documents' table of options.
  package struct OptionRow: Sendable, Hashable {
    package let key: String
    package let standard: String
    package let meaning: String

    package init(_ key: String, standard: String, _ meaning: String) {
      self.key = key
      self.standard = standard
      self.meaning = meaning
    }
  }

  /// A fact that is needed, and whether the collector can do without it.
  package struct Need: Sendable, Hashable {
    package let fact: String
    package let isOptional: Bool
  }

  /// The fields to read. They are dropped after the setup, since they hold the whole environment.
  private var fields: [String: ConfigurationField]
  /// The keys that were asked for, in order.
  package private(set) var keys: [String] = []
  package private(set) var rows: [OptionRow] = []
  /// The effective options, for people.
  package private(set) var shown: [String] = []
  /// The text of each option that is set: two setups with the same texts do the same.
  package private(set) var texts: [String: String] = [:]
  /// The endpoints that are asked, with what they cost.
  package private(set) var loads: [Load] = []
  package private(set) var needs: [Need] = []
  /// The number of objects that the configuration lists, if it does; each costs a request in every interval.
  package var listedObjects: Int?

  package var endpoints: [Endpoint] { loads.map(\.endpoint) }

  init(_ fields: [String: ConfigurationField] = [:]) { self.fields = fields }

  /// Declares an option, and reads it if the configuration has it.
  ///
  /// `show` returns the effective value for people, whether it is set or not.
  mutating func option<Value>(
    _ key: String, _ rows: [OptionRow],
    _ read: (ConfigurationField) throws(ConfigurationError) -> Value, show: (Value?) -> String?
  ) throws(ConfigurationError) -> Value? {
    keys.append(key)
    self.rows += rows
    let value = try fields[key].map { field throws(ConfigurationError) in
      texts[key] = field.flattened
      return try read(field)
    }
    if let text = show(value) { shown.append(text) }
    return value
  }

  /// The setup as it is kept once the collector is set up, without the fields.
  var finished: Setup {
    var finished = self
    finished.fields = [:]
    return finished
  }

  mutating func asks<Object: ListedObject>(_ listing: Listing<Object>, costs cost: Cost) -> AskedListing<Object> {
    loads.append(Load(endpoint: listing.endpoint, pages: listing.pages, cost: cost, fields: listing.fields))
    return AskedListing(listing: listing)
  }

  /// Declares an endpoint; `fields` are those that are read from its answers.
  mutating func asks(
    _ endpoint: Endpoint, pages: Paging = .one, reads fields: [ReadField], costs cost: Cost
  ) -> AskedEndpoint {
    loads.append(Load(endpoint: endpoint, pages: pages, cost: cost, fields: fields))
    return AskedEndpoint(endpoint: endpoint)
  }

  /// Declares that a fact is used; an optional one is used if it is known, and nothing waits for it.
  mutating func uses<Element>(_ fact: Fact<Element>, isOptional: Bool = false) -> UsedFact<Element> {
    needs.append(Need(fact: fact.name, isOptional: isOptional))
    return UsedFact(fact: fact)
  }
}

/// A listing that a collector declared to `Setup`.
package struct AskedListing<Object>: Sendable {
  let listing: Listing<Object>
  fileprivate init(listing: Listing<Object>) { self.listing = listing }
}

/// An endpoint that a collector declared to `Setup`.
package struct AskedEndpoint: Sendable {
  let endpoint: Endpoint
  fileprivate init(endpoint: Endpoint) { self.endpoint = endpoint }
}

/// A fact that a collector declared to `Setup`.
package struct UsedFact<Element: Sendable>: Sendable {
  let fact: Fact<Element>
  fileprivate init(fact: Fact<Element>) { self.fact = fact }
}

extension Facts {
  package subscript<Element>(_ used: UsedFact<Element>) -> [Element]? { self[used.fact] }
}

extension Setup: Hashable {
  package static func == (left: Self, right: Self) -> Bool { left.texts == right.texts }
  package func hash(into hasher: inout Hasher) { hasher.combine(texts) }
}
