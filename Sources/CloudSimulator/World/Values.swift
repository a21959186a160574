import System

/// An id, which the services write as a number or as a text.
package enum SimulatedID: Sendable, Hashable, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
  case number(Int64)
  case text(String)

  package init(integerLiteral value: Int64) { self = .number(value) }

  package init(stringLiteral value: String) { self = .text(value) }

  /// The id as written in a path, a query or a label.
  package var label: String {
    switch self {
    case .number(let number): String(number)
    case .text(let text): text
    }
  }
}

/// A flag, which the services write as a text or as a boolean.
package enum SimulatedFlag: Sendable, Hashable, ExpressibleByBooleanLiteral {
  case text(Bool)
  case boolean(Bool)
  /// A text that is neither.
  case odd(String)

  package init(booleanLiteral value: Bool) { self = .text(value) }

  /// The meaning of the flag, or nil if it has none.
  package var meaning: Bool? {
    switch self {
    case .text(let value), .boolean(let value): value
    case .odd: nil
    }
  }
}

/// A number that stays the same, grows, or follows from something else in the world.
package struct SimulatedCount: Sendable, ExpressibleByIntegerLiteral {
  private let count: @Sendable (_ now: Timestamp, _ beginning: Timestamp) -> Int64?

  /// Creates a number that stays the same; nil leaves the field out.
  package init(_ value: Int64?) { count = { _, _ in value } }

  package init(integerLiteral value: Int64) { self.init(value) }

  /// Creates a number from a pure function of the world's time.
  package init(at count: @escaping @Sendable (_ now: Timestamp) -> Int64?) { self.count = { now, _ in count(now) } }

  private init(_ count: @escaping @Sendable (Timestamp, Timestamp) -> Int64?) { self.count = count }

  /// Returns a number that grows by `step` after each `interval` since the beginning, and starts again after `steps`.
  package static func growing(
    from start: Int64, by step: Int64 = 1, every interval: Duration, steps: Int? = nil
  ) -> SimulatedCount {
    SimulatedCount { now, beginning in
      let passed = max(0, Int(((now - beginning) / interval).rounded(.down)))
      return start + step * Int64(steps.map { passed % $0 } ?? passed)
    }
  }

  /// Returns the number at a time of a world with this beginning, or nil if none is sent.
  package func value(at now: Timestamp, since beginning: Timestamp) -> Int64? { count(now, beginning) }
}

/// The ways in which the services are known to write a time.
package enum TimePattern: Sendable, Hashable, CaseIterable {
  /// `2017-01-01T00:00:00Z`
  case seconds
  /// `2021-02-03T10:22:11.840Z`
  case milliseconds
  /// `2021-02-05T09:31:00.298426Z`
  case microseconds
  /// `2020-04-17T02:11:03.53183Z`, with as many digits of the fraction as there are.
  case shortest
  /// `2024-12-27T18:52:21.000+08:00`
  case chineseOffset
  /// `2024-11-25 06:32:34.923248 +0000 UTC`, as Go prints it.
  case go
  /// `2020-07-22 10:45:56`, in China's time.
  case zoneless

  package func text(_ time: Timestamp) -> String {
    switch self {
    case .seconds: CloudDate.rfc3339(time, digits: 0)
    case .milliseconds: CloudDate.rfc3339(time, digits: 3)
    case .microseconds: CloudDate.rfc3339(time, digits: 6)
    case .shortest: CloudDate.rfc3339Nano(time)
    case .chineseOffset: CloudDate.rfc3339(time, digits: 3, offsetHours: 8)
    case .go: CloudDate.goString(time)
    case .zoneless: String(CloudDate.rfc3339(time, digits: 0, offsetHours: 8).replacing("T", with: " ").prefix(19))
    }
  }

  /// Returns the time that a reader can know, since the pattern may have no room for the whole fraction.
  package func shown(_ time: SimulatedTime) -> Timestamp? {
    guard var shown = time.timestamp else { return nil }
    switch self {
    case .seconds, .zoneless: shown.nanoseconds = 0
    case .milliseconds, .chineseOffset: shown.nanoseconds -= shown.nanoseconds % 1_000_000
    case .microseconds: shown.nanoseconds -= shown.nanoseconds % 1000
    case .shortest, .go: break
    }
    return shown
  }
}

extension JSONWriter {
  mutating func id(_ key: String, _ id: SimulatedID?) {
    switch id {
    case .number(let number): integer(key, number)
    case .text(let text): string(key, text)
    case nil: break
    }
  }

  mutating func flag(_ key: String, _ flag: SimulatedFlag?) {
    switch flag {
    case .text(let value): string(key, value ? "true" : "false")
    case .boolean(let value): self.flag(key, value)
    case .odd(let text): string(key, text)
    case nil: break
    }
  }
}

extension RouteRequest {
  /// Returns a number of the world at the time of the request.
  func value(of count: SimulatedCount) -> Int64? { count.value(at: now, since: world.beginning) }

  /// Returns a value of the world at the time of the request.
  func state<Value>(of changing: Changing<Value>) -> Value { changing.state(at: now, since: world.beginning).value }

  /// Returns the elements sorted by the column that `order_column` names, or in their order if it names none.
  ///
  /// The order is descending unless `order_type` says otherwise. Throws if one of the two is invalid.
  func ordered<Element>(
    _ all: [Element], by columns: [String: (Element, Element) -> Bool]
  ) throws(PageError) -> [Element] {
    let type = value("order_type")
    guard let column = value("order_column") else {
      guard type == nil else { throw PageError(message: "order_type must be used together with order_column") }
      return all
    }
    guard let isBefore = columns[column], [nil, "asc", "desc"].contains(type) else {
      throw PageError(message: "invalid order_column or order_type")
    }
    let sorted = all.sorted(by: isBefore)
    return type == "asc" ? sorted : sorted.reversed()
  }
}
