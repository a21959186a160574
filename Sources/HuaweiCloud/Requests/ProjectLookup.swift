import HTTPTransport

/// The IAM id of a project that the configuration names by its region only: looked up once for all who need it.
final class ProjectLookup: Sendable {
  private struct State: Sendable {
    var known: String?
    var flight: Promise<Result<String, CloudError>>?
    var failure: (error: CloudError, until: Duration)?
  }

  /// A failed lookup answers for all who ask within this time.
  private static let failureLife: Duration = .seconds(10)

  /// Protects the id and the one lookup under way.
  private let state = Locked(State())

  var known: String? { state.withLock { $0.known } }

  /// The lookup to wait for, and whether the caller must run it.
  func join(at now: Duration) -> (flight: Promise<Result<String, CloudError>>, isFirst: Bool) {
    state.withLock { state in
      if let flight = state.flight { return (flight, false) }
      if let failure = state.failure, now < failure.until {
        let over = Promise<Result<String, CloudError>>()
        over.fulfil(.failure(failure.error))
        return (over, false)
      }
      let flight = Promise<Result<String, CloudError>>()
      state.flight = flight
      return (flight, true)
    }
  }

  func land(_ result: Result<String, CloudError>, at now: Duration) {
    let flight = state.withLock { state in
      defer { state.flight = nil }
      switch result {
      case .success(let id): state.known = id
      case .failure(let error): state.failure = (error, now + Self.failureLife)
      }
      return state.flight
    }
    flight?.fulfil(result)
  }
}
