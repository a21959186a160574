import HuaweiCloud

/// A value that is always the same, or goes round through some values as the world's time passes.
package enum Changing<Value: Sendable>: Sendable {
  case always(Value)
  /// Each value for as long as stands beside it; `phase` is how far into the round it is at the world's beginning.
  case round([(value: Value, lasting: Duration)], phase: Duration = .zero)

  /// The value, and when the world took it on (its beginning at the earliest).
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

/// A time as an answer may hold it.
package enum SimulatedTime: Sendable, Hashable {
  case absent
  case null
  case empty
  /// Go's zero time, which means never.
  case never
  case at(Timestamp)

  /// The moment, where there is one.
  package var timestamp: Timestamp? { if case .at(let time) = self { time } else { nil } }
}

extension JSONWriter {
  /// A time in the format of the service.
  mutating func time(_ key: String, _ time: SimulatedTime, _ format: (Timestamp) -> String) {
    switch time {
    case .absent: break
    case .null: null(key)
    case .empty: string(key, "")
    case .never: string(key, "0001-01-01T00:00:00.000Z")
    case .at(let moment): string(key, format(moment))
    }
  }
}
