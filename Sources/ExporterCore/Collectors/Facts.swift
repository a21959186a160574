import HuaweiCloud

/// Something that one collector finds and others need, with a unique name.
package struct Fact<Element: Sendable>: Sendable, Hashable {
  package let name: String

  package init(_ name: String) { self.name = name }
}

/// What a refresh, or one object of it, found that others need: elements of the fact's type.
package struct Finding: Sendable {
  let fact: String
  /// An array of the fact's elements.
  let elements: any Sendable
}

/// The fact that a collector's objects yield, and how long an object's part is kept after it was last found.
struct ObjectFact: Sendable {
  let name: String
  let isKeptFor: Duration
}

/// What the targets of a project have found so far.
///
/// What a target found stays known while its refreshes fail, until it finds something else or is no longer a target.
package struct Facts: Sendable {
  private struct Part: Sendable {
    let elements: any Sendable
    /// When an object's part was found, in `TimeSource.uptime`; zero for a listing.
    let at: Duration
  }

  private var findings: [String: [TargetID: [String: Part]]] = [:]
  /// The targets that have completed a refresh, which for a listing must be a good one. What a target finds object by
  /// object is not given out before that, since others would take the part for the whole.
  private var completed: Set<TargetID> = []

  package init() {}

  /// What all targets together found, in the order of their ids; nil until one of them has completed a refresh.
  package subscript<Element>(_ fact: Fact<Element>) -> [Element]? {
    guard let parts = findings[fact.name]?.filter({ completed.contains($0.key) }), !parts.isEmpty else { return nil }
    return parts.sorted { $0.key < $1.key }.flatMap { _, objects in
      objects.sorted { $0.key < $1.key }.flatMap { ($0.value.elements as? [Element]) ?? [] }
    }
  }

  /// Records what a target found, in place of what it found before.
  package mutating func record(_ finding: Finding, of target: TargetID) {
    completed.insert(target)
    findings[finding.fact, default: [:]][target] = ["": Part(elements: finding.elements, at: .zero)]
  }

  /// Records what one object of a target yields, or nil if it yields nothing.
  mutating func record(
    _ finding: Finding?, _ fact: ObjectFact, object: String, of target: TargetID, at now: Duration
  ) {
    var parts = findings[fact.name]?[target] ?? [:]
    if let finding {
      parts[object] = Part(elements: finding.elements, at: now)
    } else if let last = parts[object]?.at, last + fact.isKeptFor <= now {
      parts[object] = nil
    }
    findings[fact.name, default: [:]][target] = parts
  }

  /// Forgets findings about objects that are no longer watched; after this the fact is known, however little was found.
  package mutating func keep(_ objects: Set<String>, fact: String, of target: TargetID) {
    completed.insert(target)
    let found = findings[fact]?[target] ?? [:]
    findings[fact, default: [:]][target] = found.filter { objects.contains($0.key) }
  }

  /// Forgets everything that a removed target found.
  package mutating func forget(_ target: TargetID) {
    completed.remove(target)
    findings = findings.mapValues { parts in parts.filter { $0.key != target } }
  }
}
