/// What a test waited for did not come.
package struct NeverHappened: Error {
  package let what: String

  package init(what: String) { self.what = what }
}

/// Asks again and again, in real time, until there is an answer.
@discardableResult
package func eventually<Answer>(
  _ what: String, within limit: Duration = .seconds(20), every pause: Duration = .milliseconds(30),
  _ ask: () async throws -> Answer?
) async throws -> Answer {
  let end = ContinuousClock.now + limit
  while true {
    if let answer = try await ask() { return answer }
    guard ContinuousClock.now < end else { throw NeverHappened(what: what) }
    try await Task.sleep(for: pause)
  }
}

/// Waits, in real time, until `condition` holds.
package func until(
  _ what: String, within limit: Duration = .seconds(20), every pause: Duration = .milliseconds(30),
  _ condition: () async throws -> Bool
) async throws {
  try await eventually(what, within: limit, every: pause) { try await condition() ? true : nil }
}
