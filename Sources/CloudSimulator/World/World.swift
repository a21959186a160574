import System

/// Everything that the simulated cloud knows: a value that depends on nothing but itself and the time.
///
/// A world is made from given data, or from a seed (`demo`, `generated`).
package struct World: Sendable {
  package var projects: [SimulatedProject]
  /// The beginning of the world, from which everything that changes with time is counted.
  package var beginning: Timestamp
  /// The number of the world's seconds that pass in one second.
  package var speed: Double

  package init(
    projects: [SimulatedProject], beginning: Timestamp = Timestamp(seconds: 1_735_700_000), speed: Double = 1
  ) {
    self.projects = projects
    self.beginning = beginning
    self.speed = speed
  }

  package func project(_ id: String) -> SimulatedProject? { projects.first { $0.id == id } }

  /// Returns the first instance with this id, in any project.
  package func instance(_ id: String) -> SimulatedInstance? {
    for project in projects {
      if let instance = project.instances.first(where: { $0.id == id }) { return instance }
    }
    return nil
  }
}

/// One project of the account, in one region.
package struct SimulatedProject: Sendable {
  package var id: String
  /// The region's name, `MOS`, or the region's name with a suffix for a sub-project.
  package var name: String
  package var isEnabled = true
  package var domainID = "d78cbac186b744899480f25bd022f468"
  package var parentID: String?
  package var instances: [SimulatedInstance]
  package var organisations: [SimulatedOrganisation]
  package var codeRepositories: [SimulatedCodeRepository]
  package var imageCaches: [SimulatedCacheSlot]
  package var quotas: [SimulatedQuota] = []
  /// Whether the account may see long-term credentials that are not its own.
  package var seesAllCredentials = true
  /// The operations that are answered like a path that is not published.
  package var unpublished: Set<Operation> = []
  /// The operations that the account may not call.
  package var forbidden: Set<Operation> = []
  /// Whether `/v3/manage/repos` is published in the region.
  package var listsRepositoriesByMarker = true

  package init(
    id: String, name: String, instances: [SimulatedInstance] = [], organisations: [SimulatedOrganisation] = [],
    codeRepositories: [SimulatedCodeRepository] = [], imageCaches: [SimulatedCacheSlot] = []
  ) {
    self.id = id
    self.name = name
    self.instances = instances
    self.organisations = organisations
    self.codeRepositories = codeRepositories
    self.imageCaches = imageCaches
  }
}

/// A value that is always the same, or goes through some values in a cycle as the world's time passes.
package enum Changing<Value: Sendable>: Sendable {
  case always(Value)
  /// A cycle in which each value lasts for the time beside it; `phase` is the position in it at the world's beginning.
  case round([(value: Value, lasting: Duration)], phase: Duration = .zero)

  /// Returns the value, and since when the world has had it (its beginning at the earliest).
  func state(at now: Timestamp, since beginning: Timestamp) -> (value: Value, since: Timestamp) {
    switch self {
    case .always(let value): return (value, beginning)
    case .round(let steps, let phase):
      let period = steps.reduce(into: 0.0) { $0 += $1.lasting / .seconds(1) }
      var offset = ((now - beginning + phase) / .seconds(1)).truncatingRemainder(dividingBy: period)
      if offset < 0 { offset += period }
      for step in steps {
        let length = step.lasting / .seconds(1)
        if offset < length { return (step.value, max(beginning, now + .seconds(-offset))) }
        offset -= length
      }
      return (steps[0].value, now)
    }
  }
}

/// A time in one of the forms that an answer may have.
package enum SimulatedTime: Sendable, Hashable {
  case absent
  case null
  case empty
  /// Go's zero time, which means never.
  case never
  case at(Timestamp)

  /// A text in a form that is not documented.
  case text(String)

  /// The time, if there is one.
  package var timestamp: Timestamp? { if case .at(let time) = self { time } else { nil } }

  /// The time by which a listing is sorted; values without one come first.
  var sortKey: Timestamp { timestamp ?? Timestamp(seconds: .min) }
}

extension JSONWriter {
  /// Writes a time in the format of the service.
  mutating func time(_ key: String, _ time: SimulatedTime, _ format: (Timestamp) -> String) {
    switch time {
    case .absent: break
    case .null: null(key)
    case .empty: string(key, "")
    case .never: string(key, "0001-01-01T00:00:00.000Z")
    case .at(let moment): string(key, format(moment))
    case .text(let text): string(key, text)
    }
  }
}
