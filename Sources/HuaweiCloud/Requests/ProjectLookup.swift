import HTTPTransport

/// The IAM id of a project that the configuration names by its region only: looked up once for all who need it.
final class ProjectLookup: Sendable {
  private struct State: Sendable {
    var known: String?
    var flight: Promise<Result<String, CloudError>>?
  }

  /// Protects the id and the one lookup under way.
  private let state = Locked(State())

  var known: String? { state.withLock { $0.known } }

  func learn(_ id: String) { state.withLock { $0.known = id } }

  /// The lookup to wait for, and whether the caller must run it; nil where the id is known.
  func join() -> (flight: Promise<Result<String, CloudError>>, isFirst: Bool)? {
    state.withLock { state in
      if state.known != nil { return nil }
      if let flight = state.flight { return (flight, false) }
      let flight = Promise<Result<String, CloudError>>()
      state.flight = flight
      return (flight, true)
    }
  }

  func land(_ result: Result<String, CloudError>) {
    let flight = state.withLock { state in
      defer { state.flight = nil }
      if case .success(let id) = result { state.known = id }
      return state.flight
    }
    flight?.fulfil(result)
  }
}
