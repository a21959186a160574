import HuaweiCloud

/// Something that one collector finds and others need, by a name that nothing else has.
package struct Fact<Element: Sendable>: Sendable, Hashable {
  package let name: String

  package init(_ name: String) { self.name = name }
}

/// What a refresh, or one object of it, found for others to need: elements of the fact's type.
package struct Finding: Sendable {
  let fact: String
  /// An array of the fact's elements.
  let elements: any Sendable
}

/// The fact that objects of a collector are found to be, and how long it is believed of one that is found so no more.
struct ObjectFact: Sendable {
  let name: String
  let isKeptFor: Duration
}

/// What the targets of a project have found so far.
///
/// What a target found stays known while its refreshes fail, until it finds something else or is no target any more.
package struct Facts: Sendable {
  private struct Part: Sendable {
    let elements: any Sendable
    /// `TimeSource.uptime`.
    let at: Duration
  }

  private var findings: [String: [TargetID: [String: Part]]] = [:]
  /// Those that have ended a refresh: what one finds object by object is not known before, since others would take it for all.
  private var completed: Set<TargetID> = []

  package init() {}

  /// What all targets together found, in the order of their ids; nil while none has ended a good refresh.
  package subscript<Element>(_ fact: Fact<Element>) -> [Element]? {
    guard let parts = findings[fact.name]?.filter({ completed.contains($0.key) }), !parts.isEmpty else { return nil }
    return parts.sorted { $0.key < $1.key }.flatMap { _, objects in
      objects.sorted { $0.key < $1.key }.flatMap { ($0.value.elements as? [Element]) ?? [] }
    }
  }

  /// Takes in what a target found, in place of what it found before.
  package mutating func record(_ finding: Finding, of target: TargetID) {
    completed.insert(target)
    findings[finding.fact, default: [:]][target] = ["": Part(elements: finding.elements, at: .zero)]
  }

  /// Takes in what one object of a target is found to be, or nil where it is nothing that the fact is about.
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

  /// Forgets what a target found of objects that it watches no more; from then on the fact is known, however little was found.
  package mutating func keep(_ objects: Set<String>, fact: String, of target: TargetID) {
    completed.insert(target)
    let found = findings[fact]?[target] ?? [:]
    findings[fact, default: [:]][target] = found.filter { objects.contains($0.key) }
  }

  /// Forgets what a target found that is one no more.
  package mutating func forget(_ target: TargetID) {
    completed.remove(target)
    findings = findings.mapValues { parts in parts.filter { $0.key != target } }
  }
}
